"""The running junction."""
