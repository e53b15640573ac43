"""Whether the hub answers, asked once a process."""

import functools
from typing import Any

_SECONDS = 5.0


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
    hub: Any = utils
    try:
        status = hub.get_session().head(endpoint, timeout=_SECONDS).status_code
    except Exception as error:  # whatever the HTTP client raises: no answer
        return f"no answer: {error or type(error).__name__}"
    return f"it answers with an error, {status}" if status >= 500 else None
