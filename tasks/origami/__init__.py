"""Twenty functions of lists and numbers, to be built from almost nothing."""
