"""A model hub on the loopback address: one repository, several commits, and the faults that real ones have."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

NAME = "someone/model"


class SmallHub(ThreadingHTTPServer):
    """Serves the folder of each commit, the last one as `main`; `requests` are those so far, as `GET /path`."""

    daemon_threads = True

    def __init__(self, commits: Mapping[str, Path]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.commits = dict(commits)
        self.requests: list[str] = []
        self.failing: tuple[int, dict[str, str]] | None = None
        """Status and headers of every answer below /, where set."""
        self.down = False
        """Whether even / answers 503."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        if self.down:
            return 503, {}, b""
        if path == "/":
            return 200, {}, b"{}"
        if self.failing is not None:
            return *self.failing, b"{}"
        if path.startswith(f"/{NAME}/resolve/"):
            revision, _, file = path.removeprefix(f"/{NAME}/resolve/").partition("/")
            return self._file(revision, file)
        if path.startswith(f"/api/models/{NAME}"):
            kind, _, rest = path.removeprefix(f"/api/models/{NAME}").strip("/").partition("/")
            return self._facts(kind, rest.partition("/")[0] or "main")
        return 404, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "no such repository"}, b"{}"

    def _commit(self, revision: str) -> str | None:
        return list(self.commits)[-1] if revision == "main" else revision if revision in self.commits else None

    def _facts(self, kind: str, revision: str) -> tuple[int, dict[str, str], bytes]:
        commit = self._commit(revision)
        if commit is None:
            return 404, {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "no such revision"}, b"{}"
        facts: Any = {"id": NAME, "sha": commit, "tags": [], "siblings": []}
        if kind == "tree":
            folder = self.commits[commit]
            facts = [
                {"type": "file", "path": path.relative_to(folder).as_posix(), "size": path.stat().st_size,
                 "oid": _hash(path)}
                for path in sorted(folder.rglob("*")) if path.is_file()
            ]  # fmt: skip
        return 200, {"Content-Type": "application/json"}, json.dumps(facts).encode()

    def _file(self, revision: str, name: str) -> tuple[int, dict[str, str], bytes]:
        commit = self._commit(revision)
        path = self.commits[commit] / name if commit else None
        if commit is None or path is None or not path.is_file():
            return 404, {"X-Error-Code": "EntryNotFound", "X-Error-Message": "no such file"}, b""
        return 200, {"ETag": f'"{_hash(path)}"', "X-Repo-Commit": commit}, path.read_bytes()


class _Handler(BaseHTTPRequestHandler):
    server: SmallHub
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


def _hash(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


@contextmanager
def running(commits: Mapping[str, Path]) -> Iterator[SmallHub]:
    """A hub that answers inside the block."""
    with SmallHub(commits) as hub:
        thread = threading.Thread(target=hub.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
