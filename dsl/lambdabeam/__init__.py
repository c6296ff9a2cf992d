"""The operations of LambdaBeam: 23 of first order and 5 that take lambdas, on lists of integers."""
