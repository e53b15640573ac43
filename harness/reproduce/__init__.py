"""The published study run again, and one report that sets its figures beside ours."""
