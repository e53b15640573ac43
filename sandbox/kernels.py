"""Variables that choose numerical kernels: programs must compute with the kernels that the harness computes with.

Some hosts set such a variable because an older BLAS computes wrong results on their processors.
"""

import os
import re
from collections.abc import Mapping

PREFIXES = ("OPENBLAS_", "MKL_", "BLIS_", "NPY_", "ATEN_", "OMP_")
_LOADS_OR_TALKS = ("OMP_TOOL", "OMP_DISPLAY", "OMP_DEBUG", "MKL_VERBOSE", "OPENBLAS_VERBOSE")
"""Variables that load a library, print or write a file choose no kernel."""
_HARMLESS = re.compile(r"[\w.,:+ -]{1,200}", re.ASCII)
"""Names, numbers and lists of them; a path is none."""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")
"""For processes that share cores with others of their kind."""


def kernel_variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of an environment that choose kernels and threads, by name."""
    return {
        name: value
        for name, value in sorted(environment.items())
        if name.startswith(PREFIXES) and not name.startswith(_LOADS_OR_TALKS) and _HARMLESS.fullmatch(value)
    }
