"""A lock on a file that ends with its process, however that ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from pathlib import Path

from app.documents.files import descriptor_of

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int, shared: bool) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int, shared: bool) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # what systems answer while another has it
_PAUSE = 0.01  # seconds between two attempts


class LockHeld(Exception):
    """Another process, or another lock object of this one, holds the lock."""


class FileLock:
    """An exclusive lock on a file, which is made if need be and stays."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, wait: float = 0.0) -> None:
        """Take the lock, trying for `wait` seconds. Raises LockHeld, and OSError where there can be none."""
        descriptor = descriptor_of(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + wait
        try:
            while not _taken(descriptor):
                if time.monotonic() >= until:
                    raise LockHeld(self.path)
                time.sleep(_PAUSE)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back, if it is held."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock; those who ask at the same time do not disturb each other. Raises OSError."""
    try:
        descriptor = descriptor_of(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return not _taken(descriptor, shared=True)
    finally:
        os.close(descriptor)


def _taken(descriptor: int, shared: bool = False) -> bool:
    """Whether the lock could be taken; False if it is held."""
    try:
        _take(descriptor, shared)
    except OSError as error:
        if error.errno not in _HELD:
            raise
        return False
    return True
