"""The summary of a function asks for the functions that its See Also section names, or that name it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from harness.tasks.documentation.docstrings import is_question, see_also_names, summary, without_sections
from harness.tasks.documentation.material import Material, Size, first_of_each, in_stable_order, shorten
from harness.tasks.documentation.sources import Library


def see_also(library: Library, package: str, parts: Sequence[str], size: Size) -> Material:
    """Of the functions linked by See Also half are documents and the other half ask.

    No function is both, or each question would find its own docstring first, which nobody judged. A document is
    the docstring without See Also, references and examples, cut to size.
    """
    docstrings = {found.name: found.docstring for found in library.definitions(package, parts)}
    asks = {name: summary(docstring) for name, docstring in docstrings.items()}
    texts = {
        name: shorten(without_sections(docstring, "See Also", "References", "Examples"), size.characters[1])
        for name, docstring in docstrings.items()
    }
    links = _links(docstrings)
    fit = [name for name in first_of_each(texts) if is_question(asks[name]) and len(texts[name]) >= size.characters[0]]
    linked = in_stable_order(name for name in fit if links[name])
    offered, asking = linked[::2], linked[1::2]
    kept = [name for name in offered if links[name] & set(asking)][: size.documents]
    relevant = {name: frozenset(links[name] & set(kept)) for name in asking}
    asked = [name for name in asking if relevant[name]][: size.queries]
    return Material(
        queries={name: asks[name] for name in asked},
        documents={name: texts[name] for name in kept},
        relevant={name: relevant[name] for name in asked},
    )


def _links(docstrings: Mapping[str, str]) -> dict[str, set[str]]:
    """Who names whom in See Also, read in both directions."""
    by_last_piece = defaultdict(list)
    for name in docstrings:
        by_last_piece[name.rsplit(".", 1)[-1]].append(name)
    links: dict[str, set[str]] = defaultdict(set)
    for name, docstring in docstrings.items():
        for mentioned in see_also_names(docstring):
            target = _resolve(mentioned, name, by_last_piece[mentioned.rsplit(".", 1)[-1]])
            if target is not None and target != name:
                links[name].add(target)
                links[target].add(name)
    return links


def _resolve(mentioned: str, mentioner: str, candidates: Sequence[str]) -> str | None:
    """The one definition a short name can mean: with its pieces in order, beside the mentioner if several; or None."""
    fitting = [name for name in candidates if _in_order(mentioned.split("."), name.split("."))]
    if len(fitting) > 1:
        beside = mentioner.rsplit(".", 1)[0] + "."
        fitting = [name for name in fitting if name.startswith(beside)]
    return fitting[0] if len(fitting) == 1 else None


def _in_order(pieces: Sequence[str], whole: Sequence[str]) -> bool:
    rest = iter(whole)
    return all(piece in rest for piece in pieces)
