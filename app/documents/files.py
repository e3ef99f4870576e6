"""Atomic file writing: an existing file is replaced only once the new one is safely on disk."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from platform import node
from typing import BinaryIO

_NUMBERS = itertools.count()
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)  # from file systems that cannot sync folders


class FileError(Exception):
    """A file that cannot be read or written: one sentence that names it."""


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A new file to write into, which replaces `path` when the block ends without an error.

    Links are followed, permissions of an existing file are kept. Raises FileError for errors of the file system.
    """
    try:
        target = Path(os.path.realpath(path))
        mode = _mode_of(target)
        _sweep(target.parent)
        descriptor, temporary = _temporary(target.parent)
    except (OSError, ValueError) as error:
        raise FileError(f"cannot write {shown(path)}: {reason(error)}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None and sys.platform != "win32":
                os.fchmod(file.fileno(), mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise FileError(f"cannot write {shown(path)}: {reason(error)}") from None
        raise
    try:
        sync_folder(target.parent)
    except OSError as error:
        raise FileError(f"{shown(path)} is written but may not survive a power failure: {reason(error)}") from None


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Replace the content of a file. Raises FileError; the old content is then unchanged."""
    with replacing(path) as file:
        file.write(data)


def read(path: str | os.PathLike[str], limit: int) -> bytes:
    """The content of a file. Raises FileError if it cannot be read, is no file, or is longer than `limit` bytes."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would block, a device might never end
            raise OSError(errno.EINVAL, "not a file" if not os.path.isdir(path) else "it is a folder")
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise FileError(f"cannot read {shown(path)}: {reason(error)}") from None
    if len(data) > limit:
        raise FileError(f"cannot read {shown(path)}: it is longer than {limit / 2**20:g} MiB")
    return data


def head(path: str | os.PathLike[str], length: int) -> bytes:
    """The first bytes of a file. Raises FileError."""
    try:
        with open(path, "rb") as file:
            return file.read(length)
    except (OSError, ValueError) as error:
        raise FileError(f"cannot read {shown(path)}: {reason(error)}") from None


def shown(path: str | os.PathLike[str]) -> str:
    """A path for a message, without unprintable characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in os.fspath(path))


def reason(error: Exception) -> str:
    """The system's error message, to follow a colon."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text[:1].lower() + text[1:]


def _mode_of(target: Path) -> int | None:
    """The permissions of the file to replace; None if there is none. Raises OSError if it must not be replaced."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a file")
    if not os.access(target, os.W_OK):  # replacing it would bypass its protection
        raise PermissionError(errno.EACCES, "it is write-protected")
    return stat.S_IMODE(status.st_mode)


def _prefix() -> str:
    return f".fall-line-{re.sub('[^A-Za-z0-9]', '', node())[:20]}-"


def _temporary(folder: Path) -> tuple[int, Path]:
    # The name identifies its process, and is short however long the document's is.
    path = folder / f"{_prefix()}{os.getpid()}-{next(_NUMBERS)}.tmp"
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o666), path


def _sweep(folder: Path) -> None:
    """Remove leftovers of killed processes on this machine."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{_prefix()}*.tmp"):
            owner = path.stem.removeprefix(_prefix()).partition("-")[0]
            if owner.isdecimal() and not process_exists(int(owner)):
                with contextlib.suppress(OSError):
                    path.unlink()


def process_exists(process: int) -> bool:
    """Whether a process may still exist. Windows does not delete open files, so it need not be checked there."""
    if process == os.getpid():
        return True
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's, or no process id: not ours to remove
    return True


def sync_folder(folder: Path) -> None:
    """Make what was added to a folder survive a power failure, where the system can. Raises OSError."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
