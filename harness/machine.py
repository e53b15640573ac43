"""What is recorded of the environment with every run."""

import os
import platform
from importlib import metadata

RECORDED_PACKAGES = (
    "ttc-retrieval",
    "numpy",
    "torch",
    "sentence-transformers",
    "transformers",
    "mteb",
    "hydra-core",
    "sqlite-utils",
    "openai",
    "anthropic",
)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that can change a result; absent packages are left out."""
    found = {"python": platform.python_version()}
    for package in RECORDED_PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str | int]:
    """The machine a run was made on: system, processor and cores; no host or user name."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": available_cores(),
    }


def available_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
            return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        return platform.processor()
