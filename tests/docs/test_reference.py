"""The generated reference is what the code says now, and every setting says what it is for."""

import subprocess
import sys

from primitives.programs import source
from tests.docs.pages import ROOT

REFERENCE = ROOT / "docs" / "reference"


def test_the_reference_is_up_to_date() -> None:
    script = ROOT / "scripts" / "make_reference.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_row_of_the_reference_says_something() -> None:
    for page in ("verbs.md", "config.md"):
        for line in (REFERENCE / page).read_text("utf-8").splitlines():
            if line.startswith("| `"):
                assert line.rstrip(" |").count("|") >= line.count("|") - 1, f"{page}: {line}"


def test_the_program_of_the_readme_is_the_reference_program() -> None:
    body = source("word_pairs").split('"""\n', 2)[-1].strip()
    assert f"```python\n{body}\n```" in (ROOT / "README.md").read_text("utf-8")
