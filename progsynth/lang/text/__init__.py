"""Text and surface tree: parsing, its errors, and formatting."""
