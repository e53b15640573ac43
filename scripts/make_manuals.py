"""A corpus in another language than English, from manual pages: a folder in BEIR's layout.

python scripts/make_manuals.py /usr/share/man/de OUT [--asked-in /usr/share/man/fr] [--pages 200]

Packages such as `manpages-de` bring the pages (`apt-get download manpages-de && dpkg -x manpages-de_*.deb .` needs no
root). A query is what a page says of its command in a line, the document its description; with --asked-in the line is
that of the same page in another language.
"""

import argparse
import gzip
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 2_000
"""Characters kept of a description; E5 reads about as many."""
SHORTEST = 200
_MACRO = re.compile(r"^\.(?:\\\"|[A-Za-z]{1,3}\b *).*$", re.MULTILINE)
_FONT = re.compile(r"\\(?:f[A-Z]|f\(\w\w|f\[\w*\]|[,/&|:])")
_LINE = re.compile(r" \\[-(](?:em|en)? +")


def plain(roff: str) -> str:
    """The text of a part of a page, without its commands."""
    kept = re.sub(r"^\.(?:B|I|BR|IR|RB|BI|IB|RI) +", "", roff, flags=re.MULTILINE)
    bare = _FONT.sub("", _MACRO.sub("", kept)).replace("\\-", "-").replace("\\ ", " ").replace("\\(aq", "'")
    return " ".join(bare.replace("\\e", "\\").split())


def read(path: Path) -> tuple[str, str] | None:
    """What a page says in a line, and its description; None for a page that only names another, or tells little."""
    sections = re.split(
        r"^\.SH +.*$", gzip.decompress(path.read_bytes()).decode("utf-8", "replace"), flags=re.MULTILINE
    )
    _, *said = _LINE.split(" ".join(sections[1].split()), maxsplit=1) if len(sections) > 3 else [""]
    text = max((plain(one) for one in sections[2:5]), key=len, default="")[:LONGEST]
    return (plain(said[0]), text) if said and len(text) >= SHORTEST else None


def pages(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every page of a language, by its name and section."""
    return ((path.name.removesuffix(".gz"), path) for path in sorted(folder.glob("man*/*.gz")))


def main(words: list[str]) -> int:
    """Write the folder, and say how much is in it."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("language", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--asked-in", type=Path)
    asked.add_argument("--pages", type=int, default=200)
    chosen = asked.parse_args(words)
    found = {name: page for name, path in pages(chosen.language) if (page := read(path))}
    first = {text: name for name, (_, text) in reversed(found.items())}  # some pages only stand for another
    found = {name: page for name, page in found.items() if first[page[1]] == name}
    lines = {name: page[0] for name, page in found.items()}
    if chosen.asked_in:
        lines = {name: page[0] for name, path in pages(chosen.asked_in) if name in found and (page := read(path))}
    names = random.Random(0).sample(sorted(lines), min(chosen.pages, len(lines)))
    if not names:
        print(f"error: {chosen.language} has no manual page that can be used; name a folder with man1 in it.")
        return 2
    (chosen.out / "qrels").mkdir(parents=True, exist_ok=True)
    texts = {"corpus": {name: found[name][1] for name in names}, "queries": {name: lines[name] for name in names}}
    for file, rows in texts.items():
        told = (json.dumps({"_id": name, "text": text}, ensure_ascii=False) for name, text in rows.items())
        (chosen.out / f"{file}.jsonl").write_text("\n".join(told) + "\n", "utf-8")
    (chosen.out / "qrels" / "test.tsv").write_text("".join(f"{name}\t{name}\t1\n" for name in names), "utf-8")
    print(f"{len(names)} pages in {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
