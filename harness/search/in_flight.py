"""Work begun before its turn, handed out by number."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Result = TypeVar("Result")


class InFlight(Generic[Result]):
    """Up to `at_once` calls on threads of their own; with 0 each is made when it is taken, on the taker's thread."""

    def __init__(self, at_once: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=name) if at_once else None
        self._waiting: dict[int, Future[Result] | Callable[[], Result]] = {}

    def __contains__(self, number: int) -> bool:
        """Whether this number was begun and not taken yet."""
        return number in self._waiting

    def begin(self, number: int, call: Callable[[], Result]) -> None:
        """Make the call for this number now or, without threads, when it is taken."""
        self._waiting[number] = call if self._pool is None else self._pool.submit(call)

    def take(self, number: int) -> Result:
        """The result for this number, waiting for it if need be. Raises what its call raised."""
        waiting = self._waiting.pop(number)
        return waiting.result() if isinstance(waiting, Future) else waiting()

    def call(self, call: Callable[[], Result]) -> Result:
        """Make a call with the threads, if there are any, so that closing waits for it; raises what it raises."""
        return call() if self._pool is None else self._pool.submit(call).result()

    def close(self, *, wait: bool) -> None:
        """Begin no more calls, and wait for those under way if asked to."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
