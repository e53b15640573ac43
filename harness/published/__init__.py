"""Runs that come with the package, read by every verb under their names; see README.md beside this file."""
