"""This computer: what is recorded of it, and how many cores and how much memory this process may use."""
