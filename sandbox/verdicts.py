"""Every way in which a program's run can end."""

from enum import Enum


class Verdict(Enum):
    """How one run ended. The value is what the archive stores; a verdict is never a number."""

    OK = "ok"
    STATIC_REJECT = "static_reject"
    EXCEPTION = "exception"
    TIMEOUT = "timeout"
    CPU_LIMIT = "cpu_limit"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output_limit"
    EMBED_BUDGET = "embed_budget"
    PROTOCOL_ERROR = "protocol_error"
    BAD_SHAPE = "bad_shape"
    BAD_DTYPE = "bad_dtype"
    NON_FINITE = "non_finite"
    CONSTANT = "constant"
    NONDETERMINISTIC = "nondeterministic"
    ORDER_DEPENDENT = "order_dependent"
    TRANSDUCTIVE = "transductive"
    POLICY_KILL = "policy_kill"
    CRASHED = "crashed"
    EXITED = "exited"
    HARNESS_ERROR = "harness_error"

    @property
    def sentence(self) -> str:
        """What the ledger says of a program that ended so."""
        return _SENTENCES[self]


_SENTENCES = {
    Verdict.OK: "The program returned a valid score matrix.",
    Verdict.STATIC_REJECT: "The source breaks a static rule and was not run.",
    Verdict.EXCEPTION: "The program raised an exception.",
    Verdict.TIMEOUT: "The program ran longer than its wall-clock limit, encoder time not counted.",
    Verdict.CPU_LIMIT: "The program used more processor time than its limit.",
    Verdict.MEMORY: "The program needed more memory than its limit.",
    Verdict.OUTPUT_LIMIT: "The program printed more than its output limit.",
    Verdict.EMBED_BUDGET: "The program asked embed_fn for more texts, calls or characters than its budget.",
    Verdict.PROTOCOL_ERROR: "The program wrote something that is no message to the harness's channel.",
    Verdict.BAD_SHAPE: "rerank returned something other than a matrix with a row per query and a column per document.",
    Verdict.BAD_DTYPE: "rerank returned something other than real numbers.",
    Verdict.NON_FINITE: "The scores contain NaN or infinity.",
    Verdict.CONSTANT: "The scores are constant: every document of every query got the same score.",
    Verdict.NONDETERMINISTIC: "Two runs on the same inputs gave different scores.",
    Verdict.ORDER_DEPENDENT: "The scores depend on the order in which the documents come.",
    Verdict.TRANSDUCTIVE: "The scores of a query depend on the other queries of the batch.",
    Verdict.POLICY_KILL: "The program made a system call that no ranking program needs and was killed.",
    Verdict.CRASHED: "The program's process was ended by a signal.",
    Verdict.EXITED: "The program ended its own process before it returned scores.",
    Verdict.HARNESS_ERROR: "The harness failed, not the program; the run can be repeated and is not charged to it.",
}
