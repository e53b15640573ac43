"""The learned rival: projection heads trained on the discovery tasks and judged where programs are judged."""
