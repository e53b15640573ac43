"""The parent's state machine under every kind of bytes, without any process."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import EmbedRequest, Limits, Verdict, frames
from sandbox.conversation import SMALL_FRAME, Conversation
from sandbox.frames import Frame, FrameError, FrameReader
from sandbox.messages import INDEXED_PAYLOAD, pack_embed, pack_exception, pack_result, parse_exception, parse_result

KINDS = [frames.STARTED, frames.FAILED, frames.EMBED, frames.RESULT, frames.EXCEPTION, b"?", frames.VECTORS]
PAYLOADS = st.one_of(
    st.binary(max_size=40),
    st.just(pack_result("f", (2, 3))),
    st.just(pack_exception("E", "text", 3)),
    st.just(pack_embed(["a", "b"], "document", None, None, None)),
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=5)).map(
        lambda value: json.dumps(value).encode()
    ),
)
FRAMES = st.builds(
    lambda kind, payload, lie: frames.header(kind, len(payload) + lie) + payload,
    st.sampled_from(KINDS),
    PAYLOADS,
    st.sampled_from([0, 0, 0, 0, 1, 1000, 2**31]),
)
STREAMS = st.lists(FRAMES, max_size=8).map(b"".join)


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    return frames.header(kind, len(payload)) + payload


def feed(*parts: bytes, limits: Limits | None = None) -> Conversation:
    conversation = Conversation(limits or Limits())
    for part in parts:
        conversation.feed(part)
    return conversation


@given(STREAMS, st.lists(st.integers(0, 400)))
def test_a_stream_means_the_same_however_it_is_cut(stream: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    whole, cut = feed(frame(frames.STARTED), stream), feed(frame(frames.STARTED), *pieces)
    assert (whole.ending, whole.requests) == (cut.ending, cut.requests)
    assert (whole.embed_calls, whole.embed_texts) == (cut.embed_calls, cut.embed_texts)


@given(st.lists(st.one_of(st.binary(max_size=60), FRAMES), max_size=8))
def test_no_bytes_raise_and_nothing_is_read_after_the_ending(parts: list[bytes]) -> None:
    conversation = Conversation(Limits())
    ending = None
    for part in parts:
        conversation.feed(part)
        if ending is not None:
            assert conversation.ending is ending
        ending = conversation.ending
    assert conversation.embed_texts == sum(len(request.texts) for request in conversation.requests)


def test_an_honest_conversation() -> None:
    conversation = feed(
        frame(frames.STARTED),
        frame(frames.EMBED, pack_embed(["c"], "document", None, None, None)),
        frame(frames.INDEXED, INDEXED_PAYLOAD.pack(True, 7)),
        frame(frames.EMBED, pack_embed(["a", "b"], "query", "x", 2, 3)),
        frame(frames.RESULT, pack_result("f", (2, 3))),
    )
    assert list(conversation.requests) == [
        EmbedRequest(["c"], "document", None, None, None, indexing=True),
        EmbedRequest(["a", "b"], "query", "x", 2, 3),
    ]
    assert conversation.index_bytes == 7
    assert conversation.ending is not None
    assert (conversation.ending.verdict, conversation.ending.shape, conversation.ending.kind) == (
        Verdict.OK,
        (2, 3),
        "f",
    )


@pytest.mark.parametrize(
    "first",
    [
        frame(frames.EMBED, pack_embed(["a"], "query", None, None, None)),
        frame(frames.RESULT, pack_result("f", (2, 3))),
        frame(frames.EXCEPTION, pack_exception("E", "", None)),
        frame(frames.STARTED) * 2,
        frame(frames.STARTED) + frame(frames.FAILED, b"forged"),
        frame(b"?"),
        frame(frames.STARTED) + frames.header(frames.EMBED, Limits().frame_bytes + 1),
        frame(frames.STARTED) + frames.header(frames.RESULT, SMALL_FRAME + 1),
    ],
)
def test_frames_out_of_order_or_too_long_are_protocol_errors(first: bytes) -> None:
    ending = feed(first).ending
    assert ending is not None
    assert ending.verdict is Verdict.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "message",
    [
        [["a"], "query", None, None],
        [["a", 1], "query", None, None, None],
        ["a", "query", None, None, None],
        [["a"], None, None, None, None],
        [["a"], "r" * 201, None, None, None],
        [["a"], "\ud800", None, None, None],
        [["\ud800"], "query", None, None, None],
        [["a"], "query", 3, None, None],
        [["a"], "query", None, 0, None],
        [["a"], "query", None, True, None],
        [["a"], "query", None, 2.0, None],
        [["a"], "query", None, None, -1],
        [["a" * 1_000_001], "query", None, None, None],
        [["a"] * 8193, "query", None, None, None],
        {"texts": ["a"]},
        None,
    ],
)
def test_a_request_that_is_not_one_is_a_protocol_error(message: object) -> None:
    ending = feed(frame(frames.STARTED), frame(frames.EMBED, json.dumps(message).encode())).ending
    assert ending is not None
    assert ending.verdict is Verdict.PROTOCOL_ERROR


@given(st.text(), st.text(), st.none() | st.integers(0, 2**31 - 1))
def test_an_exception_arrives_as_clean_text(kind: str, message: str, line: int | None) -> None:
    parsed = parse_exception(pack_exception(kind, message, line))
    assert parsed[2] == line
    for text in parsed[:2]:
        assert "\0" not in text
        text.encode()


@given(st.sampled_from("fiubcOSU"), st.lists(st.integers(0, 2**63), max_size=64))
def test_a_result_header_survives_the_wire(kind: str, shape: list[int]) -> None:
    assert parse_result(pack_result(kind, tuple(shape))) == (kind, tuple(shape))


@given(st.lists(st.tuples(st.sampled_from([b"A", b"B"]), st.binary(max_size=20)), max_size=6))
def test_a_reader_gives_back_the_frames_that_were_written(sent: list[tuple[bytes, bytes]]) -> None:
    reader = FrameReader({b"A": 20, b"B": 20})
    stream = b"".join(frame(kind, payload) for kind, payload in sent)
    received = [frame for byte in stream for frame in reader.feed(bytes([byte]))]
    assert received == [Frame(kind, payload) for kind, payload in sent]


def test_a_reader_refuses_a_length_before_the_payload_comes() -> None:
    with pytest.raises(FrameError, match="more than 3"):
        list(FrameReader({b"A": 3}).feed(frames.header(b"A", 4)))
