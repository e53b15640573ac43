"""What a model sent, read: thinking dropped, fields and the program found, edits applied."""
