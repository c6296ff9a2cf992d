"""The machinery of the language: text to tree to meaning. No torch, no files, no network."""
