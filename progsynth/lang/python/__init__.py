"""Core as stand-alone Python, readable or checked, and the engine made of the latter."""
