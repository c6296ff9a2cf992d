"""The base primitives of DreamCoder's list domain."""
