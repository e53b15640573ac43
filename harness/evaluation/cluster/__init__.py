"""Programs and encoders on the machines of a Ray cluster; nothing of Ray is imported before it is used."""
