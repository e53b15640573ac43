"""Whether the hub answers, asked once a process."""

import functools
import threading
from typing import Any

_SECONDS = 5.0
"""In all: a client's own limit counts for each step anew, and looking up a name has none."""


def hub_trouble() -> str | None:
    """Why the hub cannot be used, None where it can: one short try a process.

    The libraries would retry each file for a minute, model by model and data set by data set.
    """
    from huggingface_hub import constants

    return _probe(constants.ENDPOINT, bool(constants.HF_HUB_OFFLINE))


@functools.cache
def _probe(endpoint: str, offline: bool) -> str | None:
    """`offline` is in the key because it decides the answer."""
    from huggingface_hub import utils

    if offline:
        return "it is switched off by HF_HUB_OFFLINE"
    hub: Any = utils  # its types do not name what it offers
    session: Any = hub.get_session()
    said: list[str | None] = []
    # A thread that nobody waits for: it may sit for long in the system's resolver, which nothing interrupts.
    asking = threading.Thread(target=lambda: said.append(_ask(session, endpoint)), daemon=True)
    asking.start()
    asking.join(_SECONDS)
    return said[0] if said else f"no answer in {_SECONDS:g} seconds"


def _ask(session: Any, endpoint: str) -> str | None:
    try:
        status = session.head(endpoint, timeout=_SECONDS).status_code
    except Exception as error:  # whatever the HTTP client raises: no answer
        return f"no answer: {error or type(error).__name__}"
    return f"it answers with an error, {status}" if status >= 500 else None
