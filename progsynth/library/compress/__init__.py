"""Compression: subroutines found in a corpus of programs that make the corpus shorter."""
