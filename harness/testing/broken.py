"""How a contract test says no."""

from collections.abc import Callable


class ContractBroken(AssertionError):
    """One sentence: what the contract asks, and what was met instead."""


def require(kept: object, sentence: str) -> None:
    """Raise ContractBroken with this sentence unless the contract was kept; `python -O` does not silence it."""
    if not kept:
        raise ContractBroken(sentence)


def require_raises(error: type[Exception], call: Callable[[], object], sentence: str) -> None:
    """Raise ContractBroken unless the call raises this error."""
    try:
        call()
    except error:
        return
    except Exception as other:
        raise ContractBroken(f"{sentence} It raised {type(other).__name__} ({other}).") from other
    raise ContractBroken(f"{sentence} It raised nothing.")
