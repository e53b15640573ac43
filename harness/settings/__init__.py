"""Every setting, its range beside it, and how YAML and `key=value` become one value."""

from harness.settings.compose import (
    as_yaml,
    compose,
    compose_each,
    from_config,
    from_record,
    groups,
    register_schema,
    to_mapping,
)
from harness.settings.schema import (
    ArchiveSettings,
    ExecutorSettings,
    ProgramSettings,
    SandboxSettings,
    SearchSettings,
    Settings,
)

__all__ = [
    "ArchiveSettings",
    "ExecutorSettings",
    "ProgramSettings",
    "SandboxSettings",
    "SearchSettings",
    "Settings",
    "as_yaml",
    "compose",
    "compose_each",
    "from_config",
    "from_record",
    "groups",
    "register_schema",
    "to_mapping",
]
