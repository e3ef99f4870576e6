"""The environment: is `.venv` ready, and if so, on into it.

Every start passes here, so it imports next to nothing and reads two small files; the work of a first
start is in `installer`. Runs on any Python since 3.7, if only to say that it is too old.
"""

from __future__ import annotations

import os
import sys

from app.launch import program
from app.launch.environment import ROOT, RUN, TEST, UNFINISHED, Environment, SetupError
from app.launch.program import quoted

OLDEST, NEWEST = (3, 11), (3, 13)


def enter(arguments: list[str], root: str = ROOT) -> None:
    """Return if this process runs in a complete environment; else see to one and continue there.

    The first argument `test` asks for the tests' packages too. Raises SetupError.
    """
    problem = python_problem(sys.version_info[:3], sys.version, sys.implementation.name, sys.maxsize > 2**32)
    if problem:
        raise SetupError(problem)
    chosen = os.environ.get("FALL_LINE_ENV", "")
    if chosen == "current":
        return
    if chosen:
        raise SetupError(f"FALL_LINE_ENV must be `current` or not set, got {chosen!r}")
    environment = Environment(root)
    purpose = TEST if arguments[:1] == [TEST] else RUN
    inside = environment.active()
    if inside and environment.ready(purpose):
        return
    if inside:
        # The ground may be rebuilt, so stand outside of it.
        hand_over(getattr(sys, "_base_executable", ""), arguments, root)
    if not environment.ready(purpose):
        from app.launch import installer

        installer.install(environment, purpose)
    hand_over(environment.python, arguments, root)


def python_problem(version: tuple[int, ...], full: str, implementation: str, wide: bool) -> str:
    """What is wrong with this Python, and which would do; empty if nothing is."""
    span = f"Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    if implementation != "cpython" or "free-threading" in full or not wide:
        return f"needs {span}, the standard 64-bit build from python.org or your system; this is {full}"
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return ""
    import shutil

    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [name for name in names if shutil.which(name)]
    remedy = f"start it as `{quoted(found[0], program.SCRIPT)}`" if found else "get one from python.org or your system"
    return f"needs {span}, and this is {'.'.join(map(str, version[:3]))} ({sys.executable}); {remedy}"


def hand_over(python: str, arguments: list[str], root: str) -> None:
    """Continue as main.py under another Python, with the same arguments; does not return."""
    command = [python, os.path.join(root, program.SCRIPT), *arguments]
    program.hand_over()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if os.name != "nt":
            os.execv(python, command)
        # On Windows execv would return to the shell at once, without the exit status.
        sys.exit(_attend(command))
    except OSError as error:
        raise SetupError(f"cannot start {python}: {error.strerror}; delete the folder .venv and start again") from None


def _attend(command: list[str]) -> int:
    """Run a command to its end and give its exit status; Ctrl-C is the command's own affair."""
    import subprocess

    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def damage(missing: ModuleNotFoundError, root: str = ROOT) -> SetupError:
    """What to say about a package that a complete environment lacks; the next start makes it anew.

    A missing module of our own is a defect of the program and is raised again.
    """
    package = (missing.name or "").partition(".")[0]
    environment = Environment(root)
    if package in ("app", "engine", "") or not environment.active():
        raise missing
    try:
        environment.mark([UNFINISHED])
    except OSError:
        return SetupError(f"{package} is missing from .venv; delete that folder and start again")
    return SetupError(f"{package} is missing from .venv; start again, and .venv is made anew")
