"""Things by name: built in, or brought by another package through an entry point that is read when it is needed.

A package brings an encoder called `theirs` with two lines in its `pyproject.toml`:

    [project.entry-points."ttc.encoders"]
    theirs = "their_package:make_encoder"
"""

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from harness.errors import HarnessError, JobError, UsageError
from harness.text import nearest

ENCODERS = "ttc.encoders"
TASKS = "ttc.tasks"
PROPOSERS = "ttc.proposers"
POLICIES = "ttc.policies"
EXECUTORS = "ttc.executors"
MEASURES = "ttc.measures"
OBJECTIVES = "ttc.objectives"
TRACKERS = "ttc.trackers"

WORDS = {
    ENCODERS: "encoder",
    TASKS: "task source",
    PROPOSERS: "proposer",
    POLICIES: "policy",
    EXECUTORS: "executor",
    MEASURES: "measure",
    OBJECTIVES: "objective",
    TRACKERS: "tracker",
}
"""Every group of entry points, and what a thing of it is called in a sentence."""


@dataclass(frozen=True)
class Plugin:
    """One thing that an installed package brings."""

    group: str
    name: str
    package: str
    version: str
    entry: EntryPoint = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"{WORDS[self.group]} '{self.name}' of {self.package} {self.version}"

    def load(self) -> Any:
        """Import it. Raises JobError naming package and cause where that fails."""
        try:
            loaded = self.entry.load()
        except Exception as error:  # whatever a package does when it is imported
            raise JobError(
                f"The {self} cannot be imported ({_cause(error)}); fix or uninstall {self.package}, or choose another."
            ) from error
        _loaded[self.group, self.name] = self
        return loaded


_loaded: dict[tuple[str, str], Plugin] = {}


def names(group: str) -> tuple[str, ...]:
    """The names that installed packages bring, without importing any."""
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def names_of_all() -> dict[str, tuple[str, ...]]:
    """The same of every group; the installed packages are looked through once."""
    found = entry_points()
    return {group: tuple(sorted({entry.name for entry in found.select(group=group)})) for group in WORDS}


def find(group: str, name: str) -> Plugin | None:
    """The thing of that name, not imported yet; None where no package brings it.

    Raises UsageError where two packages do.
    """
    found = [_described(group, entry) for entry in entry_points(group=group, name=name)]
    if len(found) > 1:
        packages = sorted(f"{one.package} {one.version}" for one in found)
        raise UsageError(
            f"The {WORDS[group]} '{name}' is brought by {' and by '.join(packages)}; uninstall all but one."
        )
    return found[0] if found else None


def choose(
    group: str,
    name: str,
    built_in: Mapping[str, Callable[..., Any]],
    *,
    takes: Collection[str],
    options: Mapping[str, Any] | None = None,
    what: str = "",
    written: str = "",
) -> Any:
    """The callable of that name, with `options` as its keyword-only arguments; a built-in name cannot be taken.

    It is to be called with the positional arguments that `takes` names; `what` replaces the group's word in sentences.
    `written` tells how an option is written where that is not in a config group, with `{}` for the option.
    Raises UsageError for an unknown name, for an option that it lacks and for a callable of another shape; JobError
    where a package cannot be imported.
    """
    what = what or WORDS[group]
    if name in built_in:
        return _with_options(built_in[name], options or {}, f"The {what} '{name}'")
    plugin = find(group, name)
    if plugin is None:
        raise unknown(what, name, [*built_in, *names(group)])
    loaded = plugin.load()
    chosen = _with_options(loaded, options or {}, f"The {plugin}", written) if callable(loaded) else None
    if chosen is None or not _can_take(chosen, takes):
        raise UsageError(
            f"The {plugin} cannot be called with ({', '.join(takes)}), as {what} is; tell its makers, or choose "
            "another."
        )
    return chosen


@contextmanager
def making(plugin: Plugin, text: str, fix: str) -> Iterator[None]:
    """Where a package's own code makes a thing of a text: what it raises becomes a UsageError with cause and `fix`."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:  # whatever a package does
        raise UsageError(
            f"The {plugin} cannot be made of {text} ({_cause(error)}); {fix}, or ask its makers."
        ) from error


def unknown(what: str, name: str, known: Collection[str]) -> UsageError:
    """The error for a name that nothing has: the nearest one, or all of them."""
    otherwise = f"; choose one of {', '.join(known)}."
    return UsageError(
        f"There is no {what} '{name}', built in or brought by an installed package{nearest(name, known, otherwise)}"
    )


def took_part(named: Iterable[tuple[str, str]]) -> list[Plugin]:
    """Those of the (group, name) pairs that packages brought and this process has imported."""
    return [_loaded[pair] for pair in dict.fromkeys(named) if pair in _loaded]


def _cause(error: Exception) -> str:
    said = " ".join(str(error).split()).rstrip(".")
    return type(error).__name__ + (f": {said}" if said else "")


def _described(group: str, entry: EntryPoint) -> Plugin:
    package, version = (entry.dist.name, entry.dist.version) if entry.dist else ("an unnamed package", "")
    return Plugin(group, entry.name, package, version, entry)


def _can_take(thing: Callable[..., Any], takes: Collection[str]) -> bool:
    try:
        inspect.signature(thing).bind(*takes)
    except TypeError:
        return False
    except ValueError:  # some callables of C say nothing of themselves
        pass
    return True


def _with_options(
    thing: Callable[..., Any], options: Mapping[str, Any], who: str, written: str = ""
) -> Callable[..., Any]:
    """The callable with its options. Raises UsageError for one it lacks, and for one it needs and was not given."""
    try:
        parameters = list(inspect.signature(thing).parameters.values())
    except ValueError:  # see _can_take
        parameters = []
    own = {one.name: one for one in parameters if one.kind is one.KEYWORD_ONLY}
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
    for name in options:
        if name not in own and not takes_any:
            how = f"; {written.format(next(iter(own)))}" if written and own else ""
            raise UsageError(f"{who} has no option '{name}'; it has {', '.join(own) or 'none'}{how}.")
    missing = [name for name, one in own.items() if one.default is one.empty and name not in options]
    if missing:
        how = (written or "set options.{} in its group").format(missing[0])
        raise UsageError(f"{who} needs the option '{missing[0]}'; {how}.")
    return partial(thing, **options) if options else thing
