"""From the checked surface tree to core."""
