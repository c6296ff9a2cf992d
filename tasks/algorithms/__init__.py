"""Algorithms with loops, to be found without anything ready-made: gcd, fizz-buzz, counting, sorting."""
