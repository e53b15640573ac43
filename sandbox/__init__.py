"""Run untrusted `rerank` programs in confined processes and return verdicts."""
