"""Programs that are one fold, its step with branches or without."""
