"""Programs that treat each item of a list by itself: what one item comes to, found from wholes."""
