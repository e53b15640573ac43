"""Coverage-guided fuzzing of everything that reads a program's bytes: frames, messages, the parent's state machine.

    .venv/bin/python scripts/fuzz_frames.py [--seconds 60] [--seed 0]

Mutates a corpus of honest conversations; an input that takes a new path through the code joins the corpus. Checks that
nothing is raised, that cutting the stream elsewhere changes nothing, and that no ending is ever withdrawn. Exits with
status 1 and prints the input when a check fails.
"""

import argparse
import random
import sys
import time
from types import FrameType
from typing import Any

from sandbox import Limits, frames
from sandbox.conversation import Conversation
from sandbox.messages import pack_embed, pack_exception, pack_result

WATCHED = ("sandbox/frames.py", "sandbox/messages.py", "sandbox/conversation.py")
LIMITS = Limits(frame_bytes=4096, frame_texts=16, embed_calls=8, embed_texts=40, embed_chars=500, text_chars=100)

Path = frozenset[tuple[str, int, int]]
"""Pairs of consecutive lines that an input ran through."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    return frames.header(kind, len(payload)) + payload


TOKENS = [
    frame(frames.STARTED),
    frame(frames.FAILED, b"reason"),
    frame(frames.EMBED, pack_embed(["a", "bc"], "document", None, None, None)),
    frame(frames.EMBED, pack_embed(["ä\0😀"], "query", "x", 2, 3)),
    frame(frames.RESULT, pack_result("f", (2, 3))),
    frame(frames.EXCEPTION, pack_exception("Error", "text", 3)),
    *(b'[["\\ud800"],"query",null,null,null]', b"1e999", b"[" * 50, b"null", b"\xff\xfe", b"-1", b'"', b"]", b","),
]


def paths_of(stream: bytes) -> Path:
    """Feed a stream at once and record which lines follow which."""
    taken: set[tuple[str, int, int]] = set()
    last: dict[str, int] = {}

    def trace(here: FrameType, event: str, argument: Any) -> Any:
        name = here.f_code.co_filename
        if not name.endswith(WATCHED):
            return None
        if event == "line":
            taken.add((name, last.get(name, 0), here.f_lineno))
            last[name] = here.f_lineno
        return trace

    sys.settrace(trace)
    try:
        Conversation(LIMITS).feed(stream)
    finally:
        sys.settrace(None)
    return frozenset(taken)


def check(stream: bytes, rng: random.Random) -> None:
    """Raise AssertionError where the state machine misbehaves."""
    whole, cut = Conversation(LIMITS), Conversation(LIMITS)
    whole.feed(stream)
    ending = None
    position = 0
    while position < len(stream):
        step = rng.randint(1, max(1, len(stream) // 3))
        cut.feed(stream[position : position + step])
        position += step
        assert ending is None or cut.ending is ending, "an ending was withdrawn"
        ending = cut.ending
    assert (whole.ending, whole.requests) == (cut.ending, cut.requests), "the cut changes the meaning"
    assert len(whole.requests) <= LIMITS.embed_calls, "more requests than the budget"
    assert sum(len(request.texts) for request in whole.requests) <= LIMITS.embed_texts, "more texts than the budget"


def mutate(stream: bytes, corpus: list[bytes], rng: random.Random) -> bytes:
    """One to four random changes."""
    data = bytearray(stream)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(data))
        change = rng.randrange(6)
        if change == 0:
            data[at:at] = rng.choice(TOKENS)
        elif change == 1 and data:
            data[at % len(data)] = rng.randrange(256)
        elif change == 2:
            del data[at : at + rng.randint(1, 8)]
        elif change == 3:
            data[at:at] = rng.choice(corpus)
        elif change == 4:
            data[at:at] = data[at : at + 30] * rng.randint(1, 3)
        else:
            data[at : at + 4] = rng.choice([0, 1, 255, 4096, 4097, 2**32 - 1]).to_bytes(4, "little")
    return bytes(data[:20_000])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    corpus = [b"", *(TOKENS[0] + token for token in TOKENS)]
    seen = set().union(*map(paths_of, corpus))
    runs, end = 0, time.monotonic() + arguments.seconds
    while time.monotonic() < end:
        stream = mutate(rng.choice(corpus), corpus, rng)
        try:
            check(stream, rng)
            fresh = paths_of(stream) - seen
        except Exception as error:
            print(f"{type(error).__name__}: {error}\nfor the input {stream!r}")
            sys.exit(1)
        if fresh:
            seen |= fresh
            corpus.append(stream)
        runs += 1
    print(f"{runs:,} inputs, {len(corpus)} in the corpus, {len(seen)} steps between lines seen, no failure")


if __name__ == "__main__":
    main()
