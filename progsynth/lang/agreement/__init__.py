"""Random programs, and whether all engines agree on them."""
