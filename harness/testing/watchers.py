"""What every watcher keeps."""

import inspect
from concurrent.futures import ThreadPoolExecutor

from harness.evaluation.watcher import Watcher
from harness.testing.broken import require

PLAIN = {
    "noted": ("A cap is near.",),
    "reading_tasks": (2,),
    "encoding": (3, 7),
    "asked": (1,),
    "retrying": ("Again.",),
    "program_started": (1, "Program1"),
}
"""Calls whose arguments are plain values."""


def check_watcher(watcher: Watcher) -> None:
    """See that a watcher takes what jobs tell, from any thread. Raises ContractBroken where it does not."""
    for name, method in inspect.getmembers(Watcher, inspect.isfunction):
        told = list(inspect.signature(method).parameters)[1:]
        heard = getattr(watcher, name, None)
        require(callable(heard), f"A watcher has the method {name}({', '.join(told)}).")
        try:
            inspect.signature(heard).bind(*told)  # type: ignore[arg-type]
        except TypeError as error:
            require(False, f"A watcher's {name} takes ({', '.join(told)}), but: {error}.")
    with ThreadPoolExecutor(2) as pool:
        for name, arguments in PLAIN.items():
            raised = pool.submit(getattr(watcher, name), *arguments).exception()
            require(raised is None, f"A watcher raises nothing; {name} raised {type(raised).__name__} ({raised}).")
