"""Write a program's package to a folder."""

import json
import re
from dataclasses import asdict
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from string import Template

from harness.errors import UsageError
from harness.export.facts import ProgramFacts
from harness.export.library import library, operations_of_library
from harness.export.readme import costs_told, measured_told, warnings_told
from harness.export.sources import standalone
from harness.text import plain

_TOLD = ("prompts", "adapters", "max_tokens", "options")
"""Settings of an encoder that a README tells of."""


def write_package(facts: ProgramFacts, folder: Path, *, anyway: bool = False) -> str:
    """Write the package and return the name to import it by.

    Raises UsageError where the folder exists and is not empty, and, unless `anyway`, where something speaks against
    putting the program to use.
    """
    if facts.concerns and not anyway:
        raise UsageError(
            f"Program {plain(facts.name, 80)} is not one to put to use ({'; '.join(facts.concerns)}); choose another, "
            "or export it with --anyway."
        )
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
    name = "_".join(parts)
    if len(name) > 40:  # cut between words where enough stays
        whole = name[:41].rpartition("_")[0]
        name = whole if len(whole) >= 20 else name[:40].strip("_")
    return name or "program"


def _texts(facts: ProgramFacts, words: dict[str, str]) -> dict[str, str]:
    """Path within the package's folder to content."""
    many = facts.encoder.many
    sources = standalone(facts.source, operations_of_library(many=many))
    package = f"src/{words['package']}"
    texts = {
        "pyproject.toml": _filled("pyproject", words),
        "README.md": _filled("readme", words),
        f"{package}/__init__.py": _filled("init", words),
        f"{package}/__main__.py": _filled("main", words),
        f"{package}/program.py": sources.program,
        f"{package}/facts.json": json.dumps(_told(facts), indent=2) + "\n",
    }
    texts |= {f"{package}/{path}": text for path, text in library(many=many).items()}
    texts |= {f"{package}/primitives/{name}.py": source for name, source in sources.modules.items()}
    licence = _licence()
    return texts if licence is None else texts | {"LICENSE": licence}


def _told(facts: ProgramFacts) -> dict[str, object]:
    told = asdict(facts)
    del told["source"]
    for cell in told["cells"]:
        del cell["per_query"]
    return told | {"concerns": facts.concerns}


def _words(facts: ProgramFacts) -> dict[str, str]:
    identifier = slug(facts.name)
    name = re.sub(r'["\\$]', "?", plain(facts.name, 80))
    encoder = facts.encoder
    return {
        "slug": identifier,
        "package": f"ttc_{identifier}",
        "distribution": f"ttc-{identifier.replace('_', '-')}",
        "description": f"The retrieval program {name} over a frozen embedding model.",
        "origin": plain(facts.origin),
        "requirements": json.dumps(["numpy>=2.1", "filelock>=3.12", *encoder.requirements]),
        "encoder": _encoder(facts),
        "opening": "many_opening" if encoder.many else "opening",
        "retriever": "many_retriever" if encoder.many else "retriever",
        "base": "ManyRetriever" if encoder.many else "ProgramRetriever",
        "nearest": "nearest documents by their one vector" if encoder.many else "nearest documents",
        "kept": _kept(facts),
        "baseline": "MaxSim" if encoder.many else "cosine",
        "depth": f"each query's {facts.depth} nearest documents" if facts.depth else "the whole corpus of each task",
        "model": 'model="path/of/the/model"' if not encoder.settings["model"] else "",
        "cost": costs_told(facts),
        "measured": measured_told(facts.cells),
        "warnings": warnings_told(facts),
    }


def _encoder(facts: ProgramFacts) -> str:
    encoder = facts.encoder
    kept = {name: value for name, value in encoder.settings.items() if name in _TOLD}
    settings = ", ".join(f"{name} {json.dumps(value)}" for name, value in kept.items() if value)
    more = f" ({plain(settings, 400)})" if settings else ""
    return f"{plain(encoder.name)}, revision {plain(encoder.revision)}, {encoder.dtype}, {encoder.dim} wide{more}"


def _kept(facts: ProgramFacts) -> str:
    """What of a text is kept, and how."""
    if not facts.encoder.many:
        return "Vectors are unit rows in float32."
    stored = facts.encoder.settings["options"].get("stored", "float32")
    return (
        f"A text has one vector, in float32, and many, which are held, saved and mapped in {stored} and compared by "
        "MaxSim. Scores differ by at most a millionth or so of their size from those that were measured, since sums of "
        "float32 depend on what else stands in a product."
    )


def _filled(template: str, words: dict[str, str]) -> str:
    return Template(files("harness.export.templates").joinpath(f"{template}.txt").read_text("utf-8")).substitute(words)


def _licence() -> str | None:
    """The licence text that this package was installed with."""
    found = [path for path in metadata.files("ttc-retrieval") or [] if path.name == "LICENSE"]
    return found[0].read_text("utf-8") if found else None
