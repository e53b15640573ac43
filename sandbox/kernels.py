"""Variables of the environment that choose how the numerical libraries compute.

A child that lacks one of them computes with another kernel than the harness, and its scores differ in the last digits.
Names are listed one by one: their families hold others that load a library (OMP_TOOL_LIBRARIES), write a file
(MKL_VERBOSE_OUTPUT_FILE), print (OMP_DISPLAY_ENV, OPENBLAS_VERBOSE, BLIS_ARCH_DEBUG), pin every process to the same
core (OMP_PROC_BIND) or overrule the number of threads (MKL_DOMAIN_NUM_THREADS, BLIS_JC_NT).
"""

import os

KERNELS = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "OPENBLAS_BLOCK_FACTOR",
    "MKL_CBWR",
    "MKL_DEBUG_CPU_TYPE",
    "MKL_DISABLE_FAST_MM",
    "MKL_DYNAMIC",
    "MKL_ENABLE_INSTRUCTIONS",
    "BLIS_ARCH_TYPE",
    "BLIS_MODEL_TYPE",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "NPY_PROMOTION_STATE",
    "ATEN_CPU_CAPABILITY",
    "DNNL_MAX_CPU_ISA",
    "ONEDNN_MAX_CPU_ISA",
    "OMP_DYNAMIC",
    "OMP_SCHEDULE",
)
"""Variables that every process which computes must share."""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
"""Variables that set a number of threads: 1 for programs, the user's choice for the harness."""


def chosen(names: tuple[str, ...] = KERNELS) -> dict[str, str]:
    """Those of `names` that are set here, with their values."""
    return {name: os.environ[name] for name in names if name in os.environ}


def for_programs() -> dict[str, str]:
    """What the process of a program gets: the kernels of this process, and one thread."""
    return chosen() | dict.fromkeys(THREADS, "1")
