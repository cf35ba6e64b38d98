"""Makes the packaged detector when Passerby is built; not part of what is installed."""
