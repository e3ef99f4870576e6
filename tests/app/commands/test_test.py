"""How the test suite is started."""

from __future__ import annotations

import pytest

from app.commands.test import spread


@pytest.mark.parametrize(
    "arguments", [[], ["-x"], ["-m", "slow"], ["tests/engine"], ["--durations=9"], ["--color=yes"]]
)
def test_whole_suites_are_spread_over_processes(arguments: list[str]) -> None:
    assert "--dist=worksteal" in spread(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["tests/test_readme.py"],
        ["tests/test_readme.py::test_links_and_pictures_are_there"],
        ["tests/engine", "-k", "adam"],
        ["-kadam"],
        ["-n", "2"],
        ["-n0"],
        ["--numprocesses=3"],
        ["--collect-only"],
        ["--version"],
    ],
)
def test_a_few_tests_start_at_once(arguments: list[str]) -> None:
    assert spread(arguments) == []
