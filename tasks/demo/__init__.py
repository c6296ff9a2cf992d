"""The demo: small tasks over lists, texts, tables, graphs and numbers, and a sketch."""
