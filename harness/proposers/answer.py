"""Reading a model's answer: headed lines and one fenced block."""

import re
from dataclasses import dataclass

from harness.programs.lines import text_lines
from harness.proposers.verdicts import AnswerVerdict

FIELDS = ("NAME", "PARENTS", "CLAIM", "EFFECT", "LESSON")
_FIELD = re.compile(rf"^[\s*#>_-]*({'|'.join(FIELDS)})[\s*_]*:[\s*_]*(.*?)[\s*_]*$", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*$")
_SEARCH = re.compile(r"^<{5,9} ?SEARCH", re.MULTILINE)
_RERANK = re.compile(r"^def\s+rerank\b", re.MULTILINE)
MAX_NAME = 60
MAX_FIELD = 2000
"""Characters kept of a name and of the other fields; the archive and later prompts carry them along."""


class UnreadableAnswer(Exception):
    """An answer without a usable program: the verdict, and a sentence for the model."""

    def __init__(self, verdict: AnswerVerdict, detail: str = "") -> None:
        super().__init__(" ".join(part for part in (verdict.sentence, detail) if part))
        self.verdict = verdict


@dataclass(frozen=True)
class Answer:
    """What an author says about a program, and its fenced block."""

    name: str
    parents: tuple[str, ...]
    claim: str
    effect: str
    lesson: str
    block: str
    is_edit: bool
    """Whether the block holds search-and-replace edits and not a program."""


def parse(text: str) -> Answer:
    """Read an answer. Raises UnreadableAnswer where it has no program, or several.

    Of several blocks, one with edits or with `def rerank` is the program; a block that only illustrates is passed over.
    """
    prose, blocks = _split(text)
    block = _choose(blocks)
    fields = _fields(prose)
    return Answer(
        name=_name(fields.get("NAME", "")),
        parents=tuple(dict.fromkeys(re.findall(r"[\w.:-]+", fields.get("PARENTS", "")))),
        claim=fields.get("CLAIM", "")[:MAX_FIELD],
        effect=fields.get("EFFECT", "")[:MAX_FIELD],
        lesson=fields.get("LESSON", "")[:MAX_FIELD],
        block=block,
        is_edit=bool(_SEARCH.search(block)),
    )


def _split(text: str) -> tuple[list[str], list[str]]:
    """Lines outside fences, and the text of every fenced block; a fence left open ends with the answer."""
    prose: list[str] = []
    blocks: list[str] = []
    inside: list[str] = []
    fence = ""
    for line in text_lines(text):
        mark = _FENCE.match(line)
        if fence and mark and not mark[2] and mark[1].startswith(fence):
            blocks.append("\n".join(inside) + "\n")
            fence = ""
        elif fence:
            inside.append(line)
        elif mark:
            fence, inside = mark[1], []
        else:
            prose.append(line)
    if fence and inside:
        blocks.append("\n".join(inside) + "\n")
    return prose, blocks


def _choose(blocks: list[str]) -> str:
    marked = [block for block in blocks if _RERANK.search(block) or _SEARCH.search(block)]
    distinct = list(dict.fromkeys(marked or [block for block in blocks if block.strip()]))
    if not distinct:
        raise UnreadableAnswer(AnswerVerdict.NO_PROGRAM)
    if len(distinct) > 1:
        raise UnreadableAnswer(AnswerVerdict.SEVERAL_PROGRAMS)
    return distinct[0]


def _fields(prose: list[str]) -> dict[str, str]:
    """Field to text; a field runs on to the next one or to an empty line, and its first mention counts."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in prose:
        head = _FIELD.match(line)
        if head:
            current = found.setdefault(head[1].upper(), [])
            current = current if not current else []
            current.append(head[2])
        elif not line.strip():
            current = None
        elif current is not None:
            current.append(line.strip())
    return {field: " ".join(lines).strip() for field, lines in found.items()}


def _name(text: str) -> str:
    return re.sub(r"[^\w.+-]+", "", text)[:MAX_NAME]
