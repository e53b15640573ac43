"""Hydra configuration groups; the YAML mirrors the dataclasses in `harness.settings`."""
