"""Families of small functions over lists of integers, in the manner of DreamCoder's."""
