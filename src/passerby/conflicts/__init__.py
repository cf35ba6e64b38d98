"""Near misses: how close two road users came."""
