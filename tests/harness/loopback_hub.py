"""A hub of models and data sets on the loopback address: as much of the Hugging Face protocol as reading takes."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from harness.hub import probe

ANY = "any"
"""In place of a commit: the folder is that of every revision."""

_API = re.compile(r"/api/(?P<repo>(?:models|datasets)/[^/]+/[^/]+)(?:/(?P<what>revision|tree)/(?P<revision>[^/]+).*)?$")
_FILE = re.compile(r"/(?P<repo>(?:datasets/)?[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)$")

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


class LoopbackHub(ThreadingHTTPServer):
    """Serves a folder for each commit of each repository, the last one also as `main`.

    Repositories are called `models/ORG/NAME` and `datasets/ORG/NAME`; `requests` are those so far, as `GET /path`.
    """

    daemon_threads = True

    def __init__(self, repositories: Mapping[str, Mapping[str, Path]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories = {name: dict(commits) for name, commits in repositories.items()}
        self.requests: list[str] = []
        self.failing: tuple[int, dict[str, str]] | None = None
        """Status and headers of every answer below /, where set."""
        self.down = False
        """Whether even / answers 503."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> Answer:
        """What a request for a path is answered with."""
        if self.down:
            return 503, {}, b""
        if path == "/":
            return 200, {}, b"{}"
        if self.failing is not None:
            return *self.failing, b"{}"
        if found := _FILE.match(path):
            name = found["repo"] if found["repo"].startswith("datasets/") else f"models/{found['repo']}"
            return self._file(name, found["revision"], found["file"])
        if found := _API.match(path):
            return self._facts(found["repo"], found["what"], found["revision"] or "main")
        return _absent("Repo")

    def _snapshot(self, name: str, revision: str) -> tuple[str, Path] | None:
        """The commit that a revision is, and its folder."""
        commits = self.repositories[name]
        if revision in commits:
            return revision, commits[revision]
        if ANY in commits:
            whole = re.fullmatch("[0-9a-f]{40}", revision)
            return revision if whole else hashlib.sha1(revision.encode()).hexdigest(), commits[ANY]
        return list(commits.items())[-1] if revision == "main" else None

    def _facts(self, name: str, what: str | None, revision: str) -> Answer:
        if name not in self.repositories:
            return _absent("Repo")
        found = self._snapshot(name, revision)
        if found is None:
            return _absent("Revision")
        commit, folder = found
        facts: Any = {"id": name.partition("/")[2], "sha": commit, "tags": [], "siblings": []}
        if what == "tree":
            facts = [
                {"type": "file", "path": path.relative_to(folder).as_posix(), "size": path.stat().st_size,
                 "oid": _hash(path)}
                for path in sorted(folder.rglob("*")) if path.is_file()
            ]  # fmt: skip
        return 200, {"Content-Type": "application/json"}, json.dumps(facts).encode()

    def _file(self, name: str, revision: str, file: str) -> Answer:
        found = self._snapshot(name, revision) if name in self.repositories else None
        if found is None or not (found[1] / file).is_file():
            return _absent("Entry")
        path = found[1] / file
        return 200, {"ETag": f'"{_hash(path)}"', "X-Repo-Commit": found[0]}, path.read_bytes()


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{self.command} {path}")
        status, headers, body = self.server.answer(path)
        self.send_response(status)
        for key, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are noted by the server."""


def _absent(what: str) -> Answer:
    return 404, {"X-Error-Code": f"{what}NotFound", "X-Error-Message": f"no such {what}"}, b"{}"


def _hash(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


@contextmanager
def running(repositories: Mapping[str, Mapping[str, Path]]) -> Iterator[LoopbackHub]:
    """A hub that answers inside the block."""
    with LoopbackHub(repositories) as hub:
        thread = threading.Thread(target=hub.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


@contextmanager
def in_use(hub: LoopbackHub, home: Path) -> Iterator[None]:
    """This process asks that hub inside the block, and keeps what it fetches in the folder `home`."""
    constants = "huggingface_hub.constants."
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants + "ENDPOINT", hub.url)
        patch.setattr(constants + "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
        patch.setattr(constants + "HF_HUB_CACHE", str(home / "hub"))
        patch.setattr(constants + "HF_HUB_OFFLINE", False)
        patch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(home / "code"))
        yield
    probe._probe.cache_clear()


def environment(hub: LoopbackHub, home: Path) -> dict[str, str]:
    """Variables with which a process of its own asks that hub."""
    return {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1"}
