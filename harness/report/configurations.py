"""Which of several runs are seeds of one configuration, and what the configurations are called."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive import Run
from harness.text import plain

ASIDE = ("search.seed", "search.generations", "proposer.desk", "proposer.run")
"""Settings that make no other configuration: the seed, and how long a run may be; runs are read at equal budgets."""
ASIDE_GROUPS = ("archive", "cache", "caps", "executor", "heads", "tracking")
TELLING = ("proposer.kind", "proposer.model", "proposer.models", "search.objective", "search.selection")
"""Settings that a name begins with, where they differ."""
LONGEST = 60
"""Characters of a name."""


@dataclass(frozen=True)
class Configuration:
    """Runs that differ in their seed alone, or one run."""

    name: str
    runs: tuple[int, ...]
    """Places in the list of runs."""


def configurations(runs: Sequence[Run]) -> list[Configuration]:
    """Group runs by their settings, in the order given, and name each group by the settings in which it differs.

    Runs with the same settings and the same seed are no two seeds of anything: what sets them apart, a person's
    programs say, is not among the settings. Each of these stands alone, under its id.
    """
    settings = [_settings(run) for run in runs]
    groups: dict[str, list[int]] = {}
    for place, values in enumerate(settings):
        groups.setdefault(repr(sorted(values.items())), []).append(place)
    found: list[Configuration] = []
    firsts = [settings[places[0]] for places in groups.values()]
    for places in groups.values():
        name = _name(settings[places[0]], firsts)
        seeds = [runs[place].record.seed for place in places]
        if len(set(seeds)) < len(seeds):
            found += [Configuration(f"{name}, {runs[place].id}".removeprefix(", "), (place,)) for place in places]
        else:
            by_seed = sorted(places, key=lambda place: runs[place].record.seed)
            found.append(Configuration(name or runs[places[0]].id, tuple(by_seed)))
    return found


def _settings(run: Run) -> dict[str, Any]:
    return {
        name: str(value)
        for name, value in _flat(run.record.config)
        if name not in ASIDE and name.partition(".")[0] not in ASIDE_GROUPS
    }


def _flat(mapping: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in mapping.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{head}{name}.")
        else:
            yield f"{head}{name}", value


def _name(settings: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    """The settings by which a group differs from another one, the most telling first."""
    names = dict.fromkeys([*TELLING, *(name for each in others for name in each)])
    differing = [name for name in names if len({str(each.get(name, "")) for each in others}) > 1]
    told = [f"{name.partition('.')[2] or name}={settings[name]}" for name in differing if settings.get(name)]
    return plain(", ".join(told), LONGEST)
