"""Reports of crashes: what Python and Qt could still say is written to a file, and offered at the next start.

Nothing is sent anywhere. A window that ends as it should leaves no file behind.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.documents.file_lock import FileLock, LockHeld, is_held
from app.documents.files import open_regular
from app.documents.version import version

FOLDER = "crashes"  # in the user's folder for data
MAX_CHARACTERS = 100_000  # of a report that are shown
_MAX_FAULTS = 20  # faults of one window that are written down


class CrashReport:
    """The file of this process. Where it cannot be written, there is none, and everything else works."""

    def __init__(self, folder: Path) -> None:
        self._file: TextIO | None = None
        self._faults = 0
        path = folder / f"{time.time_ns()}-{os.getpid()}.log"
        self._lock = FileLock(path.with_suffix(".lock"))
        with contextlib.suppress(OSError, LockHeld):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.take()
            self._file = open(path, "w", encoding="utf-8", errors="replace")  # noqa: SIM115  for Python's own handler
            began = time.strftime("%Y-%m-%d %H:%M:%S %z")
            # platform.platform() would start a process to ask for the processor.
            system = f"{platform.system()} {platform.release()} {platform.machine()}"
            self._file.write(f"Fall Line {version()}, Python {platform.python_version()}, {system}, began {began}\n\n")
            self._file.flush()

    def begin(self) -> None:
        """Have Python write to the file what it can say of a crash, or to the terminal if there is no file."""
        if self._file is not None or sys.stderr is not None:
            faulthandler.enable(self._file or sys.stderr)

    def add(self, details: str) -> None:
        """Write down a fault that the window survives, for it may be the cause of one that it does not."""
        if self._file is not None and details and self._faults < _MAX_FAULTS:
            self._faults += 1
            with contextlib.suppress(OSError, ValueError):
                self._file.write(f"{time.strftime('%H:%M:%S')}\n{details.rstrip()}\n\n")
                self._file.flush()

    def end(self) -> None:
        """The window has ended as it should: leave nothing behind."""
        if self._file is None:
            return
        faulthandler.disable()
        path = Path(self._file.name)
        with contextlib.suppress(OSError):
            self._file.close()
        self._file = None
        self._lock.release()
        _remove(path)


@dataclass(frozen=True, slots=True)
class LeftReports:
    """What processes that have crashed left behind: the newest text, and the files of all of them."""

    text: str
    paths: tuple[Path, ...]

    def discard(self) -> None:
        for path in self.paths:
            _remove(path)


def left_reports(folder: Path) -> LeftReports | None:
    """The reports of processes that ended in a crash; None if there are none.

    One that was killed from outside has nothing to tell, and its file is removed.
    """
    found: list[tuple[Path, str]] = []
    with contextlib.suppress(OSError):
        for path in sorted(folder.glob("*.log"), reverse=True):
            with contextlib.suppress(OSError):
                if is_held(path.with_suffix(".lock")):
                    continue
                with open_regular(path) as file:
                    text = file.read(4 * MAX_CHARACTERS).decode("utf-8", "replace")
                if text.partition("\n\n")[2].strip():
                    found.append((path, text[:MAX_CHARACTERS].rstrip()))
                else:
                    _remove(path)
    return LeftReports(found[0][1], tuple(path for path, _ in found)) if found else None


def _remove(path: Path) -> None:
    for each in (path, path.with_suffix(".lock")):
        with contextlib.suppress(OSError):
            each.unlink()
