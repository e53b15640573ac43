"""The retriever with faiss, LangChain, LlamaIndex and PyTerrier where they are installed: no extra here brings them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.export.standalone.retriever import ProgramRetriever

Make = Callable[..., ProgramRetriever]
QUERY = "violin strings"
WORDS = ("harbour", "violin", "comet", "winter", "dust", "sun", "bill", "spring", "owl", "string", "mouse", "night")


def test_langchain(make: Make) -> None:
    pytest.importorskip("langchain_core")
    from harness.export.standalone.langchain_retriever import LangChainRetriever

    retriever = make()
    found: Any = LangChainRetriever(retriever, k=2).invoke(QUERY)
    expected = retriever.search(QUERY, 2)
    assert [(one.id, one.metadata["score"], one.page_content) for one in found] == [tuple(hit) for hit in expected]


def test_llama_index(make: Make) -> None:
    pytest.importorskip("llama_index.core")
    from harness.export.standalone.llama_index_retriever import LlamaIndexRetriever

    retriever = make()
    found: Any = LlamaIndexRetriever(retriever, k=2).retrieve(QUERY)
    expected = retriever.search(QUERY, 2)
    assert [(one.node.node_id, one.score, one.node.text) for one in found] == [tuple(hit) for hit in expected]


def test_pyterrier(make: Make) -> None:
    pytest.importorskip("pyterrier")
    import pandas as pd

    from harness.export.standalone.pyterrier_transformer import PyTerrierTransformer

    retriever = make()
    frame = pd.DataFrame([("1", QUERY), ("2", "comets of ice")], columns=["qid", "query"])
    found: Any = (PyTerrierTransformer(retriever, k=3) % 2)(frame)
    first = found[found["qid"] == "1"].sort_values("rank")
    assert list(zip(first["docno"], first["score"], strict=True)) == [hit[:2] for hit in retriever.search(QUERY, 2)]
    assert sorted(set(found["qid"])) == ["1", "2"] and found["rank"].min() == 0


def test_faiss_finds_most_candidates_and_what_was_added_since(make: Make, tmp_path: Path) -> None:
    pytest.importorskip("faiss")
    retriever, texts = make("identity", candidates=20), [f"{first} {second}" for first in WORDS for second in WORDS]
    retriever.index(texts, texts)
    exact = {query: {hit.id for hit in retriever.search(query, k=10)} for query in texts[:50]}
    retriever.approximate()
    retriever.save(tmp_path)
    retriever.load(tmp_path)
    found = {query: {hit.id for hit in retriever.search(query, k=10)} for query in exact}
    assert sum(len(exact[query] & found[query]) for query in exact) > 0.5 * 10 * len(exact)
    retriever.add(["new"], ["harbour violin comet"])
    retriever.remove(["harbour violin"])
    hits = [hit.id for hit in retriever.search("harbour violin comet", k=5)]
    assert hits[0] == "new" and "harbour violin" not in hits
