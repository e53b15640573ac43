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
    BAD_EDIT = "bad-edit"
    BAD_IMPORT = "bad-import"
    UNUSABLE = "unusable"
    TOO_SIMILAR = "too-similar"
    UNJUDGED = "unjudged"

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
    AnswerVerdict.NO_PROGRAM: "There is no program in the answer.",
    AnswerVerdict.BAD_EDIT: "The edit could not be applied to its parent.",
    AnswerVerdict.BAD_IMPORT: "The program imports from another program what it cannot.",
    AnswerVerdict.UNUSABLE: "The program was turned down before it was evaluated.",
    AnswerVerdict.TOO_SIMILAR: "The program is too similar to an earlier one.",
    AnswerVerdict.UNJUDGED: "The answer says neither NOVEL nor NOT_NOVEL.",
}
