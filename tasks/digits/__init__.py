"""Tasks over lists of handwritten digits: perception and an algorithm, from the answers alone."""
