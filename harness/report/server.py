"""The report of a run while it goes on: the same page, served to this machine and told what is new."""

import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from archive import Archive, Program
from harness.errors import JobError
from harness.published.place import is_packaged, open_archive
from harness.report.data import program_data, whole_run
from harness.report.page import render_page
from harness.report.write import transfer_with_scales
from harness.settings.home import expanded
from harness.text import plain

_log = logging.getLogger(__name__)

POLL_MS = 2000
WAIT_SECONDS = 1.0
MOST_CONNECTIONS = 32
SILENT_SECONDS = 20
"""How long a connection may say nothing."""
LATEST = "latest"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class LiveRun:
    """A run as the archive has it by now: the one named, or whichever is the `latest`.

    Programs do not change once recorded, so each is read once.
    """

    def __init__(self, archive: Archive, run: str) -> None:
        self._archive, self._asked = archive, run
        self._run_id = ""
        self._programs: list[Program] = []
        self._shown: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def page(self) -> str:
        """The page as of now."""
        with self._lock:
            data = {"runs": [{**self._run(), "programs": self._shown}], "transfer": transfer_with_scales(self._archive)}
            return render_page(data, f"Run {self._run_id}", poll_ms=POLL_MS)

    def news(self, after: int, status: str, shown: str = "") -> dict[str, Any] | None:
        """What a page does not know that has programs up to `after` and this status; None where that is nothing.

        A page that shows another run is told that it has `moved`.
        """
        with self._lock:
            run = self._run()
            if shown not in ("", self._run_id):
                return {"moved": self._run_id}
            fresh = [program for program in self._shown if program["number"] > after]
            return {"run": run, "programs": fresh} if fresh or run["status"] != status else None

    def _run(self) -> dict[str, Any]:
        run_id = self._archive.resolve_run(self._asked)
        if run_id != self._run_id:
            self._run_id, self._programs, self._shown = run_id, [], []
        run = self._archive.run(self._run_id)
        last = self._programs[-1].number if self._programs else 0
        fresh = self._archive.programs(self._run_id, after=last)
        self._programs += fresh
        self._shown += program_data(fresh, run.record)
        return whole_run(self._archive, run, self._programs)


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


def open_server(live: LiveRun, host: str, port: int) -> ThreadingHTTPServer:
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
                asked = parse_qs(url.query)
                after, status = asked.get("after", ["0"])[0], asked.get("status", [""])[0]
                news = live.news(int(after) if after.isdecimal() else 0, status, asked.get("run", [""])[0])
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


def serve(path: str, run: str, host: str, port: int) -> None:
    """Serve a run of an archive, which is opened read-only, until interrupted.

    With `latest` it waits for the first run, and goes over to each that is started later.
    """
    if run == LATEST:
        _await_run(path)
    with open_archive(path, read_only=True) as archive:
        run_id = archive.resolve_run(run)
        with open_server(LiveRun(archive, run if run == LATEST else run_id), host, port) as server:
            print(readers(host))
            print(f"Run {run_id} is at http://{host}:{server.server_port}/ (Ctrl-C ends).", flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                print()


def readers(host: str) -> str:
    """Who can read what is served at an address: nobody is asked for a password."""
    if host in LOOPBACK:
        return "Everyone with an account on this machine can read it, prompts and answers too, while it is served."
    return f"Everyone who reaches {plain(host)} can read it, prompts and answers too; nobody is asked who they are."


def _await_run(path: str) -> None:
    told = False
    while not _has_run(path):
        if not told:
            print(f"There is no run in {plain(path)} yet; waiting for one (Ctrl-C ends).", flush=True)
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
