"""What is recorded of the environment with every run."""

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

from harness.machine.cores import available_cores
from sandbox import kernels

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


def machine() -> dict[str, Any]:
    """The machine a run was made on: system, processor, cores and numerical kernels; no host, user name or path."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": available_cores(),
        "kernels": loaded_kernels(),
        "variables": kernels.chosen(kernels.KERNELS + kernels.THREADS),
    }


def computing_class() -> str:
    """What decides the last bits of a program's scores on this machine: equal on machines that compute alike.

    Interpreter, numpy with its kernel and the processor features that it found, C library, and the variables that
    choose among kernels. It begins with the kernel's name, and the rest is a hash.
    """
    import numpy as np
    from threadpoolctl import threadpool_info

    libraries = [one for one in threadpool_info() if "numpy" in str(one.get("filepath"))]
    kernel = next((str(one["architecture"]) for one in libraries if one.get("architecture")), platform.machine())
    built: Any = np.show_config(mode="dicts")
    facts = (
        platform.machine(), platform.python_version(), np.__version__, platform.libc_ver(), kernel,
        [one.get("version") for one in libraries], built.get("SIMD Extensions"), kernels.chosen(),
    )  # fmt: skip
    return f"{kernel}-{hashlib.blake2b(repr(facts).encode(), digest_size=4).hexdigest()}"


def loaded_kernels() -> list[str]:
    """The numerical libraries that are loaded now, numpy's among them: name, version, kernel and kind of threads."""
    import numpy  # noqa: F401  # a library that is not loaded yet is not listed
    from threadpoolctl import threadpool_info

    told = ("internal_api", "version", "architecture", "threading_layer")  # not the path of its file
    return sorted({" ".join(str(library[key]) for key in told if library.get(key)) for library in threadpool_info()})


def machine_change(recorded: Mapping[str, Any]) -> str:
    """One sentence on what computes otherwise than on the recorded machine; empty where nothing does.

    Machines recorded before kernels were say nothing of them.
    """
    now = machine()
    changes = [
        *(_kernel_changes(recorded["kernels"], now["kernels"]) if "kernels" in recorded else ()),
        *(_variable_changes(recorded["variables"], now["variables"]) if "variables" in recorded else ()),
    ]
    if not changes:
        return ""
    return f"From here on scores may differ in their last digits from those recorded: {'; '.join(changes)}."


def _kernel_changes(then: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    gone, new = sorted({*then} - {*now}), sorted({*now} - {*then})
    # Libraries are loaded when first needed: one that is only missing, or only added, took no other's place.
    if gone and new:
        yield f"{', '.join(new)} instead of {', '.join(gone)}"


def _variable_changes(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            yield f"{name} is {now.get(name, 'not set')} instead of {then.get(name, 'not set')}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
            return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        return platform.processor()
