"""How a search chooses: parents, models, what counts as new. Each policy is one file."""
