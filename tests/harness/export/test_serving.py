"""The service of an exported package, over real HTTP, and its command line."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn

from harness.encoders.protocol import Encoder
from harness.export.standalone import serving
from harness.export.standalone.commands import main
from harness.export.standalone.retriever import ProgramRetriever
from harness.export.standalone.running import Program
from primitives import programs
from tests.harness.export.conftest import IDS, TEXTS, module_of


@pytest.fixture
def address(make: Callable[..., ProgramRetriever]) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind((serving.HOST, 0))
        config = uvicorn.Config(serving.make_app(make("bm25_rrf")), log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://{serving.HOST}:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def ask(url: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, body, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_it_answers_questions_and_says_that_it_is_well(address: str) -> None:
    assert ask(f"{address}/health") == (200, {"status": "ok", "documents": 5})
    status, told = ask(f"{address}/search?q=violin%20strings&k=2")
    assert status == 200 and len(told["hits"]) == 2
    assert told["hits"][0]["id"] == "violin" and told["hits"][0]["text"] == TEXTS[1]
    assert ask(f"{address}/search", json.dumps({"q": "violin strings", "k": 2}).encode()) == (200, told)
    assert ask(f"{address}/search", json.dumps({"q": "violin " * 15_000}).encode())[0] == 200


@pytest.mark.parametrize(
    ("query", "body", "said"),
    [
        ("", None, "no question"),
        ("?q=%20", None, "empty"),
        ("?q=a&k=0", None, "1 to 1000"),
        ("?q=a&k=many", None, "1 to 1000"),
        ("", b"{", "no JSON"),
        ("", b"[1]", "no JSON"),
        ("", b'{"q": "' + b"a" * (1 << 20) + b'"}', "longer than"),
    ],
)
def test_a_bad_question_gets_one_sentence(address: str, query: str, body: bytes | None, said: str) -> None:
    status, told = ask(f"{address}/search{query}", body)
    assert status == 400 and said in told["error"]
    assert ask(f"{address}/search?q={quote('apple trees')}&k=1")[1]["hits"][0]["id"] == "apples"


def corpus(file: Path, **texts: str) -> str:
    file.write_text("".join(json.dumps({"_id": name, "text": text}) + "\n" for name, text in texts.items()))
    return str(file)


def test_the_command_line_indexes_updates_and_searches(
    tmp_path: Path, wordllama: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(model: str | None, **chosen: Any) -> ProgramRetriever:
        return ProgramRetriever(wordllama, Program.of(module_of(programs.source("bm25_rrf"))), **chosen)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(make, "package", words)
        return code, *capsys.readouterr()

    texts, folder = dict(zip(IDS, TEXTS, strict=True)), str(tmp_path / "index")
    file = corpus(tmp_path / "corpus.jsonl", **texts)
    assert run("index", file, folder) == (0, f"Indexed 5 documents in {folder}.\n", "")
    assert "violin" in run("search", folder, "violin strings", "-k", "1", "--verify")[1]
    corpus(tmp_path / "corpus.jsonl", **texts, owls="Owls hunt at night.")
    code, _, said = run("serve", folder, "--corpus", file)
    assert code == 1 and "1 new, 0 changed, 0 gone" in said and said.count("\n") == 1
    assert run("update", file, folder)[1].startswith("1 new, 0 changed, 0 gone")
    assert "owls" in run("search", folder, "owls at night", "-k", "1", "--candidates", "2")[1]
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a"}\n')
    code, _, said = run("update", file, folder)
    assert code == 1 and "line 1" in said
    assert run("search", str(tmp_path / "absent"), "x")[0] == 1
