"""The verb that shows what confines programs here."""

import json

import pytest
from typer.testing import CliRunner

from harness.cli import app
from sandbox import doctor
from sandbox.doctor import Diagnosis, diagnose


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    return diagnose("none")


def test_the_verb_prints_what_was_really_tried(diagnosis: Diagnosis) -> None:
    done = CliRunner().invoke(app, ["doctor", "--level", "none", "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert told["isolation"]["level"] == diagnosis.isolation.level
    assert {trial["name"] for trial in told["trials"]} == {trial.name for trial in diagnosis.trials}
    table = CliRunner().invoke(app, ["doctor", "--level", "none"])
    assert "connect to a TCP port" in table.stdout


def test_less_than_the_level_asked_for_ends_with_one_and_says_what_is_missing(
    diagnosis: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = Diagnosis(
        asked="strict",
        isolation=type(diagnosis.isolation)(**{**vars(diagnosis.isolation), "level": "weak"}),
        layers=tuple(type(layer)(layer.name, active=False, detail="not on this kernel") for layer in diagnosis.layers),
        trials=diagnosis.trials,
    )
    monkeypatch.setattr(doctor, "diagnose", lambda asked, each: weak)
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "sandbox.level=weak" in done.stdout
