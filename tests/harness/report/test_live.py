"""The report served while a run goes on."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from archive import Archive
from harness.errors import JobError
from harness.report.live import Known, LivePage, LiveRun
from harness.report.server import MOST_CONNECTIONS, _await_run, open_server, readers
from tests.harness.report import archives
from tests.harness.report.conftest import Opened, clipped

Served = tuple[Archive, str, int]


def land(archive: Archive, run_id: str, number: int, gain: float) -> str:
    """Record one more program, as a run in progress does."""
    rng = np.random.default_rng(number)
    outcomes = [archives.outcome(task, gain, rng) for task in archive.run(run_id).record.tasks]
    return archive.record_program(run_id, archives.program(number, outcomes))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A run in progress with two programs, its archive open for writing, and the port where it is served."""
    path = tmp_path / "a.db"
    with Archive.open(path) as archive:
        rng = np.random.default_rng(0)
        run_id = archive.start_run(archives.run([archives.task(name, rng) for name in ("one", "two")]))
        for number in (1, 2):
            land(archive, run_id, number, 0.01)
        with (
            Archive.open(path, read_only=True) as reader,
            open_server(LivePage([LiveRun(reader, run_id)]), "127.0.0.1", 0) as server,
        ):
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            yield archive, run_id, server.server_port
            server.shutdown()
            thread.join()


def get(port: int, path: str, host: str | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_news_are_the_programs_after_those_known(served: Served) -> None:
    archive, run_id, port = served
    asked = f"/data.json?run={run_id}&status=running&after="
    assert get(port, f"{asked}2")[0] == 204
    third = land(archive, run_id, 3, 0.3)
    status, text = get(port, f"{asked}2")
    assert status == 200
    (told,) = json.loads(text)["runs"]
    assert [program["id"] for program in told["programs"]] == [third] and told["run"]["frontier"] == [3]
    assert json.loads(text)["comparison"] is None
    archive.set_status(run_id, "finished")
    (told,) = json.loads(get(port, f"{asked}3")[1])["runs"]
    assert (told["programs"], told["run"]["status"]) == ([], "finished")
    assert len(json.loads(get(port, asked)[1])["runs"][0]["programs"]) == 3


def test_it_answers_to_its_own_name_alone(served: Served) -> None:
    port = served[2]
    assert get(port, "/", host=f"localhost:{port}")[0] == 200
    for path in ("/", "/data.json"):
        assert get(port, path, host="attacker.example")[0] == 403
    assert get(port, "/../etc/passwd")[0] == 404


def test_a_port_that_is_taken_is_told(served: Served) -> None:
    with pytest.raises(JobError, match="choose another --port"):
        open_server(None, "127.0.0.1", served[2])  # type: ignore[arg-type]


def test_the_latest_run_is_followed_to_the_next_one(served: Served) -> None:
    archive, run_id, _ = served
    live = LivePage([LiveRun(archive, "latest")])
    assert f"Run {run_id}" in live.page()
    rng = np.random.default_rng(0)
    next_id = archive.start_run(archives.run([archives.task("one", rng)]))
    assert live.news({run_id: Known(2, "running")}) == {"moved": next_id}
    assert f"Run {next_id}" in live.page()
    assert live.news({next_id: Known(0, "running")}) is None
    assert LivePage([LiveRun(archive, run_id)]).news({run_id: Known(2, "running")}) is None


def test_too_many_connections_are_closed_and_do_not_stay(served: Served) -> None:
    port = served[2]
    silent = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(MOST_CONNECTIONS)]
    one_more = socket.create_connection(("127.0.0.1", port), timeout=20)
    assert one_more.recv(1) == b"", "closed unheard"
    one_more.close()
    for connection in silent:
        connection.close()
    for _ in range(200):
        with suppress(OSError, HTTPException):
            if get(port, "/data.json")[0] == 200:
                return
        time.sleep(0.02)
    raise AssertionError("the connections were never free again")


def test_watching_waits_for_the_first_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.db"

    def begin() -> None:
        time.sleep(0.05)
        path.touch()
        with Archive.open(path) as archive:
            archive.start_run(archives.run([]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.report.server.WAIT_SECONDS", 0.01)
        thread = threading.Thread(target=begin)
        thread.start()
        _await_run(str(path))
        thread.join()
    assert capsys.readouterr().out == f"There is no file {path} yet; waiting for a run (Ctrl-C ends).\n"


def test_who_can_read_it_is_told() -> None:
    assert "Everyone with an account on this machine" in readers("127.0.0.1")
    assert "Everyone who reaches 0.0.0.0" in readers("0.0.0.0")


def test_an_open_page_shows_generations_as_they_land(served: Served, opened: Opened) -> None:
    archive, run_id, port = served
    page = opened(f"http://127.0.0.1:{port}/", served=True)
    tile = page.locator(".tiles div", has_text="Programs").locator("dd")
    expect(tile).to_contain_text("2")
    expect(page.locator("#live")).to_have_text("running")
    land(archive, run_id, 3, 0.3)
    expect(tile).to_contain_text("3", timeout=15_000)
    expect(page.locator("section", has_text="Quality against cost").locator("tbody")).to_contain_text("program_3")
    archive.set_status(run_id, "finished")
    expect(page.locator("#live")).to_have_text("finished", timeout=15_000)


def test_runs_beside_each_other_go_on_in_one_page(tmp_path: Path, opened: Opened) -> None:
    paths = [tmp_path / "mine.db", tmp_path / "control.db"]
    rng = np.random.default_rng(0)
    tasks = [archives.task(name, rng) for name in ("one", "two")]
    with Archive.open(paths[0]) as mine, Archive.open(paths[1]) as control:
        run_id, other = mine.start_run(archives.run(tasks)), control.start_run(archives.run(tasks))
        land(mine, run_id, 1, 0.01)
        land(control, other, 1, 0.02)
        live = LivePage([LiveRun(mine, "latest"), LiveRun(control, other), LiveRun(mine, run_id)])
        with open_server(live, "127.0.0.1", 0) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                page = opened(f"http://127.0.0.1:{server.server_port}/", served=True, width=360)
                expect(page.locator("h1")).to_have_text("2 runs compared")
                points = page.locator(".plot.frontiers svg .mark-symbol path")
                before = points.count()
                page.locator(".plot.frontiers").press("ArrowRight")
                land(control, other, 2, 0.3)
                news = page.locator("#news")
                expect(news).to_have_text(f"Run {other}: 2 programs, running.", timeout=15_000)
                assert points.count() == before, "a chart stays while somebody is in it"
                page.locator(".plot.frontiers").blur()
                rows = page.get_by_role("region", name="Configurations").locator("tbody tr")
                expect(rows.filter(has_text=other).locator("td[data-name=programs]")).to_have_text("2")
                assert clipped(page) == []
            finally:
                server.shutdown()
                thread.join()
