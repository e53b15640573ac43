"""The retriever of an exported package, over a real encoder."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from harness.encoders.protocol import Encoder
from harness.export.standalone.documents import joined
from harness.export.standalone.faults import RetrieverError
from harness.export.standalone.memory import RememberingEncoder
from harness.export.standalone.retriever import ProgramRetriever
from harness.export.standalone.running import Program
from primitives import cosines, programs
from tests.harness.export.conftest import IDS, TEXTS, module_of

Make = Callable[..., ProgramRetriever]
SIGNATURE = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"


def test_documents_are_embedded_once_and_only_queries_after_that(make: Make) -> None:
    retriever = make()
    before = retriever.memory.texts_encoded
    assert retriever.search("What are comets made of?", k=2)[0].id == "comets"
    assert retriever.memory.texts_encoded == before + 1
    retriever.search(["What are comets made of?", "When are trees pruned?"])
    assert retriever.memory.texts_encoded == before + 2


@pytest.mark.parametrize("name", programs.names())
def test_every_reference_program_answers_and_a_list_is_one_by_one(make: Make, name: str) -> None:
    retriever = make(name)
    queries = ["What are comets made of?", "violin strings"]
    together = retriever.search(queries, k=3)
    assert together == [retriever.search(query, k=3) for query in queries]
    assert len({hit.id for hit in together[0]}) == 3
    assert [hit.score for hit in together[0]] == sorted((hit.score for hit in together[0]), reverse=True)


def test_what_is_deployed_is_what_was_measured(make: Make, wordllama: Encoder) -> None:
    query = "What are comets made of?"
    q_emb, d_emb = wordllama.encode([query]), wordllama.encode(TEXTS)
    for name in ("bm25_rrf", "sentence_max", "rocchio"):
        space: dict[str, Any] = {}
        exec(programs.source(name), space)
        asked: dict[str, Any] = {"embed_fn": RememberingEncoder(wordllama).embed, "d_texts": list(TEXTS)}
        if "index" in space:
            asked["index"] = space["index"](d_emb, **asked)
        scores = space["rerank"](q_emb, d_emb, cosines(q_emb, d_emb), q_texts=[query], **asked)[0]
        found = make(name).search(query, k=5)
        assert {hit.id: hit.score for hit in found} == dict(zip(IDS, scores.astype(np.float32).tolist(), strict=True))


def test_candidates_are_the_programs_corpus_and_the_rest_follows_by_cosine(make: Make, indexed: ModuleType) -> None:
    retriever = make(indexed)
    assert indexed.calls == [5]
    plain = [hit.id for hit in make("identity").search("comets of ice", k=5)]
    hits = retriever.search("comets of ice", k=5, candidates=2)
    assert indexed.calls == [5, 2]
    assert {hit.id for hit in hits[:2]} == set(plain[:2]) and [hit.id for hit in hits[2:]] == plain[2:]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert retriever.search("comets of ice", k=1, candidates=99) == retriever.search("comets of ice", k=1)


def test_with_candidates_of_its_own_nothing_is_made_of_the_whole_corpus(make: Make, indexed: ModuleType) -> None:
    retriever = make(indexed, candidates=2)
    assert indexed.calls == []
    retriever.search("comets")
    assert indexed.calls == [2]


def test_adding_and_removing_change_what_is_found(make: Make) -> None:
    retriever = make("bm25")
    retriever.add(["owls"], ["Owls hunt at night."])
    assert retriever.search("owls at night", k=1)[0].id == "owls"
    retriever.remove({"owls", "ships"})
    assert "owls" not in [hit.id for hit in retriever.search("owls at night", k=9)] and len(retriever) == 4
    retriever.add(["owls"], ["Owls sleep by day."])
    assert retriever.search("owls", k=1)[0].text == "Owls sleep by day."
    assert retriever.ids == ["violin", "comets", "senate", "apples", "owls"]


def test_removed_documents_count_in_statistics_until_they_are_compacted(make: Make) -> None:
    retriever, fresh = make("bm25"), make("bm25")
    retriever.remove(["ships"])
    fresh.index(IDS[1:], TEXTS[1:])
    assert retriever.search("violin strings", k=1)[0].score != fresh.search("violin strings", k=1)[0].score
    retriever.compact()
    assert retriever.search("violin strings", k=4) == fresh.search("violin strings", k=4)
    assert retriever.ids == IDS[1:]


@pytest.mark.parametrize("candidates", [None, 2])
def test_all_documents_may_be_removed_compacted_saved_and_others_added(
    make: Make, tmp_path: Path, candidates: int | None
) -> None:
    retriever, other = make("identity", candidates), make("identity", candidates)
    retriever.remove(iter(IDS))
    for change in (lambda: None, retriever.compact):
        change()
        with pytest.raises(RetrieverError, match="no documents to search"):
            retriever.search("violin")
        with pytest.raises(RetrieverError, match="no documents to search"):
            retriever.approximate()
    retriever.save(tmp_path)
    other.load(tmp_path, verify=True)
    other.add(iter(["owls"]), (text for text in ["Owls hunt at night."]))
    assert [hit.id for hit in other.search("violin")] == ["owls"]


def test_an_index_with_empty_texts_is_kept_up_to_date(make: Make) -> None:
    retriever, ids, texts = make(), [*IDS, "blank"], [*TEXTS, " "]
    retriever.index(ids, texts, allow_empty=True)
    retriever.require_same(ids, texts)
    assert retriever.update(ids[1:], texts[1:]) == ([], [], ["ships"])
    with pytest.raises(RetrieverError, match="'void' is empty"):
        retriever.update([*ids[2:], "void"], [*texts[2:], ""])
    assert retriever.ids == ids[1:]
    assert retriever.update([*ids[2:], "void"], [*texts[2:], ""], allow_empty=True) == (["void"], [], ["violin"])
    retriever.add(["nil"], [""], allow_empty=True)
    assert retriever.ids == [*ids[2:], "void", "nil"]


def test_an_update_that_fails_changes_nothing(make: Make) -> None:
    retriever = make("identity")
    retriever._program = Program.of(module_of(f"{SIGNATURE}    return 1 / 0\n"))
    with pytest.raises(RetrieverError, match="ZeroDivision"):
        retriever.update(["owls"], ["Owls hunt at night."])
    assert retriever.ids == IDS and retriever.changes(IDS, TEXTS) == ([], [], [])


def test_update_makes_it_the_index_of_a_corpus(make: Make) -> None:
    retriever = make()
    corpus = {name: text for name, text in zip(IDS, TEXTS, strict=True) if name != "ships"}
    corpus |= {"violin": "A violin has four strings.", "owls": "Owls hunt at night."}
    with pytest.raises(RetrieverError, match=r"1 new, 1 changed, 1 gone"):
        retriever.require_same(list(corpus), list(corpus.values()))
    assert retriever.update(list(corpus), list(corpus.values())) == (["owls"], ["violin"], ["ships"])
    retriever.require_same(list(corpus), list(corpus.values()))


@pytest.mark.parametrize(
    ("ids", "texts", "said"),
    [
        (["a", "a"], ["x", "y"], "twice"),
        (["a"], [" "], "empty"),
        (["a"], ["x", "y"], "more ids than texts, or fewer .1 and 2."),
        ([1], ["x"], "no string"),
        (["a"], [None], "NoneType"),
        ("a", ["x"], "one string"),
        ({"a", "b"}, ["x", "y"], "The ids are a set"),
        (["a"], None, "The texts are NoneType"),
        (["violin"], ["x"], "indexed already"),
        (["a"], ["x" * 4_000_001], "split it"),
    ],
)
def test_bad_documents_are_told_and_nothing_is_lost(make: Make, ids: Any, texts: Any, said: str) -> None:
    retriever = make()
    before = retriever.search("violin strings")
    with pytest.raises(RetrieverError, match=said):
        retriever.add(ids, texts)
    if ids != ["violin"]:
        with pytest.raises(RetrieverError, match=said):
            retriever.index(ids, texts)
    assert retriever.search("violin strings") == before and retriever.ids == IDS


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"queries": ""}, "empty"),
        ({"queries": [3]}, "int"),
        ({"queries": 3}, "int"),
        ({"queries": "a", "k": 0}, "k is 0"),
        ({"queries": "a", "k": 2.0}, "k is 2.0; give a whole number"),
        ({"queries": ["a"], "candidates": "2"}, "candidates is '2'"),
        ({"queries": "a", "candidates": 0}, "candidates is 0"),
    ],
)
def test_bad_questions_are_told(make: Make, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RetrieverError, match=said):
        make().search(**asked)


def test_a_question_of_a_hundred_thousand_characters_is_answered(make: Make) -> None:
    assert make().search("violin strings " * 7_000, k=1)[0].id == "violin"


def test_what_is_not_there_is_told(make: Make, wordllama: Encoder) -> None:
    empty = ProgramRetriever(wordllama, Program.of(module_of(programs.source("identity"))))
    with pytest.raises(RetrieverError, match=r"call index"):
        empty.search("a")
    with pytest.raises(RetrieverError, match="nothing to index"):
        empty.index([], [])
    with pytest.raises(RetrieverError, match="'owls' is not indexed"):
        make().remove(["violin", "owls"])
    with pytest.raises(RetrieverError, match="is not indexed"):
        make().remove([["violin"]])  # type: ignore[list-item]
    with pytest.raises(RetrieverError, match="The folder is NoneType"):
        make().save(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "said"),
    [("return sim * float('nan')", "finite"), ("return sim[:, 1:]", "one number"), ("return 1 / 0", "ZeroDivision")],
)
def test_a_program_that_fails_is_told_and_the_last_index_stays(make: Make, body: str, said: str) -> None:
    retriever = make("identity")
    before = retriever.search("violin")
    retriever._program = Program.of(module_of(f"{SIGNATURE}    {body}\n"))
    with pytest.raises(RetrieverError, match=said):
        retriever.index(["a"], ["another text"])
    retriever._program = Program.of(module_of(programs.source("identity")))
    assert retriever.search("violin") == before


def test_a_program_may_write_to_what_it_is_given_and_changes_nothing(make: Make) -> None:
    writing = module_of(
        f"{SIGNATURE}    d_emb *= -1\n    sim += 1\n    q_emb[:] = 0\n    d_texts.clear()\n    return sim\n"
    )
    retriever = make(writing)
    first = retriever.search("violin strings")
    assert first[0].id == "violin" and retriever.search("violin strings") == first


def test_threads_see_whole_corpora(make: Make) -> None:
    retriever = make("bm25_rrf")
    wrong: list[str] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            found = {hit.id for hit in retriever.search("owls at night", k=20)}
            if len(found & {"owl-1", "owl-2"}) == 1:
                wrong.append(str(found))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(15):
        retriever.add(["owl-1", "owl-2"], ["Owls hunt.", "Owls sleep."])
        retriever.remove(["owl-1", "owl-2"])
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == [] and retriever.ids == IDS


def test_titles_are_joined_as_measured() -> None:
    assert [joined("A", "b "), joined("", " b"), joined(None, "b")] == ["A b", "b", "b"]
