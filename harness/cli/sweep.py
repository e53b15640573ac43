"""One discovery run after another over a grid of settings, by Hydra's own multirun."""

import sys
from collections.abc import Sequence
from typing import Any


def sweep(arguments: Sequence[str]) -> None:
    """Run `-m key=a,b other=c,d` with Hydra's launcher; each job is a discovery run of its own."""
    import hydra

    @hydra.main(version_base="1.3", config_path="pkg://configs", config_name="config")
    def job(config: Any) -> None:
        from harness.cli.searching import run_search
        from harness.settings import from_config

        run_search(from_config(config))

    flags = [argument for argument in arguments if argument.startswith("-")]
    sys.argv = ["ttc discover", *flags, *(argument for argument in arguments if argument not in flags)]
    job()
