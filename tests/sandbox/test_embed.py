"""embed_fn: what it carries, what it refuses, what it costs."""

from collections.abc import Callable

import numpy as np
import pytest

from sandbox import EmbedRequest, Execution, Limits, Sandbox, TaskInputs, Verdict
from tests.sandbox.conftest import DIM, embed, program

Run = Callable[..., Execution]


def test_vectors_arrive_as_the_encoder_made_them(run: Run) -> None:
    execution = run("v = embed_fn(['a', 'bcd'])\nprint(v.dtype, v.tolist())\nreturn sim")
    expected = embed(EmbedRequest(["a", "bcd"], "document", None, None, None))
    assert execution.stdout == f"float32 {expected.tolist()}\n"
    assert (execution.embed_calls, execution.embed_texts) == (1, 2)
    assert execution.encoder_s > 0


def test_every_option_reaches_the_encoder(sandbox: Sandbox, inputs: TaskInputs) -> None:
    seen = []

    def remember(request: EmbedRequest) -> np.ndarray:
        seen.append(request)
        return np.ones((len(request.texts), 2), np.float32)

    body = "embed_fn(('ä\\0😀',), role='query', adapter='retrieval', dim=2, max_tokens=64)\nreturn sim"
    assert sandbox.run(program(body), inputs, embed=remember).verdict is Verdict.OK
    assert seen == [EmbedRequest(["ä\0😀"], "query", "retrieval", 2, 64)]


def test_a_refusal_is_a_value_error_the_program_may_catch(run: Run) -> None:
    caught = run("try:\n    embed_fn(['a'], adapter='x')\nexcept ValueError as e:\n    print(e)\nreturn sim")
    assert caught.stdout == "This encoder has no adapters.\n"
    assert caught.verdict is Verdict.OK
    assert caught.embed_texts == 1
    assert "ValueError at line 5: This encoder has no adapters." in run("embed_fn(['a'], adapter='x')").reason


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ("(text for text in d_texts)", "not an object of type generator; write list(texts)"),
        ("map(str, d_texts)", "not an object of type map; write list(texts)"),
        ("(text for text in [])", "not an object of type generator; write list(texts)"),
        ("dict.fromkeys(d_texts)", "not an object of type dict; write list(texts)"),
        ("dict.fromkeys(d_texts).keys()", "not an object of type dict_keys; write list(texts)"),
        ("{1: 'a'}.values()", "not an object of type dict_values; write list(texts)"),
        ("set(d_texts)", "not an object of type set; write sorted(texts)"),
        ("frozenset(d_texts)", "not an object of type frozenset; write sorted(texts)"),
        ("'a text'", "not one string; write [text]"),
        ("b'bytes'", "not an object of type bytes; give it a list"),
        ("None", "not an object of type NoneType; give it a list"),
        ("np.array([['a', 'b']])", "not an array of 2 dimensions; give it a list"),
        ("np.array('a')", "not an array of 0 dimensions"),
        ("[b'bytes']", "an element of type bytes"),
        ("np.array([1.0])", "an element of type float"),
        ("[['a']]", "an element of type list"),
    ],
)
def test_what_is_no_list_of_strings_is_a_type_error(run: Run, texts: str, words: str) -> None:
    execution = run(f"embed_fn({texts})\nreturn sim")
    assert execution.verdict is Verdict.EXCEPTION
    assert "TypeError" in execution.reason
    assert words in execution.reason
    assert execution.embed_texts == 0


@pytest.mark.parametrize(
    "texts",
    ["('a', 'bcd')", "np.array(['a', 'bcd'])", "np.array(['a', 'bcd'], dtype=object)", "list(np.array(['a', 'bcd']))"],
)
def test_tuples_and_arrays_of_strings_are_as_good_as_a_list(run: Run, texts: str) -> None:
    execution = run(f"assert (embed_fn({texts}) == embed_fn(['a', 'bcd'])).all()\nreturn sim")
    assert execution.verdict is Verdict.OK, execution.reason


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("dim=0", "ValueError at line 3: embed_fn takes 1 to 1048576 as dim, not 0."),
        ("dim=-1", "ValueError at line 3: embed_fn takes 1 to 1048576 as dim, not -1."),
        ("max_tokens=0", "ValueError at line 3: embed_fn takes 1 to 1048576 as max_tokens, not 0."),
        ("max_tokens=10**9", "ValueError at line 3: embed_fn takes 1 to 1048576 as max_tokens"),
        ("dim=2.0", "TypeError at line 3: embed_fn takes a whole number as dim, not an object of type float."),
        ("dim=True", "TypeError at line 3: embed_fn takes a whole number as dim, not an object of type bool."),
        ("role=None", "TypeError at line 3: embed_fn takes a string as role, not an object of type NoneType."),
        ("adapter=['a']", "TypeError at line 3: embed_fn takes a string as adapter"),
        ("role='x' * 201", "ValueError at line 3: embed_fn takes at most 200 characters"),
        ("role='\\ud800'", "ValueError at line 3: embed_fn takes at most 200 characters of valid Unicode"),
    ],
)
def test_an_option_that_no_encoder_has_is_the_programs_error(run: Run, options: str, words: str) -> None:
    execution = run(f"embed_fn(['a'], {options})\nreturn sim")
    assert execution.verdict is Verdict.EXCEPTION, execution.reason
    assert words.partition(": ")[2] in execution.reason
    assert execution.reason.startswith(words.partition(" at")[0])
    assert execution.embed_texts == 0


def test_a_whole_number_of_numpys_is_as_good(run: Run) -> None:
    assert run("embed_fn(['a'], dim=np.int64(2))\nreturn sim").verdict is Verdict.OK


def test_no_texts_give_no_rows(run: Run) -> None:
    assert run("assert embed_fn([]).shape == (0, 4)\nreturn sim").verdict is Verdict.OK


def test_a_large_call_is_split_and_joined_in_order(run: Run) -> None:
    body = "v = embed_fn([str(i) * (i % 7) for i in range(1000)])\nw = embed_fn(['3' * 3])\n"
    body += "assert v.shape == (1000, 4) and (v[3] == w[0]).all()\nreturn sim"
    execution = run(body, frame_texts=64)
    assert execution.verdict is Verdict.OK, execution.reason
    assert execution.embed_calls == 17
    assert execution.embed_texts == 1001


def test_a_call_larger_than_a_frame_is_split_by_size(run: Run) -> None:
    execution = run("assert len(embed_fn(['x' * 1000] * 100)) == 100\nreturn sim", frame_bytes=20_000)
    assert execution.verdict is Verdict.OK, execution.reason
    assert execution.embed_calls == 8


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"embed_calls": 2}, "2 requests"),
        ({"embed_texts": 5}, "5 texts"),
        ({"embed_chars": 8}, "8 characters"),
    ],
)
def test_each_budget_ends_a_run(run: Run, limits: dict[str, int], words: str) -> None:
    execution = run("for _ in range(3): embed_fn(['aa', 'bb'])\nreturn sim", **limits)
    assert execution.verdict is Verdict.EMBED_BUDGET
    assert words in execution.reason


def test_an_overlong_text_is_the_programs_error(run: Run) -> None:
    assert "at most 10 characters" in run("embed_fn(['x' * 11])", text_chars=10).reason


def test_encoder_time_is_not_the_programs(sandbox: Sandbox, inputs: TaskInputs) -> None:
    import time

    def slow(request: EmbedRequest) -> np.ndarray:
        time.sleep(0.4)
        return np.ones((len(request.texts), DIM), np.float32)

    limits = Limits(wall_s=0.3)
    execution = sandbox.run(program("embed_fn(['a'])\nreturn sim"), inputs, embed=slow, limits=limits)
    assert execution.verdict is Verdict.OK, execution.reason
    assert execution.encoder_s >= 0.4


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda n: np.ones((n + 1, DIM), np.float32), "not one row for each text (2 and 1)"),
        (lambda n: np.ones((n, DIM)), "float32 matrix"),
        (lambda n: np.full((n, DIM), np.nan, np.float32), "NaN"),
        (lambda n: None, "float32 matrix"),
        (lambda n: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_an_encoder_that_fails_is_a_harness_error(
    sandbox: Sandbox, inputs: TaskInputs, answer: Callable[[int], np.ndarray], words: str
) -> None:
    calls = []

    def broken(request: EmbedRequest) -> np.ndarray:
        calls.append(request)
        return answer(len(request.texts))

    execution = sandbox.run(program("embed_fn(['a'])\nreturn sim"), inputs, embed=broken)
    assert execution.verdict is Verdict.HARNESS_ERROR
    assert words in execution.reason
    assert len(calls) == 1, "a request that was metered is not asked again"
