"""The spelling that measures and objectives share: `name`, `name(key=value, ...)`, each with or without `@cutoff`."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

_SPELLED = re.compile(r"\s*(?P<name>\w+)\s*(?:\((?P<parameters>[^()]*)\))?\s*(?:@\s*(?P<cutoff>\d+))?\s*", re.ASCII)
_PARAMETER = re.compile(r"\s*(\w+)\s*=\s*([^\s=]+)\s*", re.ASCII)


@dataclass(frozen=True)
class Spelled:
    """The parts of a text; the values of parameters are still text."""

    name: str
    parameters: dict[str, str]
    cutoff: int | None


def take_apart(text: str) -> Spelled | None:
    """The parts of `AP(rel=2)@100`, or None where the text is not spelled so."""
    match = _SPELLED.fullmatch(text)
    if match is None:
        return None
    parameters: dict[str, str] = {}
    for part in match["parameters"].split(",") if (match["parameters"] or "").strip() else ():
        parameter = _PARAMETER.fullmatch(part)
        if parameter is None or parameter[1] in parameters:
            return None
        parameters[parameter[1]] = parameter[2]
    return Spelled(match["name"], parameters, int(match["cutoff"]) if match["cutoff"] else None)


def near(word: str, names: dict[str, str] | Collection[str]) -> str:
    """` (did you mean 'nDCG'?)` or nothing; a mapping leads from what people write to what is right."""
    right = names if isinstance(names, dict) else {name: name for name in names}
    by_lower = {written.lower(): name for written, name in right.items()}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return f" (did you mean '{by_lower[close[0]]}'?)" if close else ""
