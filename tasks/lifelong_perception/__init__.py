"""A stream of small tasks over lists of digit images, which share a recogniser and their parts."""
