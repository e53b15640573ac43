"""What an answer of a model was good for. Everything but OK is told to the model in one sentence, counted and paid."""

from enum import StrEnum


class AnswerVerdict(StrEnum):
    """The first thing that was wrong with an answer, or OK."""

    OK = "ok"
    REFUSED = "refused"
    CUT_OFF = "cut-off"
    EMPTY = "empty"
    INTERRUPTED = "interrupted"
    NO_PROGRAM = "no-program"
    SEVERAL_PROGRAMS = "several-programs"
    BAD_EDIT = "bad-edit"
    UNUSABLE = "unusable"
    TOO_SIMILAR = "too-similar"

    @property
    def sentence(self) -> str:
        """What happened, for the ledger and for the model's next attempt."""
        return _SENTENCES[self]


_SENTENCES = {
    AnswerVerdict.OK: "The answer holds a program.",
    AnswerVerdict.REFUSED: "The model refused to answer.",
    AnswerVerdict.CUT_OFF: "The answer was cut off before its program was complete; write a shorter one.",
    AnswerVerdict.EMPTY: "The answer was empty.",
    AnswerVerdict.INTERRUPTED: "The connection broke, or the stream was unreadable, before the answer was complete.",
    AnswerVerdict.NO_PROGRAM: "The answer has no fenced code block, so there is no program in it.",
    AnswerVerdict.SEVERAL_PROGRAMS: "The answer has several code blocks that could be the program; give exactly one.",
    AnswerVerdict.BAD_EDIT: "The edit could not be applied to its parent.",
    AnswerVerdict.UNUSABLE: "The program was turned down before it was evaluated.",
    AnswerVerdict.TOO_SIMILAR: "The program is too similar to an earlier one.",
}
