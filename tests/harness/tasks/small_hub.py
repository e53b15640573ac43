"""A small hub of data sets on the loopback address: as much of the Hugging Face protocol as reading one takes.

Data sets are folders ROOT/ORG/NAME; every revision of one is the same.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

API = re.compile(
    r"/api/datasets/(?P<repo>[^/]+/[^/]+)(?:/(?P<verb>revision|tree|paths-info)(?:/[^/]+)?(?:/(?P<under>.*))?)?$"
)
FILE = re.compile(r"/datasets/(?P<repo>[^/]+/[^/]+)/resolve/[^/]+/(?P<path>.+)$")
DATE = "2026-01-01T00:00:00.000Z"


@contextmanager
def serve(root: Path) -> Iterator[str]:
    """The hub's address, for as long as it serves."""

    class Handler(_Handler):
        folder = root

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = json.loads(body)["paths"] if body.startswith("{") else parse_qs(body).get("paths", [])
        self._answer([asked] if isinstance(asked, str) else asked)

    def _answer(self, asked: list[str] | None = None) -> None:
        path = unquote(urlsplit(self.path).path)
        if found := FILE.match(path):
            file = self.folder / found["repo"] / found["path"]
            return self._send(file.read_bytes(), _commit(found["repo"])) if file.is_file() else self._missing("Entry")
        found = API.match(path)
        if found is None or not (self.folder / found["repo"]).is_dir():
            return self._missing("Repo")
        names = _names(self.folder / found["repo"])
        if found["verb"] not in ("tree", "paths-info"):
            return self._send(json.dumps(_info(found["repo"], names)).encode())
        under = found["under"] or ""
        kept = [name for name in names if (name in asked if asked is not None else name.startswith(under))]
        return self._send(json.dumps([_entry(self.folder / found["repo"], name) for name in kept]).encode())

    def _send(self, body: bytes, commit: str | None = None, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        if commit is not None:
            self.send_header("ETag", f'"{hashlib.sha1(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", commit)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _missing(self, what: str) -> None:
        self._send(b"{}", status=404, X_Error_Code=f"{what}NotFound", X_Error_Message=f"{what} not found")


def _names(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _commit(repo: str) -> str:
    return hashlib.sha1(repo.encode()).hexdigest()


def _info(repo: str, names: list[str]) -> dict[str, object]:
    files = [{"rfilename": name} for name in names]
    facts = {"private": False, "gated": False, "disabled": False, "downloads": 0, "likes": 0, "tags": []}
    return {"_id": "0" * 24, "id": repo, "sha": _commit(repo), "lastModified": DATE, "siblings": files, **facts}


def _entry(folder: Path, name: str) -> dict[str, object]:
    content = (folder / name).read_bytes()
    return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
