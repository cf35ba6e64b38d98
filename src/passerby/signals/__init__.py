"""Who had which light when."""
