"""`scripts/reproduce STUDY|published|diffretriever [--folder FOLDER] [key=value...]`."""

import argparse
import sys
from pathlib import Path

from archive import ArchiveError
from harness.errors import HarnessError
from harness.reproduce.replay import replay
from harness.reproduce.representative import representative
from harness.reproduce.run import reproduce
from harness.reproduce.studies import STUDIES
from sandbox import SandboxError

REPLAY = "published"
REPRESENTATIVE = "diffretriever"


def main() -> int:
    """Run a study; one sentence and an exit code where it fails."""
    parser = argparse.ArgumentParser(prog="scripts/reproduce", description="Run the published study again.")
    parser.add_argument(
        "study",
        choices=(*STUDIES, REPLAY, REPRESENTATIVE),
        help="; ".join(
            [
                *(f"{name}: {study.description}" for name, study in STUDIES.items()),
                f"{REPLAY}: the programs of the run that comes with the package, on the tasks and encoder given",
                f"{REPRESENTATIVE}: representative tokens of a language model, at the numbers of words of their paper",
            ]
        ),
    )
    parser.add_argument("--folder", type=Path, default=Path("reproduction"), help="where archive and report are kept")
    parser.add_argument("settings", nargs="*", metavar="key=value", help="settings, as for `ttc discover`")
    arguments = parser.parse_intermixed_args()
    try:
        if arguments.study == REPLAY:
            report = replay(arguments.folder, arguments.settings)
        elif arguments.study == REPRESENTATIVE:
            report = representative(arguments.folder, arguments.settings)
        else:
            report = reproduce(arguments.study, STUDIES[arguments.study], arguments.folder, arguments.settings)
    except (HarnessError, ArchiveError, SandboxError) as error:
        print(f"reproduce: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    print(f"Report: {report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
