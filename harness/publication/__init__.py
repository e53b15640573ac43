"""A run as a folder to give away: its archive, its page, its findings, and what a reader needs to judge them."""
