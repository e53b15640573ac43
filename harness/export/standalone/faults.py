"""What may go wrong for whoever uses the retriever."""


class RetrieverError(ValueError):
    """One sentence: the cause and the fix. What raises it has changed nothing."""
