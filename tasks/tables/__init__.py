"""Hash tables: counting, grouping, joining, looking up, tables in tables."""
