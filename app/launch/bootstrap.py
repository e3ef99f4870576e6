"""The environment: is `.venv` ready, and if so, on into it.

Every start passes here, so it imports next to nothing and reads two small files; the work of a first
start is in `installer`. Runs on any Python since 3.7, if only to say that it is too old.
"""

from __future__ import annotations

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN, TEST = "run", "test"
LOCKS = {RUN: "requirements.lock", TEST: "requirements-test.lock"}
UNFINISHED = "unfinished"
PYTHON = f"python {sys.implementation.cache_tag}"
UNAVAILABLE, INTERRUPTED = 3, 130


class SetupError(Exception):
    """Why Fall Line cannot start and what helps, in words for a person; status is the exit status."""

    def __init__(self, sentence: str, status: int = UNAVAILABLE) -> None:
        super().__init__(sentence)
        self.status = status


class Environment:
    """The `.venv` of a project folder, and its stamp: what has been installed there, completely.

    The stamp is a text file: the version of Python and one line `purpose digest` for each purpose (run,
    test) that is ready, or `unfinished` while something is being changed. Without a stamp the folder is
    not of our making.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.folder = os.path.join(root, ".venv")
        self.stamp = os.path.join(self.folder, "fall-line.stamp")
        scripts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        self.python = os.path.join(self.folder, *scripts)

    def lock(self, purpose: str) -> str:
        """The file that lists the packages of a purpose, with their hashes."""
        return os.path.join(self.root, LOCKS[purpose])

    def packages(self, purpose: str) -> bytes:
        """The content of the lock file. Raises SetupError."""
        try:
            with open(self.lock(purpose), "rb") as file:
                return file.read().replace(b"\r\n", b"\n")
        except OSError as error:
            raise SetupError(
                f"cannot read {self.lock(purpose)}: {error.strerror}; fetch it again with `git checkout`"
            ) from None

    def line(self, purpose: str) -> str:
        """The stamp's line of a purpose that is ready by the lock file as it is now."""
        import hashlib

        return f"{purpose} {hashlib.sha256(self.packages(purpose)).hexdigest()}"

    def stamped(self) -> list[str]:
        """The lines of the stamp; none without one."""
        try:
            with open(self.stamp, encoding="utf-8", errors="replace") as file:
                return file.read().splitlines()
        except OSError:
            return []

    def mark(self, lines: list[str]) -> None:
        """Write the stamp."""
        with open(self.stamp, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))

    def ready(self, purpose: str) -> bool:
        """Whether everything that the purpose needs is installed, for this version of Python."""
        lines = self.stamped()
        return PYTHON in lines and self.line(purpose) in lines and os.path.exists(self.python)

    def active(self) -> bool:
        """Whether this process runs in it."""
        return os.path.realpath(sys.prefix) == os.path.realpath(self.folder)


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
    remedy = f"start it as `{found[0]} main.py`" if found else "get one from python.org or your system"
    return f"needs {span}, and this is {'.'.join(map(str, version[:3]))} ({sys.executable}); {remedy}"


def hand_over(python: str, arguments: list[str], root: str) -> None:
    """Continue as main.py under another Python, with the same arguments; does not return."""
    command = [python, os.path.join(root, "main.py"), *arguments]
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


def complain(problem: SetupError) -> int:
    """Say on stderr why it cannot start; the exit status."""
    print(f"Fall Line: {problem}", file=sys.stderr)
    return problem.status


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
