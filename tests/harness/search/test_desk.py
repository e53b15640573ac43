"""An author outside the loop is asked as a model would be."""

from dataclasses import replace
from typing import cast

import pytest

from archive import Archive
from harness.search.desk import Desk
from harness.search.history import History
from harness.settings import Settings
from harness.settings.proposer import ModeSettings
from tests.harness.proposers.briefings import briefing

ANSWER = "NAME: A\n\n```python\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim\n```\n"


@pytest.mark.parametrize(("memory", "mode"), [(True, "crossover"), (False, "full")])
def test_an_author_without_memory_is_asked_for_a_program_of_its_own(
    memory: bool, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings()
    modes = ModeSettings(full=0.0, diff=0.0, crossover=1.0)
    settings = replace(settings, proposer=replace(settings.proposer, memory=memory, modes=modes))
    monkeypatch.setattr(Desk, "briefing", lambda desk: briefing(parents=(2, 3)))
    assert Desk(cast(Archive, None), "run", settings, History()).read(ANSWER, "A").mode == mode
