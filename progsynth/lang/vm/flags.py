"""Flags in operands, known to the compiler and to the kernels."""

START, STOP, STEP = 1, 2, 4  # SLICE: which of its parts are written
SLICE_KIND_SHIFT = 3  # and the kind of the result above them
OWNED_LIST = 8  # PUT: the old list is never used again
OWNED_DICT = 64  # PUT_KEY: the old dict is never used again
