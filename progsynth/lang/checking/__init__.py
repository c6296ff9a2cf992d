"""Names and types of the surface tree."""
