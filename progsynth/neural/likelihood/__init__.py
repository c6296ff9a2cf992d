"""The likelihood of a program with neural parts, and its gradient with respect to their outputs.

A hybrid program on given tensors is a function of what its submodules answer. Where these answer
one of finitely many values, the networks' outputs are independent distributions over them, and
the likelihood of an expected output is the probability that the program gives it.
"""
