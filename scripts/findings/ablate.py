"""The best inductive program of the published run without one of its parts at a time."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.findings.choose import Choice

OF = "OwnGenericPart"
"""The program that the edits below are of."""

Edit = tuple[str, str]
EDITS: Mapping[str, tuple[Edit, ...]] = {
    "the encoder: words alone": (("    return left + (1", "    return said\n    return left + (1"),),
    "words: the encoder alone": (
        ("    left = dense * seen + said\n", "    left = dense * seen\n    said = dense\n"),
    ),
    "feedback of what is found": (("    return left + (1", "    return left\n    return left + (1"),),
    "generic half of the query taken off": (
        ("    dense = zscore(dense - alike * np.abs(alike) / 2 * generic)\n", ""),
        ('    generic = zscore(embed_fn(generic_part(q_texts, rows), role="query") @ d_emb.T)\n', ""),
        ("    alike = (zscore(dense) * generic).mean(axis=1, keepdims=True)\n", ""),
    ),
    "hub levels from probes": (
        ("sides.append(without_level(side[:count], level_of(side[count:])))", "sides.append(side[:count])"),
        ("found = without_level(zscore(found @ d_emb.T), level_of(cosine[count:]))", "found = zscore(found @ d_emb.T)"),
    ),
    "first sentences as a field": ((" + title * np.float32(naming(d_texts)) * seen**2", ""),),
    "share of words seen as weight of the encoder": (("    seen = share_seen(rows, 100)", "    seen = np.float32(1)"),),
    "stems": (("                memo[word] = stem(word)", "                memo[word] = word"),),
    "runs of five characters": (
        (" + lexical(runs(asked), runs(rows), size * 2))]", ")]"),
        ("        present = lexical(runs(asked), runs(parts), size * 2, 0)\n", "        present = 0\n"),
    ),
    "neighbouring words": (
        (" + lexical(neighbours(asked), neighbours(rows))", ""),
        ("        for view in (neighbours, loose):", "        for view in ():"),
    ),
    "windows: whole documents alone": (
        ("    return (whole + (broad + narrow) / 2 + zscore(np.sqrt(exact))) / 3", "    return whole"),
    ),
    "roots of sums": (
        ("    units = [np.sqrt(lexical(", "    units = [(lexical("),
        ("np.sqrt(np.maximum.reduceat(present, starts, axis=1))", "np.maximum.reduceat(present, starts, axis=1)"),
        ("zscore(np.sqrt(exact))", "zscore(exact)"),
    ),
}  # fmt: skip
"""What is taken out, and the edits that take it out, each of text that stands once in the program."""


def ablations(source: str, folder: Path) -> Iterator[Choice]:
    """The program without each part, written into the folder. Raises ValueError where it is not the program edited."""
    for place, (part, edits) in enumerate(EDITS.items()):
        changed = source
        for old, new in edits:
            if changed.count(old) != 1:
                raise ValueError(f"The program has {changed.count(old)} places {old!r}; it is not {OF}.")
            changed = changed.replace(old, new)
        path = folder / f"without_{place}.py"
        path.write_text(changed, "utf-8")
        yield Choice(f"without {part}", str(path), path.stem)
