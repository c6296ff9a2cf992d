"""What `solve` is made of: the setting of a task, its result, and how one comes to the other."""
