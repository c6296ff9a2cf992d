"""Directed graphs with weights: degrees, ways, orders, components, circles."""
