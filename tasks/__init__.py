"""Task suites. Reached by name, through `progsynth.registry`."""
