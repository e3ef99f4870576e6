"""The results of trials on disk, a line each as soon as it is there: what was killed goes on where it was.

Any number of processes may add to one file at once: each adds whole lines in one go, behind a line feed of its own, so
that a line which another could not finish costs itself alone.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Container
from pathlib import Path

from app.documents.file_lock import FileLock, LockHeld
from app.documents.files import FileError, descriptor_of, read, reason, shown
from app.documents.journal import sealed, unsealed
from app.documents.toml_reader import Check, no_check
from app.documents.user_folders import data_home
from engine import NUMBERS, SettingError, Summary, line_of, of_line

MAX_BYTES = 512 * 2**20
SUFFIX = ".trials"
_OWN_BYTES = 16 * 2**20  # from which the journal of the windows is set aside when a comparison begins
_CHECKED = 100  # lines between two checks
_SYNC = 2.0  # seconds for which results may be lost by a power failure


def beside(path: Path) -> Path:
    """The journal of the sweep of a file."""
    return path.with_name(path.name + SUFFIX)


def of_the_windows() -> Path:
    """The journal of what windows compare, for all of them."""
    return data_home() / "comparisons.trials"


def set_aside(path: Path) -> Path:
    """Where a journal goes when it has become large; the one that was there goes."""
    return path.with_name(f"{path.name}.before")


class TrialJournal:
    """Results by the keys of their trials. Not for several threads at once.

    notices: a sentence for each thing that a person should know: damaged lines, a disk that is full. Nothing is raised
    once it is open: what cannot be kept on disk costs nothing but that.
    """

    def __init__(self, path: Path, *others: Path, check: Check = no_check) -> None:
        """Read what is there, and in others that are only read. check: called between pieces; what it raises ends the
        reading. Raises FileError for what cannot be read or is no journal.
        """
        self.path = path
        self.notices: list[str] = []
        self._found: dict[tuple[str, str], Summary] = {}
        self._unwritten = b""
        self._synced = time.monotonic()
        self._descriptor: int | None = None
        for each in (path, *others):
            if os.path.lexists(each):
                self._read(each, check)

    def known(self, processors: Container[str]) -> dict[str, Summary]:
        """The results that came from processors of these kinds, by the keys of their trials."""
        return {key: summary for (key, processor), summary in self._found.items() if processor in processors}

    def add(self, key: str, summary: Summary) -> None:
        """Keep a result, unless it failed: that may be better the next time."""
        place = key, summary.processor
        if summary.failed or place in self._found:
            return
        self._found[place] = summary
        self._unwritten += b"\n" + sealed(line_of(key, summary).encode("ascii"))
        self._write()

    def make_room(self) -> None:
        """Set the file aside if it is large. Whoever else writes into it goes on doing so, and finds it there."""
        lock = FileLock(self.path.with_name(f"{self.path.name}.lock"))
        with contextlib.suppress(OSError, LockHeld):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.take()
            if self.path.stat().st_size > _OWN_BYTES:
                self.close()
                os.replace(self.path, set_aside(self.path))
        lock.release()

    def close(self) -> None:
        """Bring everything to the disk, as far as there is room."""
        if self._unwritten:
            self._write()
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def _read(self, path: Path, check: Check) -> None:
        damaged = 0
        lines = [line for line in read(path, MAX_BYTES, check).split(b"\n") if line]
        for place, line in enumerate(lines):
            if place % _CHECKED == 0:
                check()
            text = unsealed(line)
            try:
                key, summary = of_line(text.decode("ascii")) if text is not None else ("", Summary())
            except (SettingError, UnicodeDecodeError):
                key = ""
            if not key:
                damaged += 1
            elif summary.numbers == NUMBERS:
                self._found[key, summary.processor] = summary
        if damaged and damaged == len(lines) > 1:
            raise FileError(f"cannot read {shown(path)}: it is no journal of trials; move it away")
        if damaged:
            which = "a line was damaged: that trial is" if damaged == 1 else f"{damaged} lines were damaged: they are"
            self.notices.append(f"{shown(path)}: {which} done again")

    def _write(self) -> None:
        """Write what waits, in one go; what there is no room for waits for the next time."""
        try:
            if self._descriptor is None:
                self._descriptor = descriptor_of(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            written = os.write(self._descriptor, self._unwritten)
            if written < len(self._unwritten):
                raise OSError(28, os.strerror(28))
            self._unwritten = b""
            if time.monotonic() > self._synced + _SYNC:
                os.fsync(self._descriptor)
                self._synced = time.monotonic()
        except OSError as error:
            told = f"cannot write {shown(self.path)}: {reason(error)}; what is finished is kept until this one ends"
            if told not in self.notices:
                self.notices.append(told)
