"""Passerby: street cameras in, anonymous city data out. It measures streets and never watches people."""

__version__ = "0.1.0"
