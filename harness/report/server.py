"""The report of a run while it goes on: the same page, served to this machine and told what is new."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from archive import Archive, Program
from harness.errors import JobError
from harness.published.place import open_archive
from harness.report.data import program_data, whole_run
from harness.report.page import render_page
from harness.report.write import transfer_with_scales
from harness.text import plain

POLL_MS = 2000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class LiveRun:
    """A run as the archive has it by now. Programs do not change once recorded, so each is read once."""

    def __init__(self, archive: Archive, run_id: str) -> None:
        self._archive, self._run_id = archive, run_id
        self._programs: list[Program] = []
        self._shown: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def page(self) -> str:
        """The page as of now."""
        with self._lock:
            data = {"runs": [{**self._run(), "programs": self._shown}], "transfer": transfer_with_scales(self._archive)}
            return render_page(data, f"Run {self._run_id}", poll_ms=POLL_MS)

    def news(self, after: int, status: str) -> dict[str, Any] | None:
        """What a page does not know that has programs up to `after` and this status; None where that is nothing."""
        with self._lock:
            run = self._run()
            fresh = [program for program in self._shown if program["number"] > after]
            return {"run": run, "programs": fresh} if fresh or run["status"] != status else None

    def _run(self) -> dict[str, Any]:
        run = self._archive.run(self._run_id)
        last = self._programs[-1].number if self._programs else 0
        fresh = self._archive.programs(self._run_id, after=last)
        self._programs += fresh
        self._shown += program_data(fresh, run.record)
        return whole_run(self._archive, run, self._programs)


def open_server(live: LiveRun, host: str, port: int) -> ThreadingHTTPServer:
    """A server of the page and its news. Raises JobError where the address cannot be had."""

    class Handler(BaseHTTPRequestHandler):
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
                news = live.news(int(after) if after.isdecimal() else 0, status)
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
        return ThreadingHTTPServer((host, port), Handler)
    except (OSError, OverflowError) as error:
        raise JobError(f"The address {host}:{port} cannot be had ({error}); choose another --port.") from error


def serve(path: str, run: str, host: str, port: int) -> None:
    """Serve a run of an archive, which is opened read-only, until interrupted."""
    with open_archive(path, read_only=True) as archive:
        run_id = archive.resolve_run(run)
        with open_server(LiveRun(archive, run_id), host, port) as server:
            if host not in LOOPBACK:
                print(f"Everyone who reaches {plain(host)} can read this run.")
            print(f"Run {run_id} is at http://{host}:{server.server_port}/ (Ctrl-C ends).", flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                print()


def _addressed(header: str, host: str) -> bool:
    """Whether a request meant this server by the name that it has."""
    name = urlsplit(f"//{header}").hostname
    return host not in LOOPBACK or name in LOOPBACK
