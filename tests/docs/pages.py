"""The pages of the documentation and their fenced blocks."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^(`{3,})([^\n]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block. `info` is what stands behind the fence: `sh`, or `sh no-test: REASON`, or another language."""

    page: str
    line: int
    info: str
    text: str

    @property
    def is_shell(self) -> bool:
        return self.info.split(" ")[0] in ("sh", "bash", "shell", "console")

    @property
    def reason(self) -> str | None:
        """Why no test runs it; None for a block that is run."""
        return self.info.partition("no-test:")[2].strip() if "no-test" in self.info else None

    @property
    def commands(self) -> list[str]:
        """Its lines without comments, continued ones joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    text = page.read_text("utf-8")
    return [
        Block(page.name, text.count("\n", 0, found.start()) + 1, found[2].strip(), found[3])
        for found in FENCE.finditer(text)
    ]
