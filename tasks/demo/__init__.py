"""The demo: a handful of small tasks over lists, texts, tables and numbers, and a sketch."""
