"""Algorithms whose loops have to be found: gcd, fizz-buzz, counting, sorting."""
