"""The demo: a handful of small tasks over lists, texts, tables, graphs and numbers, and a sketch."""
