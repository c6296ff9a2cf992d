"""A language of almost nothing: lists are folded and unfolded, numbers go one up and one down."""
