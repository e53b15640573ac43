"""The suite itself: tests that share what takes long to make run on one worker."""

import pytest

GROUP = "what a group is for"


@pytest.mark.xdist_group(GROUP)
def test_a_group_is_known_to_what_deals_tests_out(request: pytest.FixtureRequest) -> None:
    """pytest-xdist tells it by the end of a test's name; a pytest that takes no notice starts every cluster anew."""
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("These tests are not dealt out to workers by group.")
    assert request.node.nodeid.endswith(f"@{GROUP}")
