"""Texts and judgments as people have them: one format, one file; what is kept of them is said in `gathered`."""
