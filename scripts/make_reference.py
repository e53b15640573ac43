"""Write docs/reference/verbs.md and docs/reference/config.md from the code. `--check` says whether they are up to date.

    python scripts/make_reference.py [--check]

Verbs, options and help come from the command line itself; settings from the dataclasses, their docstrings and the YAML
of the config groups. What is missing in the reference is to be added there.
"""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
GENERATED = "<!-- Written by scripts/make_reference.py; change the code and run it again. -->\n"
LOG = (
    "Every verb takes two more options, before its name or after it: `--debug` writes each step with its time to "
    "standard error, tracebacks too (`TTC_DEBUG=1` does the same), and `--log-file FILE` adds the main steps to a "
    "file, with `--debug` all of them."
)


def main() -> None:
    """Write both pages, or with --check exit 1 where one is out of date."""
    pages = {"verbs.md": verbs_page(), "config.md": config_page()}
    if "--check" in sys.argv[1:]:
        old = [name for name, text in pages.items() if (FOLDER / name).read_text("utf-8") != text]
        sys.exit(f"Out of date: {', '.join(old)}; run python scripts/make_reference.py." if old else 0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (FOLDER / name).write_text(text, "utf-8")


def verbs_page() -> str:
    """Every verb with its help, arguments, options and columns; the exit codes."""
    from typer.main import get_command

    from harness.cli import app

    verbs = dict(all_verbs(get_command(app)))
    return (
        "\n".join(
            [
                "# Verbs\n",
                GENERATED,
                "`ttc VERB --help` prints the same. `python -m harness` does what `ttc` does.\n",
                f"{LOG}\n",
                ", ".join(f"[{name}](#{name.replace(' ', '-')})" for name in verbs) + ".\n",
                "## Exit codes\n",
                *exit_codes(),
                *(line for name, verb in verbs.items() for line in _verb(name, verb)),
            ]
        ).rstrip()
        + "\n"
    )


def all_verbs(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every verb with its name as it is typed, those of a group after the group's."""
    for name, verb in group.commands.items():
        if hasattr(verb, "commands"):
            yield from all_verbs(verb, f"{before}{name} ")
        else:
            yield f"{before}{name}", verb


def exit_codes() -> list[str]:
    """What the exit code of `ttc` means, by the errors that lead to it."""
    from harness import errors

    found = {
        0: ["Done."],
        1: ["A run was stopped before its end, or a program did not end OK on every task."],
        130: ["Interrupted at once: by a second Ctrl-C in a run, by the first elsewhere."],
    }
    for error in vars(errors).values():
        if inspect.isclass(error) and issubclass(error, errors.HarnessError) and error is not errors.HarnessError:
            found.setdefault(error.exit_code, []).append(_first_line(error).partition(" (exit")[0].rstrip(".") + ".")
    rows = [f"| {code} | {' '.join(dict.fromkeys(sentences))} |" for code, sentences in sorted(found.items())]
    return ["| code | when |", "|--:|---|", *rows, ""]


def _verb(name: str, verb: Any) -> Iterator[str]:
    kinds = {key: _type_name(kind) for key, kind in get_type_hints(verb.callback).items()}
    arguments = [one for one in verb.params if one.param_type_name == "argument"]
    options = [one for one in verb.params if one.param_type_name == "option" and one.name != "help"]
    words = " ".join(_usage(one) for one in arguments)
    yield f"## {name}\n"
    yield f"    ttc {name}{' ' + words if words else ''}{' [OPTIONS]' if options else ''}\n"
    yield _paragraphs(verb.help or "")
    if arguments or options:
        yield "| argument or option | default | |"
        yield "|---|---|---|"
        for one in arguments:
            yield f"| `{_cell(_usage(one).strip('[]'))}` | {_default(one)} | {_cell(one.help or '')} |"
        for one in options:
            names = ", ".join(f"`{word}`" for word in (*one.opts, *one.secondary_opts))
            value = "" if one.is_flag else f" {kinds[one.name].removesuffix(' or None')}"
            yield f"| {names}{value} | {_default(one)} | {_cell(one.help or '')} |"
        yield ""
    if verb.epilog:
        yield _paragraphs(verb.epilog)


def _usage(argument: Any) -> str:
    word = (argument.metavar or argument.name).strip("[]{}").upper()
    word += " ..." if argument.nargs == -1 else ""
    return word if argument.required else f"[{word}]"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    plain = parameter.default is not None and not callable(parameter.default) and parameter.default is not False
    return f"`{parameter.default}`" if plain and parameter.default != () else ""


def _paragraphs(text: str) -> str:
    """Help as running text: lines of a paragraph joined."""
    parts = textwrap.dedent(text.replace("\b", "")).strip().split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts) + "\n"


def config_page() -> str:
    """Every setting with its type, default and meaning; every choice of every group."""
    from harness.settings import Settings, groups

    parts = [
        "# Settings\n",
        GENERATED,
        "Write them as `key=value` after a verb that runs programs: `ttc discover search.generations=20`. "
        "`ttc discover --show-config` prints them all as they will be used; `-m key=a,b` runs one search after "
        "another, and `--config-dir DIR` adds group files and experiments of your own: "
        "[first run](../first-run.md#change-something). A group is chosen by its name: `encoder=wordllama`. None is "
        "written `null`.\n",
        ", ".join(f"[{part.name}](#{part.name})" for part in fields(Settings)) + ".\n",
    ]
    for part in fields(Settings):
        kind = get_type_hints(Settings)[part.name]
        parts += [f"## {part.name}\n", f"{_first_line(kind)}\n"]
        parts += ["| setting | type | default | |", "|---|---|---|---|", *_settings(kind, part.name), ""]
        if part.name in groups():
            parts += [f"### Choices of `{part.name}`\n", *_choices(part.name, groups()[part.name])]
    return "\n".join(parts).rstrip() + "\n"


def _settings(kind: type, prefix: str) -> Iterator[str]:
    """One row for each field; a field that is a dataclass itself gives the rows of its fields."""
    meanings, types = _field_docstrings(kind), get_type_hints(kind)
    for one in fields(kind):
        if is_dataclass(types[one.name]):
            yield from _settings(types[one.name], f"{prefix}.{one.name}")
            continue
        meaning = _cell(meanings.get(one.name, ""))
        yield f"| `{prefix}.{one.name}` | {_type_name(types[one.name])} | {_value(one)} | {meaning} |"


def _type_name(kind: Any) -> str:
    written = kind.__name__ if inspect.isclass(kind) and not get_args(kind) else str(kind)
    return re.sub(r"\b\w+\.", "", written).replace("|", "or")


def _value(one: "Field[Any]") -> str:
    """A default as it is written on a command line."""
    if one.default is not MISSING:
        written = "null" if one.default is None else str(one.default)
        written = written.lower() if isinstance(one.default, bool) else written
        return f"`{written}`" if written else "empty"
    assert one.default_factory is not MISSING
    if inspect.isfunction(one.default_factory):
        return _cell(_first_line(one.default_factory))  # a default that follows the machine
    return f"`{one.default_factory()}`"


def _field_docstrings(kind: type) -> dict[str, str]:
    """The string below each field of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[ast.unparse(field.target)] = str(after.value.value)
    return found


def _choices(group: str, names: tuple[str, ...]) -> Iterator[str]:
    from harness.settings.words import CONFIGS

    for name in names:
        text = (CONFIGS / group / f"{name}.yaml").read_text("utf-8")
        lines = text.splitlines()
        comments = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
        yield f"**`{group}={name}`** {' '.join(comments)}\n"
        values = [line for line in lines if line.strip() and not line.startswith("#")]
        yield "\n".join(["```yaml", *values, "```\n"])


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
