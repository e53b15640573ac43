"""A small task on disk."""

import json
from pathlib import Path

SUBJECTS = ("harbour", "glacier", "violin", "senate", "enzyme", "orchard", "comet", "tunnel")
VERBS = ("opened", "froze", "burned", "vanished", "grew")


def write_task(folder: Path, shift: int) -> Path:
    """Forty documents, five a subject; a query per subject, whose fifth document alone is relevant."""
    (folder / "qrels").mkdir(parents=True)
    documents = {
        f"{subject}-{number}": f"The {subject} {VERBS[(number + shift) % 5]} in {1900 + number * 7 + shift}. "
        f"Nobody had seen {SUBJECTS[(at + number) % 8]}s since."
        for at, subject in enumerate(SUBJECTS)
        for number in range(5)
    }
    queries = {f"q-{subject}": f"When was it that the {subject} {VERBS[(4 + shift) % 5]}?" for subject in SUBJECTS}
    for name, texts in (("corpus", documents), ("queries", queries)):
        lines = (json.dumps({"_id": key, "text": text}) for key, text in texts.items())
        (folder / f"{name}.jsonl").write_text("\n".join(lines))
    (folder / "qrels" / "test.tsv").write_text("\n".join(f"q-{s}\t{s}-4\t1" for s in SUBJECTS))
    return folder
