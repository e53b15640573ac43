"""Every static rule in one place: the checks take names and thresholds from here, and so does the documentation."""

from dataclasses import dataclass

MAX_SOURCE_BYTES = 32 * 1024
MAX_TABLE_NUMBERS = 16
MAX_DATA_BITS = 1536
"""More than any program known to be honest holds; `scripts/truth/rules.py` measures it."""
MAX_INTEGER = 10**15
MAX_SIGNIFICANT_DIGITS = 4
MAX_TUNED_CONSTANTS = 28

POSITIONAL = ("q_emb", "d_emb", "sim")
KEYWORD_ONLY = ("embed_fn", "q_texts", "d_texts")
CHOSEN = ("q_vec", "d_vec")
"""Keywords that rerank may also take, and index the last: many vectors a text, where the encoder has them."""
INDEX = "index"
"""A program whose rerank takes it has a document side: a function of this name that makes it."""
INDEX_POSITIONAL = ("d_emb",)
INDEX_KEYWORD_ONLY = ("embed_fn", "d_texts")

ALLOWED_DUNDERS = frozenset(
    """
    __init__ __len__ __getitem__ __setitem__ __iter__ __next__ __call__ __lt__ __le__ __gt__ __ge__ __eq__ __ne__
    __hash__ __post_init__ __slots__ __contains__ __add__ __radd__ __sub__ __mul__ __rmul__
    __truediv__ __neg__ __matmul__ __repr__ __str__ __bool__ __float__ __int__ __future__ __all__
    """.split()  # noqa: SIM905
)

CALLED_DUNDERS = frozenset({"__init__", "__call__", "__post_init__", "__len__", "__getitem__", "__contains__"})
"""Special methods that may be named as attributes, as in `super().__init__()`; the others have their operators."""

NAMEDTUPLE_MEMBERS = frozenset({"_asdict", "_fields", "_make", "_replace"})

FORBIDDEN_NAMES = frozenset(
    """
    __import__ open eval exec compile globals locals vars dir getattr setattr delattr input breakpoint exit quit help
    memoryview __builtins__ copyright credits license
    """.split()  # noqa: SIM905
)

FORBIDDEN_ATTRIBUTES = frozenset(
    """
    tofile dump dumps ctypes setflags f_globals f_locals f_back f_builtins f_code gi_frame gi_code cr_frame cr_code
    ag_frame ag_code tb_frame tb_next co_code co_consts mro format_map attrgetter methodcaller Formatter Template
    get_type_hints ForwardRef get_annotations make_dataclass as_strided _evaluate
    """.split()  # noqa: SIM905
)

UNSTABLE_NAMES = frozenset({"hash", "id"})
UNSTABLE_ATTRIBUTES = frozenset({"samples", "kde_random", "__hash__", "__repr__", "__str__"})


@dataclass(frozen=True)
class Rule:
    """What a rule forbids, and how an author fixes a program that breaks it."""

    forbids: str
    fix: str


RULES = {
    "SIZE": Rule(
        f"More than {MAX_SOURCE_BYTES // 1024} KiB of source.",
        "Shorten the program; a new idea fits in a few hundred lines.",
    ),
    "NUL": Rule("NUL characters and text that is not valid Unicode.", "Remove the character."),
    "SYNTAX": Rule("Source that Python does not compile.", "Correct the syntax."),
    "DEPTH": Rule("Expressions nested too deeply for Python's parser.", "Split the expression into statements."),
    "SIGNATURE": Rule(
        "Anything but exactly one top-level function rerank with the agreed parameters, and, where it takes index, one "
        "top-level function index with its own.",
        "Write def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts); with a document side def index(d_emb, *, "
        "embed_fn, d_texts) as well, and index as the last parameter of rerank.",
    ),
    "TOPLEVEL": Rule(
        "Top-level statements other than a docstring, imports, functions, classes and assignments.",
        "Move the statement into a function.",
    ),
    "IMPORT": Rule(
        "Imports of modules outside the allowed list, relative imports and star imports, inside functions too.",
        "Use numpy, primitives where allowed, and the pure modules of the standard library: "
        "math, re, collections, itertools, functools, heapq, bisect, operator, statistics, string, unicodedata, "
        "typing, dataclasses, copy, fractions, difflib.",
    ),
    "MODULE_HOP": Rule(
        "Reaching a module that may not be imported through one that may (re.enum.sys).",
        "Use only the public functions of the allowed modules.",
    ),
    "MODULE_VALUE": Rule(
        "A module used as a value: assigned, passed, returned or stored.",
        "Name the function you need, as in np.sort.",
    ),
    "PATCH": Rule(
        "Setting or deleting an attribute of a module.",
        "Write a function of your own instead of changing a library's.",
    ),
    "REBIND": Rule(
        "Giving another value to a name that stands for an imported module.",
        "Choose another variable name.",
    ),
    "PRIVATE": Rule(
        "Names with a leading underscore that are not the program's own, and members of a module beside those that it "
        "publishes.",
        "Use the module's public functions.",
    ),
    "MEMBER": Rule(
        "Members of the allowed modules that read attributes by name, evaluate text, tell the time or draw random "
        "numbers: of typing all but the names of types, of dataclasses all but dataclass and field, of functools "
        "update_wrapper, singledispatch and the like, and numpy's datetime64.",
        "Use the module's plain functions, and write the access to an attribute directly.",
    ),
    "CLASS": Rule(
        "Classes made or matched at run time: type() except as in type(x) is int, metaclasses, class patterns with "
        "parts except those of builtins (case int(x)), and dataclasses.field, functools.wraps and copy.deepcopy other "
        "than plainly called.",
        "Write the class with a class statement, and test with isinstance and plain attributes.",
    ),
    "EXCEPTION": Rule(
        "Naming a caught exception, whose text holds names and addresses (except ValueError as error).",
        "Leave out the name, as in except ValueError.",
    ),
    "DUNDER": Rule(
        "Double-underscore names and attributes, except the usual special methods where a class defines them, and "
        "__init__, __call__, __len__, __getitem__ and __contains__ where they are called.",
        "Write the plain operator or function.",
    ),
    "NAME": Rule(
        "Builtins that read files, evaluate text or reach names by string: " + ", ".join(sorted(FORBIDDEN_NAMES)) + ".",
        "Write the access directly, and choose another name for a variable called so.",
    ),
    "ATTR": Rule(
        "Attributes that lead to files, frames, code objects or raw memory: "
        + ", ".join(sorted(FORBIDDEN_ATTRIBUTES))
        + ".",
        "Use ordinary array operations; sliding_window_view takes the place of as_strided.",
    ),
    "NUMPY": Rule(
        "Parts of numpy for files, randomness, process-wide settings, raw memory and internals.",
        "Use array operations, numpy.linalg and numpy.fft; start any iteration from a fixed, computed point.",
    ),
    "FORMAT": Rule(
        "str.format on anything but a literal, and fields that reach into attributes or items.",
        "Use an f-string.",
    ),
    "GLOBAL": Rule("The global statement.", "Pass the value, or use nonlocal in a closure."),
    "DETERMINISM": Rule(
        "What changes from process to process or draws numbers: hash() and id(), __hash__, __repr__ and __str__ called "
        "by name, samples() of a distribution, dates, and the text of a function, a generator or an object().",
        "Sort, use the position in a list as the key, and compute every number from the inputs.",
    ),
    "LITERALS": Rule(
        f"Learned or stored data: a literal with more than {MAX_TABLE_NUMBERS} numbers, bytes, integers from 1e15, and "
        f"more than {MAX_DATA_BITS} bits that the program could read out of its own source, counted in all numbers, "
        "strings (6 bits a character, 2 a word of a sorted stop list), names of classes, members, uncommon keywords "
        "and lists of names; documentation and names of functions cannot be read.",
        "Compute what you need from the inputs; a program may not carry data.",
    ),
    "TUNING": Rule(
        f"Signs of tuned parameters: a number with more than {MAX_SIGNIFICANT_DIGITS} significant digits, or more than "
        f"{MAX_TUNED_CONSTANTS} numeric constants beside 0, 1, 2, 0.5, 10, powers of ten and their negatives.",
        "Derive the value from the data or take a round one; the search is for structure, not for settings.",
    ),
}
"""Code -> rule, in the order in which they are documented."""


def markdown_table() -> str:
    """The rules as a table for the documentation."""
    rows = [f"| `{code}` | {rule.forbids} | {rule.fix} |" for code, rule in RULES.items()]
    return "\n".join(["| code | forbidden | fix |", "|---|---|---|", *rows])
