"""What a model is told, as plain text files: $names are filled in, everything else is sent as it stands."""
