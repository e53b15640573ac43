"""`scripts/reproduce STUDY [--folder FOLDER] [key=value...]`."""

import argparse
import sys
from pathlib import Path

from archive import ArchiveError
from harness.errors import HarnessError
from harness.reproduce.run import reproduce
from harness.reproduce.studies import STUDIES
from sandbox import SandboxError


def main() -> int:
    """Run a study; one sentence and an exit code where it fails."""
    parser = argparse.ArgumentParser(prog="scripts/reproduce", description="Run the published study again.")
    parser.add_argument(
        "study", choices=tuple(STUDIES), help="; ".join(f"{k}: {s.description}" for k, s in STUDIES.items())
    )
    parser.add_argument("--folder", type=Path, default=Path("reproduction"), help="where archive and report are kept")
    parser.add_argument("settings", nargs="*", metavar="key=value", help="settings, as for `ttc discover`")
    arguments = parser.parse_intermixed_args()
    try:
        report = reproduce(arguments.study, STUDIES[arguments.study], arguments.folder, arguments.settings)
    except (HarnessError, ArchiveError, SandboxError) as error:
        print(f"reproduce: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    print(f"Report: {report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
