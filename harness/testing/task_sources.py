"""What every task source keeps."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.settings.tasks import TasksSettings
from harness.tasks.source import TaskSource
from harness.tasks.task import RetrievalTask, make_task
from harness.testing.broken import require


def check_task_source(make: Callable[[TasksSettings], TaskSource], settings: TasksSettings) -> None:
    """Try the contract of `TaskSource` on what `make` gives; `settings.names` are the tasks tried where it lists none.

    Two tasks are loaded, several times. Raises ContractBroken for the first thing that is not kept.
    """
    source = make(settings)
    names = list(source.names if source.names is not None else settings.names)
    require(names, "A source names its tasks, or the settings do.")
    require(len(set(names)) == len(names), "No two tasks have one name.")
    for name in list(settings.names or names)[:2]:
        require(source.names is None or name in names, "tasks.names are names of the source.")
        task = source.load(name)
        _check_task(task, name)
        require(task == make(settings).load(name), "A task is the same whenever it is loaded.")
        _check_settings(make, settings, task)


def _check_task(task: RetrievalTask, name: str) -> None:
    require(task.name == name, f"Task {name} is called so.")
    for query, judged in task.qrels.items():
        require(query in task.queries and judged, f"Task {name} judges queries that it has, each at least once.")
    require(set(task.qrels) == set(task.queries), f"Every query of task {name} is judged.")
    for texts in (task.queries, task.documents):
        require(all(isinstance(text, str) for text in texts.values()), f"Texts of task {name} are strings.")
    # What make_task gives for the same content: documents in an order that says nothing, and their fingerprint.
    made = make_task(
        name=name,
        source=task.source,
        queries=task.queries,
        documents=task.documents,
        qrels=task.qrels,
        ignore_identical_ids=task.ignore_identical_ids,
    )
    same = list(made.documents) == list(task.documents) and list(made.queries) == list(task.queries)
    require(same and made.fingerprint == task.fingerprint, f"Task {name} is built by make_task.")


def _check_settings(make: Callable[[TasksSettings], TaskSource], settings: TasksSettings, task: RetrievalTask) -> None:
    for held_out in (True, False):
        loaded = make(replace(settings, held_out=held_out)).load(task.name)
        require(loaded.held_out is held_out, "tasks.held_out marks the task as held out.")
    if len(task.queries) < 2:
        return
    most = len(task.queries) // 2
    capped: Sequence[RetrievalTask] = [
        make(replace(settings, max_queries=most, seed=seed)).load(task.name) for seed in (0, 0, 1, 2, 3)
    ]
    require(all(len(each.queries) <= most for each in capped), "tasks.max_queries caps the queries.")
    require(capped[0] == capped[1], "The same tasks.seed draws the same queries.")
    drawn = {tuple(each.queries) for each in capped}
    require(len(drawn) > 1 or len(task.queries) < 4, "Another tasks.seed draws other queries.")
