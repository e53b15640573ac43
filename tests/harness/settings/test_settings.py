"""Settings compose from YAML and overrides; whatever is wrong is named with the nearest thing that exists."""

import pytest

from harness.errors import UsageError
from harness.settings import ArchiveSettings, as_yaml, compose, from_config, from_record, groups, to_mapping


def test_defaults_mirror_the_dataclasses() -> None:
    settings = compose([])
    assert settings.encoder.model == "minilm"
    assert settings.tasks.source == "documentation"
    assert settings.proposer.kind == "recombine"
    assert settings.sandbox.level == "strict"


def test_every_choice_of_every_group_composes() -> None:
    for group, choices in groups().items():
        for choice in choices:
            assert compose([f"{group}={choice}"])


def test_recorded_settings_come_back_equal() -> None:
    settings = compose(["encoder=wordllama", "search.generations=3", "encoder.prompts.query=Query: "])
    assert settings.encoder.prompts == {"query": "Query: "}
    assert compose(['encoder.prompts={query: "Query: "}']).encoder.prompts == {"query": "Query: "}
    assert from_config(to_mapping(settings)) == settings
    assert "generations: 3" in as_yaml(settings)


def test_a_recorded_group_is_chosen_anew_as_a_whole() -> None:
    recorded = to_mapping(compose(["executor=ray", "executor.encoders=2", "search.generations=3"]))
    here = from_record(recorded, ["executor=local", "executor.workers=2"])
    assert here.executor == compose(["executor=local", "executor.workers=2"]).executor
    assert here.search.generations == 3
    there = from_record(to_mapping(here), ["executor=ray", "executor.encoders=4"]).executor
    assert (there.kind, there.programs, there.workers, there.encoders) == ("ray", "auto", None, 4)
    with pytest.raises(UsageError, match="There is no executor 'rya', did you mean 'ray'"):
        from_record(recorded, ["executor=rya"])


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("search.generation=4", "did you mean 'search.generations'"),
        ("serch.seed=1", "did you mean 'search.seed'"),
        ("encoder=wordlama", "did you mean 'wordllama'"),
        ("sandbox.level=strct", "did you mean 'strict'"),
        ("search.generations=many", "could not be converted to Integer"),
        ("search.generations=-1", "at least 0"),
        ("executor.workers=0", "at least 1"),
        ("generations", "key=value"),
        ("tasks.names=[a,b", "not valid"),
        ("tasks.paths=corpus", "write tasks.paths=[corpus]"),
    ],
)
def test_a_mistake_is_one_sentence(override: str, said: str) -> None:
    with pytest.raises(UsageError, match=r".*") as caught:
        compose([override])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_command_names_the_archive_where_it_is_not_the_usual_one() -> None:
    assert ArchiveSettings().option == ""
    assert ArchiveSettings("/my runs/a.db").option == " --archive '/my runs/a.db'"
