"""Weights over programs: typed rules, probabilistic grammars over them, and guides for searches."""
