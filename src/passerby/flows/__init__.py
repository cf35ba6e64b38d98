"""How many, where, which way."""
