"""One module per violation."""
