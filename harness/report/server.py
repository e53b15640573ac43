"""The report of runs while they go on: the same page, served to this machine and told what is new."""

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from archive import Archive
from harness.errors import JobError
from harness.published.place import is_packaged, open_archive
from harness.report.live import Known, LivePage, LiveRun
from harness.settings.home import expanded
from harness.text import plain

_log = logging.getLogger(__name__)

WAIT_SECONDS = 1.0
MOST_CONNECTIONS = 32
SILENT_SECONDS = 20
"""How long a connection may say nothing."""
LATEST = "latest"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class _Server(ThreadingHTTPServer):
    """A thread a connection, MOST_CONNECTIONS at a time; more are closed unheard."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away, or says nothing in time, is not worth a traceback."""
        _log.debug("a request ended early", exc_info=True)


def open_server(live: LivePage, host: str, port: int) -> ThreadingHTTPServer:
    """A server of the page and its news. Raises JobError where the address cannot be had."""

    class Handler(BaseHTTPRequestHandler):
        timeout = SILENT_SECONDS

        def do_GET(self) -> None:
            if not _addressed(self.headers.get("Host", ""), host):
                # Another site's page may have its name resolved to this address, and would then read the answers.
                self._answer(403, "text/plain", "This server answers to its own address alone.")
                return
            url = urlsplit(self.path)
            if url.path == "/":
                self._answer(200, "text/html; charset=utf-8", live.page())
            elif url.path == "/data.json":
                news = live.news(_known(parse_qs(url.query, keep_blank_values=True)))
                self._answer(204 if news is None else 200, "application/json", json.dumps(news) if news else "")
            else:
                self._answer(404, "text/plain", "There is / and /data.json here.")

        def _answer(self, code: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("X-Frame-Options", "DENY")
            self.send_header("Cross-Origin-Resource-Policy", "same-origin")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are not worth a line each."""

    try:
        return _Server((host, port), Handler)
    except (OSError, OverflowError) as error:
        raise JobError(f"The address {host}:{port} cannot be had ({error}); choose another --port.") from error


def serve(asked: Sequence[tuple[str, str]], host: str, port: int) -> None:
    """Serve runs, each an archive and what names one or, empty, all in it, until interrupted; archives are only read.

    The first is followed: with `latest` it waits for the first run, and goes over to each that is started later.
    """
    (first, run), *_ = asked
    if run == LATEST:
        _await_run(first)
    with ExitStack() as stack:
        archives = {
            path: stack.enter_context(open_archive(path, read_only=True)) for path in dict.fromkeys(dict(asked))
        }
        live = [one for path, run in asked for one in _live(archives[path], run)]
        with open_server(LivePage(live), host, port) as server:
            print(readers(host))
            ids = ", ".join(dict.fromkeys(one.read()["id"] for one in live))
            print(
                f"{'Run' if len(live) == 1 else 'Runs'} {ids} at http://{host}:{server.server_port}/ (Ctrl-C ends).",
                flush=True,
            )
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                print()


def _live(archive: Archive, run: str) -> list[LiveRun]:
    """The run of this name, or all runs. Raises ArchiveError where there is none."""
    names = [run] if run else [one.id for one in archive.runs()]
    return [LiveRun(archive, name if name == LATEST else archive.resolve_run(name)) for name in names]


def _known(asked: Mapping[str, Sequence[str]]) -> dict[str, Known]:
    """What a page says that it knows: `run`, `after` and `status`, each once for each run."""
    told = zip(asked.get("run", ()), asked.get("after", ()), asked.get("status", ()), strict=False)
    return {run: Known(int(after) if after.isdecimal() else 0, status) for run, after, status in told}


def readers(host: str) -> str:
    """Who can read what is served at an address: nobody is asked for a password."""
    if host in LOOPBACK:
        return "Everyone with an account on this machine can read it, prompts and answers too, while it is served."
    return f"Everyone who reaches {plain(host)} can read it, prompts and answers too; nobody is asked who they are."


def _await_run(path: str) -> None:
    told = False
    while not _has_run(path):
        if not told:
            nothing = f"no run in {plain(path)}" if expanded(path).exists() else f"no file {plain(path)}"
            print(f"There is {nothing} yet; waiting for a run (Ctrl-C ends).", flush=True)
        told = True
        time.sleep(WAIT_SECONDS)


def _has_run(path: str) -> bool:
    """Whether an archive is there and has a run. Raises ArchiveError for a file that is none."""
    if is_packaged(path):
        return True
    file = expanded(path)
    if not file.exists() or not file.stat().st_size:
        return False
    with open_archive(path, read_only=True) as archive:
        return bool(archive.run_ids())


def _addressed(header: str, host: str) -> bool:
    """Whether a request meant this server by the name that it has."""
    name = urlsplit(f"//{header}").hostname
    return host not in LOOPBACK or name in LOOPBACK
