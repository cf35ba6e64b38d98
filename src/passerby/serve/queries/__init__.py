"""What operators ask of the tables: pure functions over them, no web in here."""
