"""Retrieval tasks and where they come from: mteb, folders in BEIR layout, the hub, ir_datasets, documentation."""
