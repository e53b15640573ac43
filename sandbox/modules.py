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
    setbufsize set_printoptions show_config show_runtime get_include info source lookfor matrixlib nditer
    """.split()  # noqa: SIM905
)
"""Names of numpy that a program may not use: files, randomness, process-wide settings, raw memory, internals."""
