"""Fingerprints see operations, not names, comments or constants."""

import pytest

from harness.programs import inline
from harness.programs.fingerprint import code_hash, fingerprint
from harness.programs.inline import inline_primitives
from primitives import programs

BASE = '''
import numpy as np
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    """Shift the query."""
    top = np.argsort(-sim, axis=1)[:, :3]
    moved = q_emb + d_emb[top].mean(axis=1)
    return moved @ d_emb.T
'''


def test_names_comments_docstrings_and_annotations_do_not_count() -> None:
    renamed = (
        BASE.replace("top", "best")
        .replace("moved", "shifted: np.ndarray")
        .replace("shifted: np.ndarray @", "shifted @")
        .replace("Shift the query.", "Another text.")
        .replace("return", "# a comment\n    return")
    )
    assert renamed != BASE
    assert fingerprint(renamed) == fingerprint(BASE)


def test_a_constant_changes_the_exact_hash_only() -> None:
    tuned = fingerprint(BASE.replace(":3]", ":-5]"))
    assert tuned.exact != fingerprint(BASE).exact
    assert tuned.structure == fingerprint(BASE).structure


def test_an_operation_changes_both() -> None:
    changed = fingerprint(BASE.replace("+", "-"))
    assert changed.exact != fingerprint(BASE).exact
    assert changed.structure != fingerprint(BASE).structure


def test_a_method_of_the_same_name_as_a_local_is_kept_apart() -> None:
    assert fingerprint("def f(a):\n    return a.mean()") != fingerprint("def f(a):\n    return a.max()")


def test_what_does_not_parse_is_its_own_text() -> None:
    assert fingerprint("def (").exact == fingerprint("def (").exact
    assert fingerprint("def (").exact != fingerprint("def ((").exact
    assert fingerprint("a = '\ud800'").exact
    assert code_hash("def (") == fingerprint("def (").exact


def test_every_python_gives_the_same_hash() -> None:
    assert fingerprint(BASE).exact == "6f4180342967f2226bb6cc8e583d7195"


def test_code_takes_in_the_primitives_that_a_program_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    hybrid, cosine = programs.source("bm25_rrf"), programs.source("identity")
    before = {source: code_hash(source) for source in (hybrid, cosine)}
    assert before[hybrid] == code_hash(inline_primitives(hybrid))
    assert before[cosine] == fingerprint(cosine).exact
    definitions, imports = inline._library()
    changed = {
        **definitions,
        "words": inline._Definition(definitions["words"].text.replace("lower", "upper"), definitions["words"].uses),
    }
    assert changed != definitions
    monkeypatch.setattr(inline, "_library", lambda: (changed, imports))
    assert code_hash(hybrid) != before[hybrid]
    assert code_hash(cosine) == before[cosine]


def test_code_that_may_use_any_primitive_takes_in_all() -> None:
    source = "import primitives\n"
    assert code_hash(source) != fingerprint(source).exact
