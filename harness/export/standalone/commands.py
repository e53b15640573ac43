"""The package from a shell: index a corpus, bring it up to date, search it, serve it."""

import argparse
import sys
from collections.abc import Callable, Sequence

from .corpus import read_corpus
from .faults import RetrieverError
from .retriever import ProgramRetriever

Make = Callable[..., ProgramRetriever]


def main(make: Make, package: str, words: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0, or 1 after one sentence on standard error."""
    parser = _parser(package)
    asked = parser.parse_args(words)
    chosen = {} if asked.candidates is None else {"candidates": asked.candidates}
    try:
        asked.verb(make(asked.model, **chosen), asked)
    except RetrieverError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser(package: str) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--model", help="a folder with the model, where it is not to be looked up")
    shared.add_argument("--candidates", type=int, help="nearest documents of a query that the program sees")
    parser = argparse.ArgumentParser(prog=f"python -m {package}")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb, told, first, second in (
        (_index, "embed a corpus and save it", "corpus", "folder"),
        (_update, "add and remove what a corpus has changed", "corpus", "folder"),
        (_search, "the best documents for a question", "folder", "question"),
        (_serve, "answer over HTTP", "folder", ""),
    ):
        one = verbs.add_parser(verb.__name__[1:], help=told, parents=[shared])
        for name in filter(None, (first, second)):
            one.add_argument(name)
        one.set_defaults(verb=verb)
        if verb is not _index:
            one.add_argument("--verify", action="store_true", help="read all of the index first, for damaged files")
        if verb is _search:
            one.add_argument("-k", type=int, default=10, help="how many documents")
        if verb is _serve:
            one.add_argument("--port", type=int, default=8000)
            one.add_argument("--corpus", help="refuse to start unless the index is one of this corpus")
    return parser


def _index(retriever: ProgramRetriever, asked: argparse.Namespace) -> None:
    retriever.index(*read_corpus(asked.corpus))
    retriever.save(asked.folder, overwrite=True)
    print(f"Indexed {_documents(retriever)} in {asked.folder}.")


def _documents(retriever: ProgramRetriever) -> str:
    return f"{len(retriever)} document{'' if len(retriever) == 1 else 's'}"


def _update(retriever: ProgramRetriever, asked: argparse.Namespace) -> None:
    ids, texts = read_corpus(asked.corpus)
    retriever.load(asked.folder, verify=asked.verify)
    new, changed, gone = retriever.update(ids, texts)
    retriever.save(asked.folder)
    print(f"{len(new)} new, {len(changed)} changed, {len(gone)} gone; {asked.folder} has {_documents(retriever)}.")


def _search(retriever: ProgramRetriever, asked: argparse.Namespace) -> None:
    retriever.load(asked.folder, verify=asked.verify)
    for hit in retriever.search(asked.question, asked.k):
        print(f"{hit.score:10.4f}  {hit.id}  {' '.join(hit.text.split())[:80]}")


def _serve(retriever: ProgramRetriever, asked: argparse.Namespace) -> None:
    try:
        from .serving import serve
    except ImportError as error:
        raise RetrieverError(f"Serving needs {error.name}; install the package with its extra [serve].") from None
    retriever.load(asked.folder, verify=asked.verify)
    if asked.corpus:
        retriever.require_same(*read_corpus(asked.corpus))
    serve(retriever, asked.port)
