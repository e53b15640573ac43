"""Does a text hold a key? Asked of everything in a folder before it is given away."""

import os
import re
from collections.abc import Mapping

from harness.errors import JobError

SECRET_NAMES = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
"""Names of environment variables whose values are looked for."""
FEWEST_CHARACTERS = 12
"""Of such a value: shorter ones are words that a text may hold by chance."""
SHAPES = re.compile(
    r"\b(?:sk-[\w-]{20,}|hf_\w{30,}|gh[pousr]_\w{30,}|AKIA[0-9A-Z]{16}|AIza[\w-]{35})\b|://[^/\s:@]+:[^/\s@]+@"
)
"""How keys of model servers, model hubs, code hosts and clouds look, and passwords in addresses."""


def require_no_key(name: str, text: str, environment: Mapping[str, str] = os.environ) -> None:
    """Raise JobError, which does not quote it, where a text holds a key."""
    values = {
        variable: value
        for variable, value in environment.items()
        if SECRET_NAMES.search(variable) and len(value) >= FEWEST_CHARACTERS
    }
    if held := next((variable for variable, value in values.items() if value in text), None):
        raise JobError(
            f"The {name} of this run holds the value of {held}; revoke that key, and take it out of the run."
        )
    if SHAPES.search(text):
        raise JobError(f"The {name} of this run holds what looks like a key; revoke it, and take it out of the run.")
