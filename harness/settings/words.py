"""The words of a command line, read as Hydra reads them: settings, and where further configuration lies."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from harness.errors import UsageError
from harness.settings.home import expanded

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
"""By path, and not as a package: a person's own folder of that name may come first on the search path."""


@dataclass(frozen=True)
class Sources:
    """Where configuration is read from."""

    folder: Path | None = None
    """A person's own folder of YAML, searched after `configs/`."""
    name: str = "config"
    """The file that everything starts from."""


@contextmanager
def open_hydra(sources: Sources) -> Iterator[Any]:
    """Set Hydra up for these sources and yield its config loader. Raises UsageError where there is no such folder."""
    from hydra import version
    from hydra._internal.hydra import Hydra
    from hydra._internal.utils import create_config_search_path
    from hydra.core.global_hydra import GlobalHydra

    version.setbase("1.3")
    path = create_config_search_path(f"file://{CONFIGS}")
    if sources.folder is not None:
        path.prepend("command-line", f"file://{_existing(sources.folder)}", "schema")  # that one has to stay last
    GlobalHydra.instance().clear()
    # What hydra.initialize does too; it has no argument for a second folder, and hydra.searchpath finds no start file.
    hydra = Hydra.create_main_hydra2(task_name="ttc", config_search_path=path)
    try:
        yield hydra.config_loader
    finally:
        GlobalHydra.instance().clear()


def _existing(folder: Path) -> Path:
    found = expanded(folder).resolve()
    if not found.is_dir():
        raise UsageError(f"There is no folder {folder}; name the folder of your YAML files after --config-dir.")
    return found


def parse(override: str, loader: Any = None) -> Any:
    """An override as Hydra understands it. Raises HydraException where it does not."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    return OverridesParser.create(config_loader=loader).parse_override(override)


def spelt(override: str, key: str, value: str, kind: Any, *, sweeping: bool) -> str:
    """An override with its text in quotes where Hydra's grammar would not take it as it stands.

    Spaces, umlauts, `=`, `~` and, outside a sweep, commas belong to a path for everyone but that grammar.
    """
    from hydra.errors import HydraException

    before = override[: len(override) - len(value)]
    texts, plain = kind in (str, str | None), value.strip()
    try:
        read = parse(override)
        as_meant = read.is_sweep_override() or not isinstance(read.value(), int | float)
        if not texts or (as_meant and (sweeping or not read.is_sweep_override())):
            return override
        return before + _quoted(value)
    except HydraException as error:
        if plain.startswith("[") and plain.endswith("]") and not set(plain) & set("'\"{"):
            return f"{before}[{','.join(map(_quoted, plain[1:-1].split(',')))}]"
        if (kind is not None and not texts) or plain.startswith(("[", "{", "'", '"')):
            said = str(error).splitlines()[0].rstrip(".")
            raise UsageError(
                f"The value of {key} is not valid ({said}); put text with commas, brackets or quotes into quotes of "
                f'its own: "{key}={_hint(plain)}".'
            ) from error
        return before + (",".join(map(_quoted, value.split(","))) if sweeping else _quoted(value))


def _hint(value: str) -> str:
    return "['a, b','c']" if value.startswith("[") else "'a, b'"


def _quoted(text: str) -> str:
    stripped = text.strip()
    if stripped[:1] in ("'", '"') and stripped[-1:] == stripped[:1] and len(stripped) > 1:
        return text
    # A backslash means itself in Hydra's quotes, but before a quote.
    escaped = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), stripped)
    return f"'{escaped}'"


@cache
def kinds(settings: type) -> Mapping[str, Any]:
    """Every key of a dataclass of dataclasses with its type."""
    found: dict[str, Any] = {}
    for name, kind in get_type_hints(settings).items():
        found[name] = kind
        if is_dataclass(kind):
            found.update({f"{name}.{key}": inner for key, inner in kinds(kind).items()})  # type: ignore[arg-type]
    return found


def choices(loader: Any, group: str, sources: Sources, overrides: Sequence[str]) -> tuple[str, ...]:
    """The choices of a group, with those of folders that a person named."""
    from hydra.core.object_type import ObjectType

    searched = [parse(one) for one in overrides if one.startswith("hydra.searchpath=")]
    if not searched:
        return tuple(sorted(loader.get_group_options(group)))
    found = loader.get_group_options(group, ObjectType.CONFIG, sources.name, [one.input_line for one in searched])
    return tuple(sorted(found))
