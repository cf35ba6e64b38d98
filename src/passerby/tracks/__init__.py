"""Where everybody was."""
