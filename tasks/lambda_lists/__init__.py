"""Functions over lists of integers that want lambdas: of one and two parameters, and closures."""
