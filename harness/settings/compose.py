"""How YAML and `key=value` become settings: composed by Hydra from `configs/`, checked against the dataclasses."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import Any

from harness.errors import UsageError
from harness.settings.schema import Settings


def compose(overrides: Sequence[str]) -> Settings:
    """Compose the settings of `key=value` overrides.

    Raises UsageError naming the key or value at fault and the nearest one that exists.
    """
    from hydra import compose as hydra_compose
    from hydra import initialize_config_module
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    register_schema()
    try:
        with initialize_config_module("configs", version_base="1.3"):
            config = hydra_compose("config", overrides=[_checked(override) for override in overrides])
        return from_config(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise UsageError(_sentence(error)) from error


def register_schema() -> None:
    """Give Hydra the dataclasses as the schema that `configs/config.yaml` starts from."""
    from hydra.core.config_store import ConfigStore

    ConfigStore.instance().store(name="settings_schema", node=Settings)


def from_config(config: Any) -> Settings:
    """Check a composed Hydra config, or a mapping recorded in an archive, against the dataclasses.

    Raises UsageError naming what does not fit.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        settings = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(Settings), config))
    except OmegaConfBaseException as error:
        raise UsageError(_sentence(error)) from error
    assert isinstance(settings, Settings)
    _check_values(settings)
    return settings


def to_mapping(settings: Settings) -> dict[str, Any]:
    """Settings as plain nested dictionaries, for the archive."""
    return asdict(settings)


@cache
def groups() -> Mapping[str, tuple[str, ...]]:
    """Config groups and the choices of each."""
    root = resources.files("configs")
    return {
        folder.name: tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir()))
        for folder in root.iterdir()
        if folder.is_dir() and not folder.name.startswith("_")
    }


def _checked(override: str) -> str:
    """Catch a misspelt key or choice before Hydra does, since it suggests nothing; let free mappings take new keys."""
    key, separator, value = override.partition("=")
    if not separator:
        raise UsageError(f"'{override}' is not a setting; write key=value, for example search.generations=4.")
    defaults = asdict(Settings())
    keys = _keys(defaults)
    if any(f"{key}.".startswith(f"{name}.") and _value_at(defaults, name) == {} for name in keys):
        return f"++{override}"
    if key not in keys:
        raise UsageError(f"There is no setting '{key}'{_near(key, keys)}; `ttc discover --show-config` lists them all.")
    if isinstance(_value_at(defaults, key), list) and not value.startswith(("[", "${")):
        raise UsageError(f"{key} is a list; write {key}=[{value}], in quotes where your shell reads brackets.")
    if key in groups() and value not in groups()[key]:
        choices = ", ".join(groups()[key])
        raise UsageError(f"There is no {key} '{value}'{_near(value, groups()[key])}; choose one of {choices}.")
    return override


def _keys(mapping: Mapping[str, Any], prefix: str = "") -> list[str]:
    keys = []
    for key, value in mapping.items():
        keys.append(prefix + key)
        if isinstance(value, Mapping):
            keys += _keys(value, f"{prefix}{key}.")
    return keys


def _value_at(mapping: Any, key: str) -> Any:
    for part in key.split("."):
        mapping = mapping[part]
    return mapping


def _near(word: str, known: Sequence[str]) -> str:
    match = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f", did you mean '{match[0]}'?" if match else ""


def _sentence(error: Exception) -> str:
    """What a library says first, of the deepest cause, as one sentence."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    key = getattr(cause, "full_key", None)
    where = f" at {key}" if key else ""
    said = str(cause).strip().splitlines()
    return f"The configuration is not valid{where}: {said[0].rstrip('.') if said else type(cause).__name__}."


def _check_values(settings: Settings) -> None:
    choices = {
        "search.objective": ("compute", "transfer"),
        "sandbox.level": ("strict", "standard", "weak", "none"),
        "encoder.dtype": ("float32", "bfloat16", "float16"),
    }
    mapping = asdict(settings)
    for key, allowed in choices.items():
        value = _value_at(mapping, key)
        if value not in allowed:
            raise UsageError(f"{key} is '{value}'{_near(str(value), allowed)}; choose one of {', '.join(allowed)}.")
    for key, least in (
        ("search.generations", 0),
        ("search.parents", 0),
        ("search.in_flight", 1),
        ("search.islands", 1),
        ("search.migration", 1),
        ("proposer.attempts", 1),
        ("executor.workers", 1),
        ("tasks.max_queries", 1),
    ):
        value = _value_at(mapping, key)
        if value is not None and value < least:
            raise UsageError(f"{key} is {value}; it must be at least {least}.")


def as_yaml(settings: Settings) -> str:
    """Settings as YAML, every key with its value."""
    from omegaconf import OmegaConf

    return OmegaConf.to_yaml(OmegaConf.create(asdict(settings)))
