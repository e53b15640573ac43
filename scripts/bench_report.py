"""How long a report of a large archive takes to build, how big it is, and how soon the browser answers a filter.

Builds an archive of so many programs by eight tasks (made up, 40-line sources), reports it, and drives Chromium.
Targets: build 10 s; size 5 MB for 144 programs; filter 100 ms, from the key to the rows in the page, layout included.

    python scripts/bench_report.py [2000]
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from archive import Archive
from harness.ending import one_sentence
from harness.report.write import write_report
from tests.harness.report import archives

TYPE = """(text) => {
    const field = document.getElementById("filter");
    const started = performance.now();
    field.value = text;
    field.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    return performance.now() - started;
}"""
WORDS = ("l", "le", "lesson 1", "program_7", "smoothing", "", "step 39 of 9", "timeout")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="?", type=int, default=2000)
    count = parser.parse_args().programs
    with tempfile.TemporaryDirectory() as folder:
        path, page_path = Path(folder) / "archive.db", Path(folder) / "report.html"
        run_id = archives.search(path, count)
        started, busy = time.perf_counter(), time.process_time()
        with Archive.open(path, read_only=True) as archive:
            write_report(archive, [run_id], page_path)
        wall, cpu = time.perf_counter() - started, time.process_time() - busy
        print(f"{count} programs: built in {wall:.1f} s ({cpu:.1f} s CPU), {page_path.stat().st_size / 1e6:.1f} MB")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page()
            started = time.perf_counter()
            page.goto(page_path.as_uri())
            page.wait_for_selector(".plot.frontier svg")
            print(f"opened, frontier drawn: {time.perf_counter() - started:.1f} s")
            page.evaluate("address => { location.hash = address; }", f"#/{run_id}/programs")
            page.wait_for_selector("#filter")
            times = [page.evaluate(TYPE, word) for word in WORDS]
            print(f"filter: first {times[0]:.0f} ms, median {median(times):.0f} ms, slowest {max(times):.0f} ms")
            browser.close()


if __name__ == "__main__":
    with one_sentence("bench_report"):
        main()
