"""Retrieval tasks and the three places they come from: mteb, folders in BEIR layout, installed documentation."""
