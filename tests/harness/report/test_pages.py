"""The report as a browser shows it."""

import re
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from archive import Archive
from tests.harness.report.conftest import Opened, clipped

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
PAGES = ("overview", "programs", "program/6", "lineage", "transfer", "methods")
CHARTED = {"overview": 7, "program/6": 1, "lineage": 1, "transfer": 2}


def go(page: Page, run_id: str, name: str) -> None:
    """Go to a page of the report and wait for its charts."""
    page.evaluate("address => { location.hash = address; }", f"#/{run_id}/{name}")
    page.wait_for_function("name => location.hash.endsWith(name) && document.activeElement.tagName === 'H1'", arg=name)
    page.wait_for_function("count => document.querySelectorAll('.plot svg').length >= count", arg=CHARTED.get(name, 0))


def test_frontier_is_drawn_as_the_archive_has_it(opened: Opened, report: str, searched: tuple[Path, str]) -> None:
    page = opened(report)
    with Archive.open(searched[0], read_only=True) as archive:
        front, programs = archive.frontier(searched[1]), archive.programs(searched[1])
    rows = page.locator("section", has_text="Quality against cost").locator("tbody tr")
    assert [int(row.locator("td").first.inner_text()) for row in rows.all()] == [p.number for p in front]
    plot = page.locator(".plot.frontier svg")
    expect(plot).to_be_visible()
    measured = [program for program in programs if program.record.mean_delta is not None]
    # Of the marks' groups, the points' has one path for each program.
    assert max(group.locator("path").count() for group in plot.locator("g.mark-symbol.role-mark").all()) == len(
        measured
    )
    labels = page.locator(".plot.frontier g.role-axis-label text").all_text_contents()
    assert "1" in labels
    assert [label for label in labels if label.startswith("+")]


def test_a_point_tells_its_numbers_and_opens_its_program(
    opened: Opened, report: str, searched: tuple[Path, str]
) -> None:
    page = opened(report)
    with Archive.open(searched[0], read_only=True) as archive:
        best = archive.frontier(searched[1])[-1]
    diamonds = page.locator(".plot.frontier g.mark-symbol.role-mark path[fill='#2e86c9']")
    diamonds.first.wait_for()
    page.wait_for_timeout(100)
    highest = min(diamonds.all(), key=lambda point: (point.bounding_box() or {"y": 1e9})["y"])
    highest.hover(force=True)
    tip = page.locator("#tip")
    expect(tip).to_contain_text(best.record.name)
    expect(tip).to_contain_text(f"{best.record.mean_delta:+.4f}")
    highest.click(force=True)
    expect(page.locator("h1")).to_have_text(best.record.name)
    page.go_back()
    expect(page.locator("h1")).to_have_text(f"Run {searched[1]}")


def test_calls_without_an_answer_are_told_with_what_they_may_have_cost(
    opened: Opened, report: str, searched: tuple[Path, str]
) -> None:
    page = opened(report)
    rows = page.get_by_role("region", name="Calls without an answer").locator("tbody tr")
    assert [row.locator("td").all_inner_texts()[-2:] for row in rows.all()] == [
        ["failed. The server <b>is</b> out of order.", "0.0000"],
        ["lost. Its process ended before the answer came.", "0.5000"],
    ]
    with Archive.open(searched[0], read_only=True) as archive:
        answered = sum(len(program.record.usage) for program in archive.programs(searched[1]))
    expect(page.locator("main")).to_contain_text(f"{answered + 2:,} calls, 2 of unknown price")


def test_program_page_has_its_source_difference_intervals_and_words(
    opened: Opened, report: str, searched: tuple[Path, str]
) -> None:
    page = opened(report)
    with Archive.open(searched[0], read_only=True) as archive:
        program = archive.program(f"{searched[1]}.6")
        parent = archive.program(program.record.parents[0])
    go(page, searched[1], "program/6")
    source = page.get_by_role("region", name="Source of the program").locator("code").text_content()
    assert source == program.record.source
    difference = page.get_by_role("region", name=f"Difference from program {parent.number}")
    assert difference.locator(".removed").count() == difference.locator(".added").count() == 42
    expect(difference.locator(".removed").first).to_contain_text(f"Program {parent.number}.")
    for text in (program.record.novelty_claim, program.record.lesson, "some-model", "Measured."):
        expect(page.locator("main")).to_contain_text(text)
    rows = page.get_by_role("region", name="Outcome on each task").locator("tbody tr")
    assert rows.count() == len(program.record.outcomes)
    for row, outcome in zip(rows.all(), program.record.outcomes, strict=True):
        cells = row.locator("td").all_inner_texts()
        assert cells[0] == outcome.task
        low, high = (float(text.replace("−", "-")) for text in cells[4].split(" to "))
        assert outcome.delta is not None
        assert low < outcome.delta < high
    assert page.locator(".plot.outcomes g.mark-rule.role-mark line").count() >= len(program.record.outcomes)


def test_filter_and_order_of_programs(opened: Opened, report: str, searched: tuple[Path, str]) -> None:
    page = opened(report)
    go(page, searched[1], "programs")
    names = page.locator("tbody td:nth-child(2)")
    assert names.count() == 40
    page.get_by_label("contains").fill("lesson 17:")
    expect(page.locator("#found")).to_have_text("1 of 40 programs")
    assert names.all_inner_texts() == ["program_17"]
    page.get_by_label("contains").fill("")
    page.get_by_label("verdict").select_option("timeout")
    assert sorted(names.all_inner_texts()) == ["program_11", "program_22", "program_33"]
    page.get_by_label("verdict").select_option("")
    page.get_by_role("button", name="cost ratio").click()
    costs = [float(text) for text in page.locator("tbody td:nth-child(4)").all_inner_texts() if text]
    assert costs == sorted(costs)
    expect(page.locator("th[aria-sort='ascending']")).to_have_text("cost ratio")


def test_lineage_leads_to_every_program(opened: Opened, report: str, searched: tuple[Path, str]) -> None:
    page = opened(report)
    go(page, searched[1], "lineage")
    while page.locator("ul.tree details:not([open])").count():
        page.locator("ul.tree details:not([open]) > summary").first.click()
        page.wait_for_function("() => !document.querySelector('ul.tree details[open]:not(:has(ul))')")
    numbers = {text.split(" ")[0] for text in page.locator("ul.tree a").all_inner_texts()}
    assert numbers == {str(number) for number in range(1, 41)}


def test_transfer_and_methods_state_what_they_stand_on(opened: Opened, report: str, searched: tuple[Path, str]) -> None:
    page = opened(report)
    go(page, searched[1], "transfer")
    assert page.locator("h2").all_inner_texts() == ["Encoder minilm", "Encoder wordllama"]
    assert "task-a (n=30)" in page.locator(".plot.heat").first.locator("text").all_text_contents()
    go(page, searched[1], "methods")
    for text in (
        "f00df00d",
        "2.4.6",
        "a processor",
        "search.generations",
        "Student's t",
        "print-task-a",
        "Task task-a: documents without",
    ):
        expect(page.locator("main")).to_contain_text(text)
    machines = page.locator("section", has=page.locator("h2", has_text="Machines of the cluster"))
    assert machines.locator("tbody td").all_inner_texts()[1:7] == ["8", "0", "2.5", "80", "3", "4,321"]
    go(page, searched[1], "program/6")
    expect(page.locator("section", has_text="Where it ran").locator("tbody")).to_contain_text("1a2b3c4d")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_finding(opened: Opened, report: str, searched: tuple[Path, str], scheme: str) -> None:
    page = opened(report, scheme=scheme)
    page.evaluate(AXE)
    for name in PAGES:
        go(page, searched[1], name)
        found = page.evaluate("async () => (await axe.run()).violations")
        serious = [
            (name, finding["id"], [node["html"] for node in finding["nodes"]][:3])
            for finding in found
            if finding["impact"] in ("serious", "critical")
        ]
        assert serious == []


def test_keyboard_alone_reaches_a_program(opened: Opened, report: str, searched: tuple[Path, str]) -> None:
    page = opened(report)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        if "/program/" in (page.evaluate("document.activeElement.hash") or ""):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("program_")
    expect(page.locator("h1")).to_be_focused()


def test_theme_follows_the_system_and_the_button(opened: Opened, report: str) -> None:
    page = opened(report, scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 23, 27)"
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_a_phone_scrolls_down_alone_and_clips_nothing(opened: Opened, report: str, searched: tuple[Path, str]) -> None:
    page = opened(report, width=360)
    for name in PAGES:
        go(page, searched[1], name)
        page.wait_for_function("[...document.querySelectorAll('.plot')].every((plot) => plot.querySelector('svg'))")
        assert clipped(page) == [], name


def test_arrow_keys_go_from_point_to_point_and_enter_opens(
    opened: Opened, report: str, searched: tuple[Path, str]
) -> None:
    page = opened(report)
    with Archive.open(searched[0], read_only=True) as archive:
        measured = [one for one in archive.programs(searched[1]) if one.record.mean_delta is not None]
    plot, said = page.locator(".plot.frontier"), page.locator(".plot.frontier [role=status]")
    expect(plot).to_have_attribute("aria-label", re.compile(f"^Chart of {len(measured)} points;"))
    plot.focus()
    told = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End"):
        page.keyboard.press(key)
        told.append(said.inner_text())
    dearest = max(measured, key=lambda one: one.record.cost_ratio or 0.0)
    assert told[0] == told[2] != told[1] and f"name {dearest.record.name}," in told[3]
    expect(page.locator("#tip")).to_contain_text(dearest.record.name)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(dearest.record.name)


def test_nothing_hostile_runs_or_becomes_markup(opened: Opened, hostile_report: str, hostile: tuple[Path, str]) -> None:
    page = opened(hostile_report)
    for name in (
        "overview",
        "programs",
        *(f"program/{number}" for number in range(1, 17)),
        "lineage",
        "transfer",
        "methods",
    ):
        page.evaluate("address => { location.hash = address; }", f"#/{hostile[1]}/{name}")
        page.wait_for_function("name => location.hash.endsWith(name)", arg=name)
        page.wait_for_timeout(60)
        assert page.evaluate("window.ran") is None
        assert page.locator("main script, main img, main iframe, main a[href^='javascript']").count() == 0
    go(page, hostile[1], "program/1")
    expect(page.locator("h1")).to_have_text("<script>window.ran = 1</script>")
    go(page, hostile[1], "program/7")
    assert "\\u202etxt" in (page.get_by_role("region", name="Source of the program").text_content() or "")


def test_the_policy_stops_what_is_put_in_by_force(opened: Opened, report: str) -> None:
    """The page holds even where its own escaping failed: inline code, a handler and a request are refused."""
    page = opened(report, attacked=True)
    refused = page.evaluate(
        """async () => {
            const refused = [];
            addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<p id=p onclick='window.ran = 1'>x</p>");
            document.getElementById("p").click();
            await fetch("http://127.0.0.1:9/").catch(() => {});
            await new Promise((resolve) => setTimeout(resolve, 50));
            return refused;
        }"""
    )
    assert page.evaluate("window.ran") is None
    assert {"script-src-elem", "script-src-attr", "connect-src"} <= set(refused)
