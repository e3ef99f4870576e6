"""`python main.py [FILE]`: the window, with an experiment."""

from __future__ import annotations

import os

from app.launch import kernel_cache, preflight
from app.launch.exit_status import UNAVAILABLE, refuse


def main(arguments: list[str]) -> int:
    """Open the window with the file, if there is one, and wait for its end; the exit status."""
    if len(arguments) > 1:
        return refuse(f"at most one file can be opened, got {len(arguments)}; see `python main.py --help`")
    file = "".join(arguments)
    if file and not os.path.isfile(file):
        return refuse(f"cannot read {file}: {'it is no file' if os.path.exists(file) else 'there is no such file'}")
    problem = preflight.qt_problem() or preflight.display_problem()
    if problem:
        return refuse(problem, UNAVAILABLE)
    cache = kernel_cache.prepare()
    from app.launch.start import show_window

    return show_window(file or None, cache)
