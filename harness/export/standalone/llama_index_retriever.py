"""The retriever for LlamaIndex."""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from .retriever import ProgramRetriever


class LlamaIndexRetriever(BaseRetriever):
    """Answers with text nodes, `id_` being the document's id, and their scores."""

    def __init__(self, retriever: ProgramRetriever, k: int = 10) -> None:
        super().__init__()
        self._retriever, self._k = retriever, k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(node=TextNode(id_=hit.id, text=hit.text), score=hit.score)
            for hit in self._retriever.search(query_bundle.query_str, self._k)
        ]
