"""Searches propose programs for a task; `run` owns the budget. No torch below this layer."""
