"""What is kept, for how long, and the log of it."""
