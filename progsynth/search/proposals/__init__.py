"""Programs from any source, a person, a file, a language model: read, scored and repaired."""
