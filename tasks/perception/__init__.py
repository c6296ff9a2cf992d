"""Perception with algorithms: programs whose parts are learnt, from the answers of the whole."""
