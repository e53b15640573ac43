"""What an encoder's server costs is paid from the caps, recorded beside what authors cost, and told where unknown."""

from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

import harness
from archive import Archive, Calls
from archive.usage import EMBEDDING
from harness.encoders.protocol import Encoder
from harness.errors import EncoderError
from harness.evaluation.watcher import Watcher
from harness.proposers.spending import Amount, Spending
from harness.report.write import report_data
from harness.settings.caps import CapSettings
from tests.harness.encoders.test_served import Server
from tests.harness.test_api import tasks

LONGER = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return embed_fn([text + " once more" for text in q_texts]) @ d_emb.T
"""
GREEDY = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    again = [embed_fn([text + word for text in d_texts]) for word in (" a", " b", " c", " d")]
    return sim + q_emb @ sum(again).T
"""


class Heard(Watcher):
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def noted(self, sentence: str) -> None:
        self.sentences.append(sentence)


@pytest.fixture
def server(httpserver: HTTPServer, wordllama: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Server(httpserver, wordllama)


@pytest.fixture
def words(server: Server, tmp_path: Path) -> list[str]:
    address = f"encoder.base_url={server.settings.base_url}"
    return [f"archive.path={tmp_path / 'a.db'}", "search.generations=0", "encoder=server", "encoder.model=m", address]


def embedded(archive: Archive, run_id: str) -> list[Any]:
    return [call for call in Calls(archive, run_id).beside_programs() if call.usage.purpose == EMBEDDING]


def test_every_token_of_a_run_is_on_its_bill_and_on_its_page(server: Server, words: list[str]) -> None:
    run = harness.discover(*words, "encoder.price=100", "caps.dollars=50", tasks=tasks())
    with harness.open_desk(run, tasks=tasks()) as desk:
        assert desk.tell(LONGER, "Longer").recorded
    with Archive.open(run.archive, read_only=True) as archive:
        calls = embedded(archive, run.id)
        dollars, tokens = Calls(archive, run.id).charged()
        assert [program.record.usage for program in archive.programs(run.id)] == [[]] * 4
        page = report_data(archive, [run.id])["runs"][0]
    read = sum(call.usage.input_uncached for call in calls)
    assert read == 10 * sum(map(len, server.asked)), "what the server counted, at both starts"
    assert {1, 4} <= {call.number for call in calls}
    assert (dollars, tokens) == (pytest.approx(read * 100 / 1e6), 0)
    assert page["charts"]["dollars"]["data"]["spent"][-1]["total"] == pytest.approx(dollars)


def test_a_cap_is_not_passed_by_preparing_the_tasks(server: Server, words: list[str]) -> None:
    with pytest.raises(EncoderError, match=r"The cap of \$0\.01 could be passed .* raise caps\.dollars to go on"):
        harness.discover(*words, "encoder.price=100", "caps.dollars=0.01", tasks=tasks())
    assert 10 * sum(map(len, server.asked)) * 100 / 1e6 < 0.01


def test_a_cap_that_programs_reach_ends_the_run_as_other_caps_do(server: Server, words: list[str]) -> None:
    heard, more = Heard(), ["encoder.price=100", "search.generations=1"]
    mine: dict[str, Any] = {"tasks": tasks(), "proposer": lambda briefing: GREEDY}
    whole = harness.discover(*words, *more, **mine)
    with Archive.open(whole.archive, read_only=True) as archive:
        first, last = embedded(archive, whole.id)
    assert (first.number, last.number) == (1, 4)
    cap = first.usage.cost_usd + last.usage.cost_usd / 2
    run = harness.discover(*words, *more, f"caps.dollars={cap}", "cache.max_bytes=0", **mine, watcher=heard)
    assert not run.complete and "raise caps.dollars to go on" in heard.sentences[-1]
    with Archive.open(run.archive, read_only=True) as archive:
        assert first.usage.cost_usd < Calls(archive, run.id).charged()[0] <= cap
        assert len(archive.programs(run.id)) == 3, "nothing is recorded of the program that the cap cut short"
    assert harness.resume(run, "caps.dollars=50", **mine).complete


def test_a_price_that_nobody_knows_is_told_where_it_matters(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.encoders.served.price_of", lambda settings: None)
    heard = Heard()
    run = harness.discover(*words, "encoder.price=null", "caps.dollars=5", tasks=tasks(), watcher=heard)
    (said,) = [sentence for sentence in heard.sentences if "price" in sentence]
    assert said.startswith("No price of encoder m is known") and "caps.dollars; set encoder.price" in said
    with Archive.open(run.archive, read_only=True) as archive:
        assert [call.usage.cost_usd for call in embedded(archive, run.id)][:1] == [None]
    quiet = Heard()
    harness.discover(*words, tasks=tasks(), watcher=quiet)
    assert not [sentence for sentence in quiet.sentences if "price" in sentence]


def test_once_refused_no_smaller_request_hides_the_cap() -> None:
    spending = Spending(CapSettings(dollars=1.0), Amount(0.5))
    with spending.embedding(0.2) as settle:
        settle(0.1)
    for most in (0.6, 0.01):
        with pytest.raises(EncoderError, match="could be passed"), spending.embedding(most):
            pass
    assert spending.spent.dollars == pytest.approx(0.6) and "caps.dollars" in spending.refused
