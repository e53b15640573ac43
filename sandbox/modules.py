"""The modules a program may import: one list for the static rules and for what the zygote loads beforehand."""

ALLOWED = (
    "__future__",
    "bisect",
    "collections",
    "collections.abc",
    "copy",
    "dataclasses",
    "difflib",
    "fractions",
    "functools",
    "heapq",
    "itertools",
    "math",
    "numpy",
    "numpy.fft",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.typing",
    "operator",
    "re",
    "statistics",
    "string",
    "typing",
    "unicodedata",
)

PASSAGES = ("numpy.lib",)
"""Packages that may be named on the way to an allowed module, but not imported."""

PRIMITIVES = "primitives"
"""The package of retrieval operations, allowed with its modules unless a run forbids it."""

PRIMITIVE_PROGRAMS = "primitives.programs"
"""The reference programs: data of the harness, not operations."""


def allowed_modules(allow_primitives: bool) -> tuple[str, ...]:
    """Every module name that an import statement may name."""
    return (*ALLOWED, PRIMITIVES) if allow_primitives else ALLOWED


FORBIDDEN_NUMPY = frozenset(
    """
    load save savez savez_compressed memmap fromfile genfromtxt loadtxt savetxt fromregex fromstring frombuffer
    DataSource random ctypeslib f2py testing test distutils core _core rec ma char compat frompyfunc seterrcall
    setbufsize set_printoptions show_config show_runtime get_include info source lookfor matrixlib nditer nested_iters
    """.split()  # noqa: SIM905
)
"""Names of numpy that a program may not use: files, randomness, process-wide settings, raw memory, internals."""

TYPING = frozenset(
    """
    Any Callable ClassVar Final Generic Literal NamedTuple NewType NoReturn Optional Protocol Self TypeAlias TypeVar
    TYPE_CHECKING Union cast final AbstractSet Collection Container Counter DefaultDict Deque Dict FrozenSet Generator
    Hashable ItemsView Iterable Iterator KeysView List Mapping Match MutableMapping MutableSequence MutableSet
    OrderedDict Pattern Reversible Sequence Set Sized Text Tuple ValuesView
    """.split()  # noqa: SIM905
)

ALLOWED_MEMBERS = {
    "dataclasses": frozenset({"dataclass", "field", "FrozenInstanceError", "InitVar", "KW_ONLY"}),
    "functools": frozenset(
        {"cache", "cached_property", "cmp_to_key", "lru_cache", "partial", "reduce", "total_ordering", "wraps"}
    ),
    "numpy.lib": frozenset({"stride_tricks"}),
    "typing": TYPING,
}
"""Members of modules most of whose others read attributes by name or evaluate text: only these may be used."""

FORBIDDEN_MEMBERS = {
    "copy": frozenset({"replace"}),
    "numpy": frozenset(
        """
        datetime64 timedelta64 datetime_as_string datetime_data busday_count busday_offset busdaycalendar is_busday
        ScalarType sctypeDict typecodes
        """.split()  # noqa: SIM905
    ),
    "statistics": frozenset({"kde_random"}),
}
"""Members of other modules that tell the time, draw random numbers or read attributes by name."""


def may_use(module: str, name: str) -> bool:
    """Whether programs may use this public member of an allowed module."""
    if module in ALLOWED_MEMBERS:
        return name in ALLOWED_MEMBERS[module]
    return name not in FORBIDDEN_MEMBERS.get(module, ())
