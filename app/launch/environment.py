"""The Python environment `.venv`: where it lies, what it must hold, and whether it is complete.

Every start passes here, so it imports next to nothing; it runs on any Python since 3.7.
"""

from __future__ import annotations

import os
import sys

from app.launch.exit_status import UNAVAILABLE
from app.launch.program import quoted

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN, TEST = "run", "test"
LOCKS = {RUN: "requirements.lock", TEST: "requirements-test.lock"}
UNFINISHED = "unfinished"
PYTHON = f"python {sys.implementation.cache_tag}"


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
                f"cannot read {self.lock(purpose)}: {error.strerror}; fetch it again with "
                f"`{quoted('git', '-C', self.root, 'checkout', '--', LOCKS[purpose])}`"
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
