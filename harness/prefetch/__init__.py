"""What a run needs of the hub, fetched before it, so that it can run where there is no network."""
