"""Who writes programs."""
