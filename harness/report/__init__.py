"""A run, or a whole archive, as one page that needs nothing but a browser."""
