"""The frozen encoder: what it is, how it is loaded, cached and metered."""
