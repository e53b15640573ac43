"""Corpora in writing without spaces between words, where lexical programs see a whole run of characters as one word."""

import re
from collections.abc import Mapping
from itertools import islice

LOOKED_AT = 200
"""Documents, and characters of each, that are looked at."""
PAIRED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""Chinese and Japanese, which `cjk=True` reads as pairs of characters; Korean has spaces between its words."""
UNPAIRED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Burmese and Khmer, which no primitive parts."""


def note_unspaced(name: str, documents: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence where most letters of the documents stand without spaces between words; nothing elsewhere."""
    sample = "".join(text[:LOOKED_AT] for text in islice(documents.values(), LOOKED_AT))
    if sample.isascii():
        return ()
    letters = sum(map(str.isalpha, sample))
    for script, advice in (
        (PAIRED, "as one word; with cjk=True, as in bm25(q_texts, d_texts, cjk=True), they see pairs of characters"),
        (UNPAIRED, "as one word, and no primitive parts them: put spaces between the words to search by words"),
    ):
        if 2 * len(script.findall(sample)) > letters > 0:
            return (f"Task {name} is written without spaces between words: lexical programs see a whole run {advice}.",)
    return ()
