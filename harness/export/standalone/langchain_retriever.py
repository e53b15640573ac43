"""The retriever for LangChain."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from .retriever import ProgramRetriever


class LangChainRetriever(BaseRetriever):
    """Answers with LangChain documents: `id`, text, and the score in their metadata."""

    retriever: Any
    k: int = 10

    def __init__(self, retriever: ProgramRetriever, k: int = 10) -> None:
        super().__init__(retriever=retriever, k=k)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(id=hit.id, page_content=hit.text, metadata={"id": hit.id, "score": hit.score})
            for hit in self.retriever.search(query, self.k)
        ]
