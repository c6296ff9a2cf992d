"""Float formulas with constants to be fitted, judged outside the range they were learned on."""
