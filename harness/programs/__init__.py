"""A program as text: found by name, fingerprinted, standing alone, its operations named."""
