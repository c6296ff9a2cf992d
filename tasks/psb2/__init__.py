"""PSB2: the second program synthesis benchmark suite of 2021, 25 problems."""
