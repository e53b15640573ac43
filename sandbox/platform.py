"""What operating system this is: the one place that asks."""

import os
import sys


def why_not_confinable() -> str:
    """Why programs cannot be confined here at all; empty on Linux."""
    if sys.platform != "linux":
        return f"programs cannot be confined on {sys.platform}"
    missing = [name for name in ("memfd_create", "pidfd_open") if not hasattr(os, name)]
    return f"this Python lacks os.{missing[0]}" if missing else ""
