"""How many, where, which way: counts and turning movements, without following anybody."""
