"""Reading a model's answer: what it says of the program, and the program or its edits."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from harness.programs.lines import text_lines
from harness.proposers.answers.diffs import added_whole, diffed_file, is_diff
from harness.proposers.answers.fences import Block, split_blocks
from harness.proposers.answers.fields import has_fields, read_fields
from harness.proposers.answers.marks import has_marks
from harness.proposers.answers.parsing import RERANK, parses
from harness.proposers.answers.repair import plain_spaces, repair
from harness.proposers.answers.thinking import drop_thinking
from harness.proposers.answers.unfenced import find_unfenced, why_none
from harness.proposers.verdicts import AnswerVerdict
from harness.text import counted

_NO_CODE = frozenset({"text", "txt", "json", "bash", "sh", "console", "markdown", "md"})
_OF_FIELDS = frozenset({"", "text", "txt", "yaml", "yml", "json", "markdown", "md"})
"""Info strings of blocks in which some models set their fields."""
MAX_NAME = 60
MAX_FIELD = 2000
"""Characters kept of a name and of the other fields; the archive and later prompts carry them along."""


class UnreadableAnswer(Exception):
    """An answer without a usable program: the verdict, a sentence for the model, and what it is about."""

    def __init__(self, verdict: AnswerVerdict, detail: str = "", block: str = "") -> None:
        super().__init__(" ".join(part for part in (verdict.sentence, detail) if part))
        self.verdict = verdict
        self.block = block


@dataclass(frozen=True)
class Answer:
    """What an author says about a program, and its block."""

    name: str
    parents: tuple[str, ...]
    """Words that may name programs, as they stand."""
    claim: str
    effect: str
    lesson: str
    trial: int | None
    """The part of the queries on which its author wants to look first; None: on none."""
    block: str
    is_edit: bool
    """Whether the block holds edits and not a program."""
    edited: str = ""
    """The program that a diff says it changes; empty where it does not say."""
    notes: tuple[str, ...] = ()
    """What was repaired in the program, so that it parses."""


def parse(text: str) -> Answer:
    """Read an answer. Raises UnreadableAnswer where it has no program.

    Thinking is dropped. Edits in several blocks are one list of edits; of several programs the last one counts, and
    of fields those that stand nearest before it. A block that only illustrates is passed over. Without a fence, edits
    or whatever parses as Python and defines rerank is the block.
    """
    said = drop_thinking(text)
    prose, blocks = split_blocks(said)
    chosen, sections = _find(text, said, prose, blocks)
    is_edit = has_marks(chosen.text) or _is_diff(chosen)
    fields = read_fields(sections)
    block, notes = (chosen.text, ()) if is_edit else repair(chosen.text)
    return Answer(
        name=_name(fields.get("NAME", "")),
        parents=tuple(dict.fromkeys(re.findall(r"[\w.:-]*\w", fields.get("PARENTS", "")))),
        claim=fields.get("CLAIM", "")[:MAX_FIELD],
        effect=fields.get("EFFECT", "")[:MAX_FIELD],
        lesson=fields.get("LESSON", "")[:MAX_FIELD],
        trial=_part(fields.get("TRIAL", "")),
        block=block,
        is_edit=is_edit,
        edited=diffed_file(block) if is_edit else "",
        notes=notes,
    )


def _find(text: str, said: str, prose: list[str], blocks: Sequence[Block]) -> tuple[Block, list[Sequence[str]]]:
    """The block that counts, and the prose around it, in the order in which its fields count."""
    chosen = _choose(list(map(_opened, blocks)))
    if chosen is None and (unfenced := find_unfenced(prose)) is not None:
        start, block = unfenced
        return Block(block, "", start), [prose[:start], prose[start + len(text_lines(block)) :]]
    if chosen is None and len(blocks) == 1 and blocks[0].info.lower() not in _NO_CODE:
        chosen = blocks[0]  # the static rules say what it lacks
    if chosen is None:
        raise _no_program(text, said, prose, blocks)
    return chosen, _sections(prose, blocks, chosen)


def _choose(blocks: Sequence[Block]) -> Block | None:
    """The last program, or all edits as one block; where there are both, the kind of the last one counts."""
    edits = [block for block in blocks if has_marks(block.text) or _is_diff(block)]
    whole = [block for block in blocks if block not in edits and _is_program(block)]
    if edits and (not whole or edits[-1].after >= whole[-1].after):
        same = [block for block in edits if has_marks(block.text) is has_marks(edits[-1].text)]
        return Block("".join(dict.fromkeys(block.text for block in same)), edits[-1].info, edits[-1].after)
    return whole[-1] if whole else None


def _opened(block: Block) -> Block:
    """The block with the signs of edits as they are written, and a new file's diff as the file."""
    text = block.text
    if re.search(r"^\s*(?:&lt;){5,9} ?SEARCH", text, re.MULTILINE):
        text = html.unescape(text)
    if _is_diff(block) and (whole := added_whole(text)) is not None and RERANK.search(whole):
        text = whole
    return Block(text, block.info, block.after, block.closed)


def _is_diff(block: Block) -> bool:
    return is_diff(block.text, block.info) and not parses(block.text)


def _is_program(block: Block) -> bool:
    """Whether a block has a rerank that is more than a sketch of one."""
    if not RERANK.search(plain_spaces(block.text)):
        return False
    return not re.search(r"\.\.\.|…", block.text) or parses(repair(block.text)[0])


def _sections(prose: Sequence[str], blocks: Sequence[Block], chosen: Block) -> list[Sequence[str]]:
    """The prose between blocks, in the order in which its fields count: nearest before the chosen block, then after.

    A block that holds fields and no code is prose; fields at the head of the chosen block count last.
    """
    cuts = [0, *(block.after for block in blocks), len(prose)]
    parts: list[Sequence[str]] = [prose[start:end] for start, end in pairwise(cuts)]
    for number, block in enumerate(blocks):
        if block.info.lower() in _OF_FIELDS and has_fields(text_lines(block.text)) and not RERANK.search(block.text):
            parts[number] = [*parts[number], "", *text_lines(block.text)]
    before = sum(1 for block in blocks if block.after <= chosen.after)
    return [*reversed(parts[:before]), *parts[before:], list(takewhile(_above_code, text_lines(chosen.text)))]


def _above_code(line: str) -> bool:
    """Whether a line may be of a comment or of documentation, as far as what stands above the code is looked at."""
    return not re.match(r"\s*(?:(?:import|from|def|class) |@|\w+\s*=)", line)


def _no_program(text: str, said: str, prose: list[str], blocks: Sequence[Block]) -> UnreadableAnswer:
    """Why there is no program in an answer."""
    if text.strip() and not said.strip():
        detail = "All of it stands within marks of thinking; close them, and give the program after them."
    elif len(blocks) > 1:
        detail = f"None of its {counted(len(blocks), 'code block')} defines rerank or holds edits."
    elif blocks:
        detail = "Its code block does not define rerank and holds no edits."
    elif re.search(r"^[ \t>]*(?:`{3,}|~{3,})", said, re.MULTILINE):
        detail = "Its code block is empty."
    else:
        detail = why_none(prose) or "It has no code block; give the program in one that starts with ```python."
    return UnreadableAnswer(AnswerVerdict.NO_PROGRAM, detail, said)


def _part(text: str) -> int | None:
    """Which part of the queries a trial is asked on: the number named, the first for a yes, None for anything else."""
    number = re.search(r"\d+", text)
    if number:
        return int(number[0])
    return 1 if text.strip().lower().startswith("yes") else None


def _name(text: str) -> str:
    return re.sub(r"[^\w.+-]+", "", text)[:MAX_NAME]
