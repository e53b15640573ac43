"""A real headless Chromium, and pages to open in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from archive import Archive
from harness.report.write import write_report
from tests.harness.report.fixtures import fitted, hostile, searched

__all__ = ["fitted", "hostile", "searched"]

NAMES = ("chromium", "chromium-browser", "google-chrome")

Opened = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The distribution's browser; tests that need it skip where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("No Chromium was found; install the package chromium to run the browser tests.")
    with sync_playwright() as playwright:
        # A container has neither the user namespaces nor the shared memory that Chromium's own sandbox wants.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    """Open an address; the test fails where the page complains in its console or asks anything of the network.

    `attacked` is for pages that are meant to complain.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(
        address: str, *, width: int = 1280, scheme: str = "light", served: bool = False, attacked: bool = False
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        if not attacked:
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if not (served or attacked):
            page.on("request", lambda asked: None if asked.url.startswith("file:") else complaints.append(asked.url))
        page.goto(address)
        page.wait_for_selector("main h1")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


CLIPPED = """() => {
  const said = (one) => `${one.tagName} ${one.className.baseVal ?? one.className} ${one.textContent.slice(0, 60)}`;
  const scrolled = [...document.querySelectorAll(".scroll, nav, pre")]
    .filter((one) => one.scrollWidth > one.clientWidth);
  const PARTS = "svg text, svg .role-mark path, svg .role-legend-gradient path";
  const cut = [...document.querySelectorAll(".plot")].flatMap((plot) => {
    const { left, right } = plot.getBoundingClientRect();
    const beyond = (box) => box.width && (box.left < left - 1 || box.right > right + 1);
    return [...plot.querySelectorAll(PARTS)].filter((part) => beyond(part.getBoundingClientRect()));
  });
  return [...scrolled, ...cut].map(said);
}"""
"""What is wider than where it stands, and what of a chart is beyond its edges."""


def clipped(page: Page) -> list[str]:
    """What of a page can be seen in part alone, or only by scrolling sideways."""
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*([f"the page, by {wider} px"] if wider > 0 else []), *page.evaluate(CLIPPED)]


def write(folder: Path, source: tuple[Path, str]) -> str:
    path = folder / "report.html"
    with Archive.open(source[0], read_only=True) as archive:
        write_report(archive, [source[1]], path)
    return path.as_uri()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, searched: tuple[Path, str]) -> str:
    """The address of a report of 40 programs."""
    return write(tmp_path_factory.mktemp("report"), searched)


@pytest.fixture(scope="session")
def fitted_report(tmp_path_factory: pytest.TempPathFactory, fitted: tuple[Path, str]) -> str:
    """The address of a report of a search that begins to fit half-way."""
    return write(tmp_path_factory.mktemp("fitted"), fitted)


@pytest.fixture(scope="session")
def hostile_report(tmp_path_factory: pytest.TempPathFactory, hostile: tuple[Path, str]) -> str:
    """The address of a report whose every text is hostile."""
    return write(tmp_path_factory.mktemp("hostile"), hostile)
