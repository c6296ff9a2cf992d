"""String editing as in a spreadsheet: few examples, names, dates, paths, addresses, fields."""
