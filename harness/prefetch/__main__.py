"""`scripts/prefetch [--list] [key=value...]`."""

import argparse
import sys
from collections.abc import Sequence

from harness.encoders.load import load_encoder
from harness.errors import HarnessError, UsageError
from harness.prefetch.needs import Need, fetch_need, find_needs, readable, require_space
from harness.settings import Settings
from harness.tasks.load import load_tasks
from harness.text import counted, plain
from harness.transfer.request import read_settings


def main(words: Sequence[str] | None = None) -> int:
    """Fetch what runs need; one sentence and an exit code where that fails."""
    parser = argparse.ArgumentParser(
        prog="scripts/prefetch",
        description="Fetch the data sets and models that a run needs, so that it runs without a network. What is here "
        "already is not fetched again.",
    )
    parser.add_argument("--list", action="store_true", help="say what would be fetched, and fetch nothing but cards")
    parser.add_argument(
        "settings",
        nargs="*",
        metavar="key=value",
        help="settings, as for `ttc discover`; encoders=[a,b] for several, as for `ttc transfer`",
    )
    arguments = parser.parse_args(words)
    try:
        runs, other = read_settings(arguments.settings, default_tasks=None)
        if other:
            raise UsageError(f"{plain(other[0])} is no setting; write key=value, as in tasks=mteb14 encoder=bge-small.")
        _prefetch(runs, only_list=arguments.list)
    except HarnessError as error:
        print(f"prefetch: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("prefetch: interrupted; run the same command again to continue.", file=sys.stderr)
        return 130
    return 0


def _prefetch(runs: Sequence[Settings], *, only_list: bool) -> None:
    print("Looking up what is needed ...", file=sys.stderr, flush=True)  # libraries of data take seconds to import
    needs = find_needs(runs)
    _tell(needs)
    if only_list:
        return
    require_space(needs)
    for need in needs:
        if need.missing:
            print(f"Fetching the {need.asked.what} ({readable(need.missing)}) ...", file=sys.stderr)
            fetch_need(need)
    # What comes with code of its own, and what ir_datasets has, is known only when it is read.
    tasks = load_tasks(runs[0].tasks)
    encoders = [load_encoder(settings.encoder) for settings in runs]
    names = ", ".join(encoder.name for encoder in encoders)
    print(
        f"Ready: {counted(len(tasks), 'task')} and the encoder{'s' * (len(encoders) != 1)} {names} can be read without "
        "a network."
    )


def _tell(needs: Sequence[Need]) -> None:
    """How much it is, before anything is fetched."""
    for need in needs:
        rest = f", of which {readable(need.missing)} are to be fetched" if need.missing else ", here already"
        print(f"{need.asked.what}: {need.files} files, {readable(need.bytes)}{rest}")
    missing = sum(need.missing for need in needs)
    print(f"To fetch: {readable(missing)}." if needs else "Nothing of the hub is needed.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
