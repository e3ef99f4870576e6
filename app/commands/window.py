"""`python main.py [--safe-mode] [FILE]`: the window, with an experiment."""

from __future__ import annotations

import gc
import os

from app.documents import kernel_cache
from app.launch import preflight, safe_mode
from app.launch.exit_status import UNAVAILABLE, refuse
from app.launch.program import command


def main(arguments: list[str]) -> int:
    """Open the window with the file, if there is one, and wait for its end; the exit status."""
    safe, files = safe_mode.OPTION in arguments, [word for word in arguments if word != safe_mode.OPTION]
    if len(files) > 1:
        return refuse(f"at most one file can be opened, got {len(files)}; see `{command('--help')}`")
    file = "".join(files)
    if file and not os.path.isfile(file):
        return refuse(f"cannot read {file}: {'it is no file' if os.path.exists(file) else 'there is no such file'}")
    problem = preflight.qt_problem() or preflight.display_problem()
    if problem:
        return refuse(problem, UNAVAILABLE)
    if safe:
        safe_mode.begin()
    cache = kernel_cache.prepare()
    gc.disable()  # what is imported stays; the window collects when it stands
    from app.launch.start import show_window

    return show_window(file or None, cache, "safe mode" if safe else "")
