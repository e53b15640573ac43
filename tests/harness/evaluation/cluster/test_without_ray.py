"""Where Ray is not installed, or not asked for, nothing of it is imported."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from harness.errors import JobError
from harness.evaluation.cluster.connection import connected
from harness.settings import ExecutorSettings

BLOCKED = """
import sys
sys.modules["ray"] = None
import harness
from harness.errors import UsageError
from harness.settings import compose
import harness.evaluation.workbench, harness.transfer.job, harness.evaluation.cluster.cluster
from harness.evaluation.place import open_place
try:
    with open_place(compose(["executor=ray"])):
        pass
except UsageError as error:
    print(error)
"""


def test_a_plain_install_says_what_is_missing() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "executor=ray needs Ray, which is not installed; install it with: pip install 'ttc-retrieval[ray]'.\n"
    )


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray, the extra 'ray', is not installed")
def test_an_address_where_nothing_listens_is_told_at_once() -> None:
    settings = ExecutorSettings(kind="ray", address="127.0.0.1:1")
    with pytest.raises(JobError, match=r"no Ray cluster at .*127.0.0.1:1 .*refused"), connected(settings):
        pass
