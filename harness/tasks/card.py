"""The card of a data set: which files are which split of which configuration, and a card of some of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Splits = Mapping[str, Sequence[str]]
"""Configurations, and the splits of each."""
Choose = Callable[[Splits], Splits]
"""Which of them are needed."""

_SPLIT = "train"
"""What `datasets` calls the only split where a card names none."""


@dataclass(frozen=True)
class Card:
    """Configurations of a data set as its README tells them, in its order."""

    files: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Configuration to split to patterns of its files; empty where the README does not tell of each."""
    rest: Mapping[str, Mapping[str, Any]]
    """Configuration to what else is said of how it is read."""
    features: Mapping[str, Any]
    """Configuration to the types of its columns, where they are told."""

    @property
    def splits(self) -> Splits:
        """The splits of each configuration."""
        return {name: list(splits) for name, splits in self.files.items()}

    def only(self, chosen: Splits) -> "Card":
        """The card of some splits."""
        files = {name: {split: self.files[name][split] for split in splits} for name, splits in chosen.items()}
        return Card(files, self.rest, self.features)

    @property
    def patterns(self) -> tuple[str, ...]:
        """Of all its files."""
        listed = (pattern for splits in self.files.values() for patterns in splits.values() for pattern in patterns)
        return tuple(dict.fromkeys(listed))

    def save(self, path: Path) -> None:
        """Write it as a README from which `datasets` reads just this. Numbers of rows and bytes are not told."""
        from huggingface_hub import DatasetCard, DatasetCardData

        configs = [
            {
                **self.rest[name],
                "config_name": name,
                "data_files": [{"split": split, "path": list(paths)} for split, paths in splits.items()],
            }
            for name, splits in self.files.items()
        ]
        info = [{"config_name": name, "features": self.features[name]} for name in self.files if name in self.features]
        told: dict[str, Any] = {"configs": configs, **({"dataset_info": info} if info else {})}
        data = DatasetCardData(**told)
        DatasetCard(f"---\n{data.to_yaml()}\n---\n").save(path)


def read_card(readme: Path) -> Card:
    """Read the head of a README; what is missing or tells no files has no configurations.

    Raises the errors of YAML's library for a head that is none.
    """
    from huggingface_hub import DatasetCard

    if not readme.is_file():
        return Card({}, {}, {})
    data: Mapping[str, Any] = DatasetCard.load(readme, ignore_metadata_errors=True).data.to_dict()
    configs = {str(one.get("config_name", "default")): one for one in data.get("configs") or ()}
    files = {name: _files(one) for name, one in configs.items()}
    if not all(files.values()):
        return Card({}, {}, {})
    rest = {
        name: {key: value for key, value in one.items() if key not in ("config_name", "data_files", "data_dir")}
        for name, one in configs.items()
    }
    info = data.get("dataset_info") or []
    infos = info if isinstance(info, list) else [info]
    features = {str(one.get("config_name", "default")): one["features"] for one in infos if one.get("features")}
    return Card(files, rest, features)


def _files(config: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    told, below = config.get("data_files"), str(config.get("data_dir") or "").strip("./")
    start = f"{below}/" if below else ""
    if isinstance(told, list) and told and all(isinstance(one, dict) for one in told):
        return {str(one.get("split", _SPLIT)): _patterns(one["path"], start) for one in told}
    return {_SPLIT: _patterns(told, start)} if told else {}


def _patterns(told: Any, start: str) -> tuple[str, ...]:
    listed = [told] if isinstance(told, str) else told
    return tuple(start + str(pattern).removeprefix("./") for pattern in listed)


def everything(splits: Splits) -> Splits:
    """All of a data set."""
    return splits


def exactly(wanted: Mapping[str, str]) -> Choose:
    """One split of each of these configurations; everything where one is not there."""

    def choose(splits: Splits) -> Splits:
        found = all(split in splits.get(name, ()) for name, split in wanted.items())
        return {name: [split] for name, split in wanted.items()} if found else splits

    return choose


def some(*wanted: str, split: str | None = None) -> Choose:
    """The configurations of these names: of each the split of this name, or all where it has none such."""

    def choose(splits: Splits) -> Splits:
        kept = {name: listed for name, listed in splits.items() if name in wanted}
        return {name: [split] if split and split in listed else listed for name, listed in kept.items()}

    return choose
