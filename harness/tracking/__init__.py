"""Recorded programs told to a tracker as well: a copy for charts elsewhere, never a second source of truth."""
