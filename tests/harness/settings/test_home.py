"""Only a path inside the home folder is shortened."""

import pytest

from harness.settings.home import abbreviate


@pytest.mark.parametrize(
    ("home", "path", "recorded"),
    [
        ("/home/ann", "/home/ann/data", "~/data"),
        ("/home/ann", "/home/ann", "~"),
        ("/home/ann", "/home/anna/data", "/home/anna/data"),
        ("/home/ann", "data", "data"),
        ("/home/ann", "organisation/model", "organisation/model"),
        ("/", "/data", "/data"),
    ],
)
def test_the_home_folder_is_a_tilde(monkeypatch: pytest.MonkeyPatch, home: str, path: str, recorded: str) -> None:
    monkeypatch.setenv("HOME", home)
    assert abbreviate(path) == recorded
