"""The fourteen documentation tasks: what each asks, of which package, and how large it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.errors import TaskError
from harness.kept import kept
from harness.tasks.documentation.code import summary_to_code
from harness.tasks.documentation.licences import clause_to_licence, versions
from harness.tasks.documentation.long_documents import citation_to_docstring, parameter_to_class, summary_to_module
from harness.tasks.documentation.material import Material, Size, normal_form
from harness.tasks.documentation.see_also import see_also
from harness.tasks.documentation.sources import STANDARD_LIBRARY, Library, state
from harness.tasks.documentation.topics import paragraph_to_topic
from harness.tasks.task import RetrievalTask, make_task
from harness.text import counted

FEWEST_DOCUMENTS = 40
FEWEST_QUERIES = 20

_CODE = Size(documents=80, queries=40, characters=(150, 450))
_LINKED = Size(documents=100, queries=50, characters=(60, 350))
_TOPIC = Size(documents=60, queries=45, characters=(250, 1000))
_LICENCE = Size(documents=60, queries=50, characters=(400, 1200))
_LONG = Size(documents=40, queries=40, characters=(2400, 4000))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_STANDARD_MODULES = _words("""
    argparse asyncio collections configparser concurrent contextlib csv dataclasses difflib email fractions ftplib
    functools gettext glob heapq html http imaplib importlib inspect ipaddress json logging mailbox multiprocessing os
    pathlib pickle platform plistlib posixpath random selectors shelve shutil smtplib socket ssl statistics string
    subprocess tarfile tempfile textwrap threading tokenize traceback types typing unittest urllib uuid warnings
    weakref xml zipfile
""")
_NUMPY = _words("lib _core linalg ma fft polynomial")
_SCIPY = _words("stats signal optimize spatial linalg ndimage")
_NETWORKX = _words("algorithms classes generators")
_PANDAS = _words("core")
_ESTIMATORS = _words("""
    cluster covariance cross_decomposition decomposition ensemble feature_extraction feature_selection
    gaussian_process impute linear_model manifold metrics mixture model_selection naive_bayes neighbors
    neural_network preprocessing semi_supervised svm tree
""")
_LICENSED = _words("""
    certifi contourpy datasets filelock fonttools fsspec huggingface-hub hydra-core jinja2 joblib kiwisolver
    matplotlib mpmath mteb networkx numpy packaging pandas pillow polars pyarrow pyparsing python-dateutil regex
    requests scikit-learn scipy setuptools sympy torch tqdm transformers typing-extensions urllib3
""")


@dataclass(frozen=True)
class Recipe:
    """How one task is made."""

    domain: str
    package: str
    """What must be installed, as an error names it."""
    asks: str
    build: Callable[[Library], Material]
    sources: Callable[[], list[str]]
    """What it is built from, told so that a changed source is told otherwise."""


def _code(package: str, parts: tuple[str, ...], called: str) -> Recipe:
    return Recipe(
        "code",
        package,
        f"The first sentence of a {called} docstring asks for the function's source, docstring and name removed.",
        lambda library: summary_to_code(library, package, parts, _CODE),
        lambda: state(package, parts),
    )


def _see_also(package: str, parts: tuple[str, ...], called: str) -> Recipe:
    return Recipe(
        "reference",
        package,
        f"The summary of a {called} function asks for the functions its See Also section names, or that name it.",
        lambda library: see_also(library, package, parts, _LINKED),
        lambda: state(package, parts),
    )


RECIPES: Mapping[str, Recipe] = {
    "python-code": _code(STANDARD_LIBRARY, _STANDARD_MODULES, "standard library"),
    "networkx-code": _code("networkx", _NETWORKX, "networkx"),
    "pandas-code": _code("pandas", _PANDAS, "pandas"),
    "scipy-code": _code("scipy", _SCIPY, "scipy"),
    "sklearn-code": _code("sklearn", _ESTIMATORS, "scikit-learn"),
    "numpy-see-also": _see_also("numpy", _NUMPY, "numpy"),
    "networkx-see-also": _see_also("networkx", _NETWORKX, "networkx"),
    "pandas-see-also": _see_also("pandas", _PANDAS, "pandas"),
    "scipy-see-also": _see_also("scipy", _SCIPY, "scipy"),
    "python-topics": Recipe(
        "reference",
        STANDARD_LIBRARY,
        "A paragraph taken out of a topic of the Python language reference asks for the topic.",
        lambda library: paragraph_to_topic(_TOPIC),
        lambda: state(STANDARD_LIBRARY, ("pydoc_data",)),
    ),
    "licences": Recipe(
        "legal",
        "torch, numpy, pandas and others",
        "A clause taken out of the licence texts of installed packages asks for the stretches of licence it stood in.",
        lambda library: clause_to_licence(_LICENSED, _LICENCE),
        lambda: versions(_LICENSED),
    ),
    "python-modules-long": Recipe(
        "long-document",
        STANDARD_LIBRARY,
        "The summary of a function asks for the documentation of its standard library module, without it.",
        lambda library: summary_to_module(library, STANDARD_LIBRARY, _STANDARD_MODULES, _LONG),
        lambda: state(STANDARD_LIBRARY, _STANDARD_MODULES),
    ),
    "sklearn-parameters-long": Recipe(
        "long-document",
        "sklearn",
        "The description of a parameter asks for the docstring of its scikit-learn class, without it.",
        lambda library: parameter_to_class(library, "sklearn", _ESTIMATORS, _LONG),
        lambda: state("sklearn", _ESTIMATORS),
    ),
    "scipy-citations-long": Recipe(
        "long-document",
        "scipy",
        "A cited work asks for the scipy docstrings that cite it, whose lists of references are removed.",
        lambda library: citation_to_docstring(library, "scipy", _SCIPY, _LONG),
        lambda: state("scipy", _SCIPY),
    ),
}


def build_task(
    name: str,
    library: Library,
    folder: Path | None = None,
    *,
    max_queries: int | None = None,
    seed: int = 0,
    held_out: bool = False,
) -> RetrievalTask:
    """Build one task of RECIPES; sources are read through `library`, unless `folder` has what was made of them before.

    Questions of equal words are one question, under the first name, with the judgments of all: to a program they are
    the same.

    Raises TaskError naming the package when it is absent or so different that too little is left.
    """
    recipe = RECIPES[name]
    material = _material(name, recipe, library, folder)
    return make_task(
        name=name,
        source="documentation",
        queries=material.queries,
        documents=material.documents,
        qrels={query: dict.fromkeys(relevant, 1) for query, relevant in material.relevant.items() if relevant},
        description=recipe.asks,
        domain=recipe.domain,
        held_out=held_out,
        max_queries=max_queries,
        seed=seed,
    )


def _material(name: str, recipe: Recipe, library: Library, folder: Path | None) -> Material:
    if folder is None:
        return _made(name, recipe, library)
    parts = [name, _our_code(), *recipe.sources()]
    return Material.from_json(kept(folder, name, parts, lambda: _made(name, recipe, library).to_json()))


def _made(name: str, recipe: Recipe, library: Library) -> Material:
    material = merge_equal_questions(_without_given_answers(recipe.build(library)))
    if len(material.documents) < FEWEST_DOCUMENTS or len(material.queries) < FEWEST_QUERIES:
        raise TaskError(
            f"The task {name} found {counted(len(material.documents), 'document')} and "
            f"{counted(len(material.queries), 'question')} in the installed version of {recipe.package} "
            f"and needs {FEWEST_DOCUMENTS} and {FEWEST_QUERIES}; install another version, "
            "or leave the task out with tasks.names."
        )
    return material


@cache
def _our_code() -> str:
    """The source of this room: what it makes of the packages may change with it."""
    return "".join(file.read_text("utf-8") for file in sorted(Path(__file__).parent.glob("*.py")))


def _without_given_answers(material: Material) -> Material:
    """Drop questions that stand word for word in some document, which would then be found by copying alone."""
    documents = [f" {normal_form(text)} " for text in material.documents.values()]
    queries = {
        name: text
        for name, text in material.queries.items()
        if not any(f" {normal_form(text)} " in document for document in documents)
    }
    return Material(queries, material.documents, material.relevant)


def merge_equal_questions(material: Material) -> Material:
    """Keep of questions that have the same words the first, with what is relevant to any of them."""
    first: dict[str, str] = {}
    relevant: dict[str, frozenset[str]] = {}
    for name, text in material.queries.items():
        kept = first.setdefault(normal_form(text), name)
        relevant[kept] = relevant.get(kept, frozenset()) | material.relevant.get(name, frozenset())
    return Material({name: material.queries[name] for name in relevant}, material.documents, relevant)
