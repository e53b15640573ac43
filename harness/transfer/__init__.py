"""Programs on held-out tasks and encoders: the matrix, what it says, and how it is shown."""
