"""The same questions about numbers in lists, tables, graphs, texts and images."""
