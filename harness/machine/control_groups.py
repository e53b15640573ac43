"""The control groups of Linux around this process: its own and those above, version 1 or 2."""

from collections.abc import Iterator
from pathlib import Path


def folders(controller: str, root: Path = Path("/")) -> Iterator[Path]:
    """Where each group around this process may tell its limits by a controller, such as `cpu`; not all need exist."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        # In a container the path may be one of the host's; the mount then shows the container's group at its top.
        for mount in (controllers, controller) if controllers else ("", "unified"):
            for group in (path, *map(str, Path(path).parents)):
                yield root / "sys/fs/cgroup" / mount / group.lstrip("/")
