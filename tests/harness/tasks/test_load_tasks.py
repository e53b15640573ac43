"""Settings choose tasks; wrong names are answered with the nearest; held-out tasks are refused."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.settings.tasks import TasksSettings
from harness.tasks.load import list_names, load_tasks, refuse_held_out, refuse_held_out_names
from harness.tasks.mteb_lists import HELD_OUT_NAMES, HELDOUT19, MTEB14


def write_folder(path: Path) -> Path:
    (path / "qrels").mkdir(parents=True)
    (path / "corpus.jsonl").write_text('{"_id": "d", "text": "Owls."}\n')
    (path / "queries.jsonl").write_text('{"_id": "q", "text": "birds"}\n')
    (path / "qrels" / "test.tsv").write_text("q\td\t1\n")
    return path


def test_names_are_listed_without_loading() -> None:
    assert len(list_names(TasksSettings())) == 14
    assert list_names(TasksSettings(source="mteb14")) == [entry.name for entry in MTEB14]
    assert list_names(TasksSettings(source="heldout19", names=["SciFact"])) == ["SciFact"]
    assert "XQuADRetrieval/validation/el" in list_names(TasksSettings(source="multilingual"))
    assert list_names(TasksSettings(source="mteb", names=["NoSuchTask/test"])) == ["NoSuchTask/test"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (TasksSettings(source="documentaton"), "did you mean 'documentation'?"),
        (TasksSettings(names=["python-topic"]), "There is no task python-topic .*did you mean 'python-topics'?"),
        (TasksSettings(names=["licences", "licences"]), "licences is named 2 times"),
        (TasksSettings(source="mteb14", names=["SciFact"]), "There is no task SciFact"),
        (TasksSettings(source="mteb"), "needs tasks.names"),
        (TasksSettings(source="folder"), "needs tasks.paths"),
        (TasksSettings(paths=["x"]), "tasks=documentation reads none; add tasks=folder"),
        (TasksSettings(source="folder", paths=["a/x", "a/../a/x"]), "x is named 2 times"),
    ],
)
def test_a_wrong_choice_is_one_sentence(settings: TasksSettings, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        list_names(settings)


def test_folders_are_loaded_in_their_order(tmp_path: Path) -> None:
    paths = [str(write_folder(tmp_path / name)) for name in ("owls", "bees")]
    tasks = load_tasks(TasksSettings(source="folder", paths=paths))
    assert [task.name for task in tasks] == ["owls", "bees"]
    refuse_held_out(tasks)


def test_places_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [str(write_folder(tmp_path / parent / "owls")) for parent in ("old", "new")]
    settings = TasksSettings(source="folder", paths=[*paths, "hf:mine/owls@main", "hf:mine/bees", "ir_datasets:a/test"])
    assert list_names(settings) == ["old-owls", "new-owls", "mine-owls", "bees", "a/test"]
    assert [task.name for task in load_tasks(TasksSettings(source="folder", paths=paths))] == ["old-owls", "new-owls"]


def test_a_held_out_folder_is_refused(tmp_path: Path) -> None:
    settings = TasksSettings(source="folder", paths=[str(write_folder(tmp_path / "owls"))], held_out=True)
    with pytest.raises(UsageError, match="held-out task owls cannot be part of a discovery run"):
        refuse_held_out(load_tasks(settings))


@pytest.mark.parametrize("name", sorted(HELD_OUT_NAMES))
def test_a_held_out_task_is_refused_by_name(name: str) -> None:
    refuse_held_out_names(entry.name for entry in MTEB14)
    for label in (name, f"{name}/test", f"{name}/test/default"):
        with pytest.raises(UsageError, match=f"held-out task {label} cannot be part"):
            refuse_held_out_names([label])


def test_the_two_lists_share_no_task() -> None:
    assert (len(MTEB14), len(HELDOUT19)) == (14, 19)
    assert not HELD_OUT_NAMES & {entry.name for entry in MTEB14}
