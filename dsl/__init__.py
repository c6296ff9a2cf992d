"""Language packs: what the language is. Reached by name, through `progsynth.registry`."""
