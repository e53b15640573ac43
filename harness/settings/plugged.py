"""What other packages bring, as choices of the config groups and as part of a run's record."""

import re
from collections.abc import Mapping, Sequence

from harness.plugins import (
    ENCODERS,
    EXECUTORS,
    MEASURES,
    OBJECTIVES,
    POLICIES,
    PROPOSERS,
    TASKS,
    TRACKERS,
    Plugin,
    names_of_all,
    took_part,
)
from harness.settings.schema import Settings

CHOOSING = {"encoder": (ENCODERS, "kind"), "tasks": (TASKS, "source"), "proposer": (PROPOSERS, "kind"),
            "executor": (EXECUTORS, "kind"), "tracking": (TRACKERS, "kind")}  # fmt: skip
"""Config group to its entry points and to the setting that names one."""


def register_choices(built_in: Mapping[str, Sequence[str]]) -> None:
    """Make `encoder=theirs` a choice like those of `configs/`, the `built_in` ones, whose names cannot be taken."""
    from hydra.core.config_store import ConfigStore

    brought = names_of_all()
    for group, (entries, setting) in CHOOSING.items():
        for name in sorted({*brought[entries]} - {*built_in.get(group, ())}):
            node = {setting: name} | ({"model": name} if group == "encoder" else {})
            ConfigStore.instance().store(group=group, name=name, node=node)


def plugins_of(settings: Settings) -> list[Plugin]:
    """The plug-ins that these settings name and this process has imported."""
    policies = (settings.search.selection, settings.search.novelty, settings.proposer.choice)
    return took_part(
        [
            (ENCODERS, settings.encoder.kind),
            (TASKS, settings.tasks.source),
            (PROPOSERS, settings.proposer.kind),
            *((POLICIES, name) for name in policies),
            (EXECUTORS, settings.executor.kind),
            *((MEASURES, _word(name)) for name in (settings.search.measure, *settings.search.measures)),
            (OBJECTIVES, _word(settings.search.maximise)),
        ]
    )


def _word(spelled: str) -> str:
    """`AP` of `AP(rel=2)@100`."""
    return re.split(r"[(@]", spelled, maxsplit=1)[0].strip()


def plugin_change(settings: Settings, recorded: Mapping[str, str]) -> str:
    """One sentence on plug-ins of another version than the recorded ones (package to version); empty without any."""
    changed = {
        plugin.package: f"{plugin.package} {plugin.version} instead of {recorded.get(plugin.package, 'none')}"
        for plugin in plugins_of(settings)
        if plugin.version != recorded.get(plugin.package)
    }
    return f"From here on the run uses {'; '.join(changed.values())}." if changed else ""
