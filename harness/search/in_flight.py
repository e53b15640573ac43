"""Work begun before its turn, handed out by number."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Result = TypeVar("Result")


class InFlight(Generic[Result]):
    """Up to `at_once` calls on threads of their own; with 0 each is made when it is taken, on the taker's thread.

    The threads are daemons: a call that waits for a silent server does not keep a process from ending.
    """

    def __init__(self, at_once: int, name: str) -> None:
        self._work: queue.SimpleQueue[tuple[Future[Result], Callable[[], Result]] | None] = queue.SimpleQueue()
        self._waiting: dict[int, Future[Result] | Callable[[], Result]] = {}
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}_{number}", daemon=True) for number in range(at_once)
        ]
        for thread in self._threads:
            thread.start()

    def __contains__(self, number: int) -> bool:
        """Whether this number was begun and not taken yet."""
        return number in self._waiting

    def begin(self, number: int, call: Callable[[], Result]) -> None:
        """Make the call for this number now or, without threads, when it is taken."""
        if not self._threads:
            self._waiting[number] = call
            return
        future: Future[Result] = Future()
        self._waiting[number] = future
        self._work.put((future, call))

    def take(self, number: int) -> Result:
        """The result for this number, waiting for it if need be. Raises what its call raised."""
        waiting = self._waiting.pop(number)
        return waiting.result() if isinstance(waiting, Future) else waiting()

    def call(self, call: Callable[[], Result]) -> Result:
        """Make a call with the threads, if there are any, so that closing waits for it; raises what it raises."""
        if not self._threads:
            return call()
        future: Future[Result] = Future()
        self._work.put((future, call))
        return future.result()

    def close(self, *, wait: bool) -> None:
        """Begin no more calls, and wait for those under way if asked to."""
        self._closed = True
        for _ in self._threads:
            self._work.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            future, call = work
            if self._closed:
                future.cancel()
                continue
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)
