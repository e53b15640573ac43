"""Fingerprints see operations, not names, comments or constants."""

from dataclasses import replace

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


def test_a_document_side_is_none_under_another_name() -> None:
    sided = "def index(d_emb, *, embed_fn, d_texts):\n    return d_emb\n" + BASE.replace("d_texts)", "d_texts, index)")
    assert fingerprint(sided) != fingerprint(sided.replace("index", "other"))
    # Without a document side it is a name like any other: what was recorded before there was one keeps its hash.
    plain = BASE + "\n\ndef index(words):\n    return words\n"
    assert fingerprint(plain).structure == fingerprint(plain.replace("index", "other")).structure


def test_every_python_gives_the_same_hash() -> None:
    assert fingerprint(BASE).exact == "6f4180342967f2226bb6cc8e583d7195"


def test_code_takes_in_the_primitives_that_a_program_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    hybrid, cosine = programs.source("bm25_rrf"), programs.source("identity")
    before = {source: code_hash(source) for source in (hybrid, cosine)}
    assert before[hybrid] == code_hash(inline_primitives(hybrid))
    assert before[cosine] == fingerprint(cosine).exact
    definitions, imports = inline._library()
    upper = definitions["runs"].bare.replace("lower", "upper")
    changed = {**definitions, "runs": replace(definitions["runs"], bare=upper)}
    assert changed != definitions
    monkeypatch.setattr(inline, "_library", lambda: (changed, imports))
    assert code_hash(hybrid) != before[hybrid]
    assert code_hash(cosine) == before[cosine]


def test_code_that_may_use_any_primitive_takes_in_all() -> None:
    source = "import primitives\n"
    assert code_hash(source) != fingerprint(source).exact


HELPER = "def helper(x, beta=1, gamma=2):\n    return x * beta - gamma\n"
FIELDS = "from dataclasses import dataclass\n@dataclass\nclass P:\n    {}: int\n    {}: int\n"

DIFFERENT = {
    "a keyword named as a local is": ("beta = 3\nf(x, beta=beta)\n", "gamma = 3\nf(x, gamma=gamma)\n"),
    "a keyword of a local function": (HELPER + "helper(1, beta=3)\n", HELPER + "helper(1, gamma=3)\n"),
    "a keyword before its function": ("lambda: helper(1, beta=3)\n" + HELPER, "lambda: helper(1, gamma=3)\n" + HELPER),
    "fields of a dataclass": (FIELDS.format("a", "b") + "P(1, 2).a\n", FIELDS.format("b", "a") + "P(1, 2).a\n"),
    "a field more": ("class P:\n    a: int\n    b: int\n", "class P:\n    a: int\n"),
    "a field under a condition": ("class P:\n    if 1:\n        a: int = 1\n", "class P:\n    if 1:\n        a = 1\n"),
    "types of fields": ("class P:\n    a: int = 1\n", "class P:\n    a: ClassVar[int] = 1\n"),
    "attributes of a class": ("class A:\n    a = 1\n    b = 2\nA.a\n", "class A:\n    b = 1\n    a = 2\nA.a\n"),
    "methods": ("class A:\n    def a(s): return 1\nA().a()\n", "class A:\n    def b(s): return 1\nA().a()\n"),
    "keys of keywords": ("def f(**k):\n    return k['a']\nf(a=1)\n", "def f(**k):\n    return k['a']\nf(b=1)\n"),
    "computed keywords": ("def f(a, b): return a\nf(**k)\n", "def f(b, a): return b\nf(**k)\n"),
    "names as strings": ("def f():\n    a = 1\n    locals()['a']\n", "def f():\n    b = 1\n    locals()['a']\n"),
    "a global": ("def f():\n    global a\n    a = 1\n    b = 2\n", "def f():\n    global a\n    b = 1\n    a = 2\n"),
    "a hidden builtin": ("def f():\n    sum = 1\nsum([])\n", "def f():\n    total = 1\ntotal([])\n"),
    "a name like a new one": ("import numpy as v0\ndef f(x): return x\n", "import numpy as v0\ndef f(x): return v0\n"),
    "an exception's name": (
        "try:\n    pass\nexcept E as a:\n    b = a\n",
        "try:\n    pass\nexcept E as a:\n    a = b\n",
    ),
    "a name of a pattern": ("match x:\n    case a:\n        b = a\n", "match x:\n    case a:\n        a = b\n"),
    "a local made by its annotation": ("def f():\n    x: int\n    return x\n", "def f():\n    return x\n"),
    "an annotation that does something": ("def f(a: g()): pass\n", "def f(a): pass\n"),
    "a docstring that is read": ("def f():\n    'a'\nf.__doc__\n", "def f():\n    'b'\nf.__doc__\n"),
}  # fmt: skip


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_programs_that_differ_have_different_hashes(pair: tuple[str, str]) -> None:
    assert fingerprint(pair[0]).exact != fingerprint(pair[1]).exact


@pytest.mark.parametrize(
    "pair",
    [
        ("def f(a, b):\n    return a - b\n", "def f(b, a):\n    return b - a\n"),
        ("def f():\n    global a\n    a = 1\n", "def f():\n    global b\n    b = 1\n"),
        ("def g(x): return x\nf = g\n", "def h(y):\n    # said\n    return (y)\nf = h\n"),
        ("import numpy as np\ndef f(a: np.ndarray) -> int: return a\n", "import numpy as np\ndef f(a): return a\n"),
        ("np.sum(x, axis=1)\nfor row in x: pass\n", "np.sum(x, axis = 1)\nfor line in x: pass\n"),
    ],
)
def test_honest_renames_do_not_count(pair: tuple[str, str]) -> None:
    assert fingerprint(pair[0]) == fingerprint(pair[1])


def test_every_exchange_of_keywords_counts() -> None:
    """The case handed in: `beta` and `gamma` of a primitive, told apart whatever the program's own names are."""
    program = "from primitives import rocchio\ndef rerank({name}):\n    return rocchio(a, b, c, {name}={name})\n"
    beta, gamma = program.format(name="beta"), program.format(name="gamma")
    assert fingerprint(beta).exact != fingerprint(gamma).exact
    assert code_hash(beta) != code_hash(gamma)


def structure(body: str, head: str = "") -> str:
    return fingerprint(
        f"{head}def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return {body}"
    ).structure


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sim * 0.3", "sim * -2"),
        ("embed_fn([f'query: {t}' for t in q_texts])", "embed_fn([f'question: {t}' for t in q_texts])"),
        ("bm25(q_texts, d_texts, k1=0.9)", "bm25(q_texts, d_texts, k1=1.2)"),
        ("np.sort(sim)[:, -10:]", "np.sort(sim)[:, -50:]"),
    ],
)
def test_constants_alone_make_no_other_structure(one: str, other: str) -> None:
    assert structure(one) == structure(other)


def test_the_name_of_a_constant_is_none_of_its_structure() -> None:
    assert (
        structure("sim * WEIGHT", "WEIGHT = 0.3\n") == structure("sim * ALPHA", "ALPHA = 2\n") == structure("sim * 5")
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sim - sim.mean(axis=0)", "sim - sim.mean(axis=1)"),
        ("sim.sum(0)", "sim.sum(1)"),
        ("sim[:, ::-1]", "sim[:, ::2]"),
        ("embed_fn(q_texts, role='query')", "embed_fn(q_texts, role='document')"),
        ("[t.split('.') for t in d_texts]", "[t.split() for t in d_texts]"),
        ("[t.split('.') for t in d_texts]", "[t.split(' ') for t in d_texts]"),
        ("bm25(q_texts, d_texts, stem=True)", "bm25(q_texts, d_texts, stem=False)"),
        ("sim * 0.3", "sim + 0.3"),
    ],
)
def test_what_chooses_an_operation_is_no_constant(one: str, other: str) -> None:
    assert structure(one) != structure(other)
