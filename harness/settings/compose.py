"""How YAML and `key=value` become settings: composed by Hydra from `configs/`, checked against the dataclasses."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.settings.checks import check_values, value_at
from harness.settings.encoder import default_cache_folder
from harness.settings.home import abbreviate_paths
from harness.settings.masking import masked
from harness.settings.plugged import register_choices
from harness.settings.schema import Settings
from harness.settings.words import CONFIGS, Sources, choices, kinds, open_hydra, parse, spelt
from harness.text import nearest

_OURS = Sources()


def compose(overrides: Sequence[str], sources: Sources = _OURS) -> Settings:
    """Compose the settings of `key=value` overrides; Hydra's `+key=`, `++key=` and `~key` are understood too.

    Raises UsageError naming the key or value at fault and the nearest one that exists.
    """
    from hydra import compose as hydra_compose
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    register_schema()
    try:
        with open_hydra(sources) as loader:
            config = hydra_compose(sources.name, overrides=Overrides(overrides, sources, loader).check())
        return from_config(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise UsageError(_sentence(error)) from error


def compose_each(overrides: Sequence[str], sources: Sources = _OURS) -> list[tuple[str, Settings]]:
    """Compose every point of a grid, `key=a,b other=c,d`; with each what tells it from the others.

    Raises UsageError as `compose` does, before anything is run.
    """
    from hydra.errors import HydraException

    try:
        with open_hydra(sources) as loader:
            grid = [_points(word, sources, loader) for word in overrides]
    except HydraException as error:
        raise UsageError(_sentence(error)) from error
    swept = [len(points) > 1 for points in grid]
    jobs = []
    for job in itertools.product(*grid):
        varied = " ".join(word for word, varies in zip(job, swept, strict=True) if varies)
        jobs.append((varied, compose(job, sources)))
    return jobs


def _points(word: str, sources: Sources, loader: Any) -> list[str]:
    """What one word of a sweep stands for."""
    override = parse(Overrides([word], sources, loader, sweeping=True).spelt(word), loader)
    if not override.is_sweep_override():
        return [word]
    if not override.is_discrete_sweep():
        raise UsageError(f"'{word}' has no end of values; write them out: {override.key_or_group}=a,b.")
    return [f"{override.get_key_element()}={value}" for value in override.sweep_string_iterator()]


def register_schema() -> None:
    """Give Hydra the dataclasses as the schema that `configs/config.yaml` starts from, and what packages bring."""
    from hydra.core.config_store import ConfigStore

    ConfigStore.instance().store(name="settings_schema", node=_schema(default_cache_folder()))
    register_choices(groups())


@cache
def _schema(cache_folder: str) -> Any:
    """The dataclasses as OmegaConf has them, for the one default that the environment may change.

    Whoever changes it copies it first, as merging does.
    """
    from omegaconf import OmegaConf

    return OmegaConf.structured(Settings)


def from_config(config: Any) -> Settings:
    """Check a composed Hydra config, or a mapping recorded in an archive, against the dataclasses.

    Raises UsageError naming what does not fit.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        settings = OmegaConf.to_object(OmegaConf.merge(_schema(default_cache_folder()), config))
    except OmegaConfBaseException as error:
        raise UsageError(_sentence(error)) from error
    assert isinstance(settings, Settings)
    check_values(settings)
    return settings


BEFORE = {
    "tasks": {"unseen": 0.0},
    "program": {"transductive": "flag"},
    "proposer": {"repairs": 0, "evidence": "none"},
    "search": {"variants": "allow"},
}
"""What runs did that were recorded before there were these settings."""


def from_record(config: Any, overrides: Sequence[str] = ()) -> Settings:
    """The settings that an archive has of a run, with `overrides` as key=value; it goes on as it began.

    A choice of a whole group, `executor=ray`, puts that group in place of what is recorded of it.
    Raises UsageError naming what does not fit.
    """
    from omegaconf import OmegaConf

    merged = OmegaConf.merge(BEFORE, config)
    for word in overrides:
        key = word.partition("=")[0]
        if key in groups():
            OmegaConf.update(merged, key, asdict(getattr(compose([word]), key)), merge=False)
        else:
            merged = OmegaConf.merge(merged, OmegaConf.from_dotlist([word]))
    return from_config(merged)


def to_mapping(settings: Settings) -> dict[str, Any]:
    """Settings as plain nested dictionaries, for the archive; `~` stands for the home folder, and keys are masked."""
    mapping = asdict(settings)
    mapping["proposer"]["extra"] = masked(mapping["proposer"]["extra"])
    mapping["tracking"]["options"] = masked(mapping["tracking"]["options"])
    return abbreviate_paths(mapping)


@cache
def groups() -> Mapping[str, tuple[str, ...]]:
    """Config groups and the choices of each."""
    return {
        folder.name: tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir()))
        for folder in CONFIGS.iterdir()
        if folder.is_dir() and not folder.name.startswith("_")
    }


class Overrides:
    """Overrides on their way to Hydra: a misspelt key or choice is caught here, since Hydra suggests nothing."""

    def __init__(self, words: Sequence[str], sources: Sources, loader: Any, *, sweeping: bool = False) -> None:
        self._words, self._sources, self._loader, self._sweeping = words, sources, loader, sweeping
        self._defaults = asdict(Settings())
        self._keys = _keys(self._defaults)

    def check(self) -> list[str]:
        """All of them. Raises UsageError for the first that is wrong."""
        return [self._checked(word) for word in self._words]

    def spelt(self, word: str) -> str:
        """One of them in Hydra's grammar. Raises UsageError where it has none."""
        if word.startswith("~") and "=" not in word:
            return word
        written, separator, value = word.partition("=")
        if not separator:
            raise UsageError(f"'{word}' is not a setting; write key=value, for example search.generations=4.")
        key = written.lstrip("+~")
        kind = str if key in groups() else kinds(Settings).get(key)
        return spelt(word, key, value, kind, sweeping=self._sweeping)

    def _checked(self, word: str) -> str:
        word = self.spelt(word)
        written, _, value = word.partition("=")
        key = written.lstrip("+~")
        if key.startswith("hydra."):
            return self._hydras_own(key, word)
        if any(f"{key}.".startswith(f"{name}.") and value_at(self._defaults, name) == {} for name in self._keys):
            return word if written != key else f"++{word}"  # free mappings take new keys
        if key in groups() or ("." not in key and key in self._groups):  # Hydra takes long to list them
            self._check_choice(key, value, removed=written.startswith("~"))
        elif key not in self._keys:
            known = [*self._keys, *self._groups]
            listed = "; `ttc discover --show-config` lists them all."
            raise UsageError(f"There is no setting '{key}'{nearest(key, known, listed)}")
        elif written.startswith("~"):
            raise UsageError(f"{key} cannot be left out; only a whole group can, for example ~search.")
        elif isinstance(value_at(self._defaults, key), list) and not value.startswith(("[", "${")):
            raise UsageError(f"{key} is a list; write {key}=[{value}], in quotes where your shell reads brackets.")
        return word

    @cached_property
    def _groups(self) -> tuple[str, ...]:
        named = [word.partition("=")[0] for word in self._words]
        added = [word.lstrip("+~") for word in named if word.startswith(("+", "~"))]
        own = [name for name in added if "." not in name and self._choices(name)]
        return (*groups(), *self._loader.list_groups(""), *own)

    def _choices(self, group: str) -> tuple[str, ...]:
        return choices(self._loader, group, self._sources, [self.spelt(word) for word in self._words])

    def _check_choice(self, group: str, value: str, *, removed: bool) -> None:
        value = value.strip("'\"")
        if removed or "/" in value or value == "null" or value.startswith(("[", "{", "$")):
            return
        if value in groups().get(group, ()) or value in (known := self._choices(group)):
            return
        raise UsageError(f"There is no {group} '{value}'{nearest(value, known)}")

    def _hydras_own(self, key: str, word: str) -> str:
        if key != "hydra.searchpath":
            raise UsageError(f"{key} has no effect here; of Hydra's own settings, only hydra.searchpath=[FOLDER] has.")
        listed = parse(word).value()
        for one in listed if isinstance(listed, list) else [listed]:
            scheme, separator, path = str(one).partition("://")
            if (scheme == "file" or not separator) and not Path(path or str(one)).is_dir():
                raise UsageError(f"There is no folder {path or one}; write hydra.searchpath=[file:///FOLDER].")
        return word


def _keys(mapping: Mapping[str, Any], prefix: str = "") -> list[str]:
    keys = []
    for key, value in mapping.items():
        keys.append(prefix + key)
        if isinstance(value, Mapping):
            keys += _keys(value, f"{prefix}{key}.")
    return keys


def _sentence(error: Exception) -> str:
    """What a library says first, of the deepest cause, as one sentence."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    key = getattr(cause, "full_key", None)
    where = f" at {key}" if key else ""
    said = str(cause).strip().splitlines()
    return f"The configuration is not valid{where}: {said[0].rstrip('.') if said else type(cause).__name__}."


def as_yaml(settings: Settings) -> str:
    """Settings as YAML, every key with its value; `~` stands for the home folder."""
    from omegaconf import OmegaConf

    return OmegaConf.to_yaml(OmegaConf.create(to_mapping(settings)))
