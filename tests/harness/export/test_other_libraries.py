"""The retriever within LangChain, LlamaIndex and PyTerrier, where these are installed: no extra of this project is."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.export.standalone.retriever import ProgramRetriever

Make = Callable[..., ProgramRetriever]
QUERY = "violin strings"


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
