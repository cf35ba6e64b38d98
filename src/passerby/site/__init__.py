"""The junction as configured."""
