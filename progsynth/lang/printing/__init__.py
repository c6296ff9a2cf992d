"""From core back to text."""
