"""The hub of models and data sets: whether it answers, parts of its repositories as folders, and why there are none."""
