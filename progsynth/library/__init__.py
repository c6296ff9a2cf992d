"""The library: subroutines and trained networks that later tasks build on."""
