"""Representative tokens at the paper's numbers of words, beside its figures."""

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from harness.errors import UsageError
from harness.reproduce.representative import Measured, published, representative, write_table
from tests.harness.encoders.small_models import bare, shape
from tests.harness.small_tasks import write_task


def test_a_model_is_measured_at_each_number_of_words(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = BertForMaskedLM(BertConfig(**shape(vocab_size=410, max_position_embeddings=400)))
    folder = bare(tmp_path / "small", model, mask_token="[MASK]", cls_token="[CLS]")
    tasks = [write_task(tmp_path / name, seed) for seed, name in enumerate(("one", "two"))]
    words = ["tasks=folder", f"tasks.paths=[{','.join(map(str, tasks))}]", f"cache.folder={tmp_path / 'cache'}"]
    report = representative(tmp_path / "out", [f"encoder.model={folder}", *words])
    rows = [line.split("|")[1:-1] for line in report.read_text("utf-8").splitlines() if line.startswith("| ours")]
    assert [(int(row[1]), int(row[2]), row[3].strip()) for row in rows] == [
        (query, document, similarity)
        for query, document in ((1, 1), (4, 4), (4, 16))
        for similarity in ("vectors", "vectors and words")
    ]
    values = [[float(cell) for cell in row[4:]] for row in rows]
    assert len({tuple(row) for row in values}) > 3
    for one, two, mean in values:
        assert mean == pytest.approx((one + two) / 2, abs=1e-4)
    with pytest.raises(UsageError, match=r"encoder\.model=NAME"):
        representative(tmp_path / "out", words)


def test_published_figures_stand_beside_tasks_of_their_name() -> None:
    theirs = published()
    assert sum(theirs["figures"].values()) / 7 == pytest.approx(0.643, abs=5e-4)  # the mean that the card gives
    text = write_table(theirs, [Measured(theirs["counts"][0], False, {"SciFact": 0.5, "another": 0.25})], "small")
    assert "| published | 1 | 1 | vectors | 0.7330 |  |  |" in text
    assert "| ours, as one word | 1 | 1 | vectors | 0.5000 | 0.2500 | 0.3750 |" in text
    assert "were not found in any source" in text and "fine-tuned" in text
