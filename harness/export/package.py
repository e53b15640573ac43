"""Write a program's package to a folder."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from string import Template

from harness.errors import UsageError
from harness.export.facts import Measured, ProgramFacts
from harness.export.sources import standalone
from harness.text import plain

STANDALONE = ("embedding", "retriever", "mteb_model")


def write_package(facts: ProgramFacts, folder: Path) -> str:
    """Write the package and return the name to import it by.

    Raises UsageError where the folder exists and is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"The folder {folder} is not empty; name another with --out, or remove it.")
    words = _words(facts)
    for path, text in _texts(facts, words).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return words["package"]


def slug(name: str) -> str:
    """A name as an identifier: lower case, digits and underscores."""
    parts = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    return "_".join(parts)[:40].strip("_") or "program"


def _texts(facts: ProgramFacts, words: dict[str, str]) -> dict[str, str]:
    """Path within the package's folder to content."""
    sources = standalone(facts.source)
    package = f"src/{words['package']}"
    told = {name: value for name, value in asdict(facts).items() if name != "source"}
    texts = {
        "pyproject.toml": _filled("pyproject", words),
        "README.md": _filled("readme", words),
        f"{package}/__init__.py": _filled("init", words),
        f"{package}/program.py": sources.program,
        f"{package}/facts.json": json.dumps(told, indent=2) + "\n",
    }
    for name in STANDALONE:
        texts[f"{package}/{name}.py"] = files("harness.export.standalone").joinpath(f"{name}.py").read_text("utf-8")
    for name, source in sources.modules.items():
        texts[f"{package}/primitives/{name}.py"] = source
    licence = _licence()
    return texts if licence is None else texts | {"LICENSE": licence}


def _words(facts: ProgramFacts) -> dict[str, str]:
    identifier = slug(facts.name)
    name = re.sub(r'["\\$]', "?", plain(facts.name, 80))
    return {
        "slug": identifier,
        "package": f"ttc_{identifier}",
        "distribution": f"ttc-{identifier.replace('_', '-')}",
        "description": f"The retrieval program {name} over a frozen embedding model.",
        "origin": plain(facts.origin),
        "source_hash": facts.source_hash,
        "prompts": repr(facts.prompts),
        "adapters": repr(facts.adapters),
        "cost": _cost(facts),
        "measured": _measured(facts.cells),
        "transductive": _transductive(facts),
    }


def _cost(facts: ProgramFacts) -> str:
    if facts.cost_ratio is None:
        return "Not measured."
    return (
        f"c = {facts.cost_ratio:.2f} over {facts.cost_from}. 1 is encoding every query and document once; the rest is "
        "what the program embeds beside, counted in texts, as if nothing were remembered."
    )


def _measured(cells: Sequence[Measured]) -> str:
    if not cells:
        return "Nothing: no measurement of this program was at hand when it was exported."
    parts = []
    for held_out, title in ((False, "On the tasks that its search ran on (in-domain)"), (True, "On held-out tasks")):
        some = [cell for cell in cells if cell.held_out is held_out]
        if some:
            mean = round(sum(cell.delta for cell in some) / len(some), 4) + 0.0  # no minus before a zero
            parts += [f"{title}: mean {mean:+.4f}, n = {len(some)} cells.", "", *_table(some), ""]
            told = dict.fromkeys(f"{plain(cell.task)} {cell.shared}." for cell in some if held_out and cell.shared)
            parts += [*told, ""] if told else []
    return "\n".join(parts).rstrip()


def _table(cells: Sequence[Measured]) -> list[str]:
    rows = [
        f"| {plain(cell.task)} | {plain(cell.encoder)} | {cell.n_queries} | {cell.baseline_ndcg:.4f} | "
        f"{cell.ndcg:.4f} | {cell.delta:+.4f} |"
        for cell in cells
    ]
    return ["| task | encoder | queries | cosine | program | delta |", "|---|---|--:|--:|--:|--:|", *rows]


def _transductive(facts: ProgramFacts) -> str:
    if "transductive" in facts.flags:
        return "The program is transductive: scores change with the other queries of a search."
    return "A program may look at all queries of a search together; one search of ten can differ from ten of one."


def _filled(template: str, words: dict[str, str]) -> str:
    return Template(files("harness.export.templates").joinpath(f"{template}.txt").read_text("utf-8")).substitute(words)


def _licence() -> str | None:
    """The licence text that this package was installed with."""
    found = [path for path in metadata.files("ttc-retrieval") or [] if path.name == "LICENSE"]
    return found[0].read_text("utf-8") if found else None
