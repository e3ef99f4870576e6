"""What `python main.py test` does: the whole test suite, without a screen."""

from __future__ import annotations

import os

from app.launch import kernel_cache, preflight
from app.launch.environment import ROOT
from app.launch.exit_status import UNAVAILABLE, refuse


def main(arguments: list[str]) -> int:
    """Run pytest in the project's folder, with its own arguments; its exit status."""
    os.chdir(ROOT)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    problem = preflight.qt_problem() or preflight.display_problem()
    if problem:
        return refuse(problem, UNAVAILABLE)
    kernel_cache.prepare()
    import pytest

    return int(pytest.main(arguments))
