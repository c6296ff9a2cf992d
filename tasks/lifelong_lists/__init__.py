"""Families of list functions that share their parts, in an order to learn from."""
