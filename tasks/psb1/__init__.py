"""PSB1: the general program synthesis benchmark suite of 2015, 29 problems of first courses."""
