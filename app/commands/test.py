"""`python main.py test`: the test suite without a screen, in several processes."""

from __future__ import annotations

import os

from app.documents import kernel_cache
from app.launch import preflight
from app.launch.environment import ROOT
from app.launch.exit_status import UNAVAILABLE, refuse

_SPREAD = ["--numprocesses=logical", "--maxprocesses=4", "--dist=worksteal"]  # by the number of cores
# Options of pytest that choose a few tests, or none, or say themselves where they run.
_FEW = {
    *("-k", "--lf", "--last-failed", "--sw", "--stepwise", "--pdb", "--trace", "-n", "--numprocesses", "--dist"),
    *("--co", "--collect-only", "--fixtures", "--markers", "-h", "--help", "-V", "--version"),
}


def main(arguments: list[str]) -> int:
    """Run pytest in the project's folder, with its own arguments; its exit status."""
    os.chdir(ROOT)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    problem = preflight.qt_problem() or preflight.display_problem()
    if problem:
        return refuse(problem, UNAVAILABLE)
    kernel_cache.prepare()
    import pytest

    return int(pytest.main([*spread(arguments), *arguments]))


def spread(arguments: list[str]) -> list[str]:
    """The options that spread the tests over processes; none for a file or a few tests, which end sooner without."""
    few = any(argument.partition("=")[0] in _FEW or argument[:2] in ("-k", "-n") for argument in arguments)
    return [] if few or any(".py" in argument for argument in arguments) else _SPREAD
