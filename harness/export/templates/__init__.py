"""Texts of an exported package, with $names to fill in."""
