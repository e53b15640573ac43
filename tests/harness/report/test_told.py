"""A program's page shows what its model was told and answered, as text and as nothing else."""

from pathlib import Path

from playwright.sync_api import expect

from archive import Archive, UsageRecord
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.record import RecordedExchange
from harness.proposers.store import ArchiveStore
from harness.proposers.verdicts import AnswerVerdict
from harness.report.write import write_report
from tests.harness.report import archives
from tests.harness.report.conftest import Opened

TOLD = "The ledger.\n\n<script>window.ran = 1</script>\n\nWrite program 6."
ANSWER = "<img src=x onerror='window.ran = 1'>\n```python\n```"


def test_prompts_and_answers_stand_in_the_page(opened: Opened, tmp_path: Path) -> None:
    run_id = archives.search(tmp_path / "a.db", 6)
    with Archive.open(tmp_path / "a.db") as archive:
        usage = UsageRecord("anthropic", "some-model", "answer/0", output=7, cost_usd=0.25)
        for at in range(2):
            exchange = Exchange(ANSWER, AnswerVerdict.OK, "", usage)
            told = Prompt("You write programs.", f"{TOLD}\nAttempt {at}.")
            ArchiveStore(archive, run_id).record(RecordedExchange(6, f"answer/{at}", "m", f"h{at}", exchange), told)
        write_report(archive, [run_id], tmp_path / "r.html")
    page = opened((tmp_path / "r.html").as_uri())
    page.evaluate("address => { location.hash = address; }", f"#/{run_id}/program/6")
    section = page.locator("section", has_text="What the model was told and answered")
    expect(section.locator("summary")).to_have_count(2)
    expect(section.locator("summary").first).to_have_text(
        "answer/0: anthropic some-model, ok, 0.0 s, 7 tokens out, $0.2500"
    )
    section.locator("summary").last.click()
    texts = section.locator("details").last.locator("p.whole")
    expect(texts).to_have_count(2)
    assert texts.first.text_content() == f"You write programs.\n\n{TOLD}\nAttempt 1."
    assert texts.last.text_content() == ANSWER
    assert page.evaluate("window.ran") is None
    page.evaluate("address => { location.hash = address; }", f"#/{run_id}/program/1")
    expect(page.locator("main")).to_contain_text("No exchange with a model is recorded for this program.")
