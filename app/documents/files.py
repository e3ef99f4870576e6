"""Atomic file writing: an existing file is replaced only once the new one is safely on disk."""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from platform import node
from typing import BinaryIO

_NUMBERS = itertools.count()
_PIECE = 2**22  # bytes read or written at a time
_LINKED = "{} had other names (hard links), which keep the former content"
_NO_ATTRIBUTES = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)  # from file systems without them
_OPEN = sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_BINARY", "O_NONBLOCK"))  # a pipe answers at once
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)  # from file systems that cannot sync folders


class FileError(Exception):
    """A file that cannot be read or written: one sentence that names it."""


@contextlib.contextmanager
def replacing(
    path: str | os.PathLike[str], notes: list[str] | None = None, check: Callable[[], None] = lambda: None
) -> Iterator[BinaryIO]:
    """A new file to write into, which replaces `path` when the block ends without an error.

    Symbolic links are followed; permissions, owner and attributes of an existing file are kept. notes: gets a
    sentence for each thing that cannot be kept. check: called before the file is replaced; what it raises ends the
    writing. Raises FileError for errors of the file system.
    """
    lost: list[str] = [] if notes is None else notes
    try:
        target = Path(os.path.realpath(path))
        former = _status_of(target)
        _sweep(target.parent)
        descriptor, temporary = _temporary(target.parent)
    except (OSError, ValueError) as error:
        raise FileError(f"cannot write {shown(path)}: {reason(error)}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            if former is not None:
                lost += _keep(former, target, file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
        check()
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


def write(path: str | os.PathLike[str], data: bytes, check: Callable[[], None] = lambda: None) -> tuple[str, ...]:
    """Replace the content of a file. Raises FileError; the old content is then unchanged.

    check: called between pieces; what it raises ends the writing.
    Returns a sentence for each thing that could not be kept of the former file.
    """
    notes: list[str] = []
    with replacing(path, notes, check) as file:
        view = memoryview(data)
        for at in range(0, len(view), _PIECE):
            file.write(view[at : at + _PIECE])
            check()
    return tuple(notes)


def read(path: str | os.PathLike[str], limit: int, check: Callable[[], None] | None = None) -> bytes:
    """The content of a file. Raises FileError if it cannot be read, is no file, or is longer than `limit` bytes.

    check: called between pieces; what it raises ends the reading.
    """
    content, size = io.BytesIO(), 0
    try:
        with open_regular(path) as file:
            piece = memoryview(bytearray(min(os.fstat(file.fileno()).st_size + 1, _PIECE)))
            while size <= limit and (count := file.readinto(piece[: limit + 1 - size])):
                content.write(piece[:count])
                size += count
                if check is not None:
                    check()
    except (OSError, ValueError) as error:
        raise FileError(f"cannot read {shown(path)}: {reason(error)}") from None
    if size > limit:
        raise FileError(f"cannot read {shown(path)}: it is longer than {limit / 2**20:g} MiB")
    return content.getvalue()


def open_regular(path: str | os.PathLike[str]) -> io.FileIO:
    """A regular file to read, without a buffer. Raises OSError, for everything else too; see `descriptor_of`."""
    return io.FileIO(descriptor_of(path, os.O_RDONLY), "rb")


def descriptor_of(path: str | os.PathLike[str], flags: int, mode: int = 0o666) -> int:
    """`os.open` for regular files alone: a pipe would block, and a device might never end. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        _refuse_irregular(os.stat(path))  # before it is opened: that alone does things to some devices
    descriptor = os.open(path, flags | _OPEN, mode)
    try:
        _refuse_irregular(os.fstat(descriptor))  # for it may have been exchanged meanwhile
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_irregular(status: os.stat_result) -> None:
    """Raises OSError for what is no regular file."""
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a file")


def shown(path: str | os.PathLike[str]) -> str:
    """A path for a message, without unprintable characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in os.fspath(path))


def reason(error: Exception) -> str:
    """The system's error message, to follow a colon."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text[:1].lower() + text[1:]


def _status_of(target: Path) -> os.stat_result | None:
    """The status of the file to replace; None if there is none. Raises OSError if it must not be replaced."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        return None
    _refuse_irregular(status)
    # Replacing it would bypass its protection.
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, "it is write-protected")
    return status


if sys.platform == "win32":

    def _keep(former: os.stat_result, target: Path, descriptor: int) -> Iterator[str]:
        """Permissions and owner come from the folder."""
        if former.st_nlink > 1:
            yield _LINKED.format(target.name)

else:

    def _keep(former: os.stat_result, target: Path, descriptor: int) -> Iterator[str]:
        """Give a new file what the former one had besides its content; a sentence for whatever it cannot be given."""
        if former.st_nlink > 1:
            yield _LINKED.format(shown(target.name))
        own = os.fstat(descriptor)
        for name, old, new, which in (
            ("owner", former.st_uid, own.st_uid, (former.st_uid, -1)),
            ("group", former.st_gid, own.st_gid, (-1, former.st_gid)),
        ):
            try:
                if old != new:
                    os.fchown(descriptor, *which)
            except OSError:
                yield f"{shown(target.name)} has another {name} than before: the system does not let it be kept"
        try:
            for attribute in os.listxattr(target) if hasattr(os, "listxattr") else ():
                os.setxattr(descriptor, attribute, os.getxattr(target, attribute))
        except OSError as error:
            if error.errno not in _NO_ATTRIBUTES:
                yield f"{shown(target.name)} has lost extended attributes: {reason(error)}"
        try:
            os.fchmod(descriptor, stat.S_IMODE(former.st_mode))  # last: a change of owner clears some of it
        except OSError as error:
            yield f"{shown(target.name)} has other permissions than before: {reason(error)}"


def _prefix() -> str:
    return f".fall-line-{re.sub('[^A-Za-z0-9]', '', node())[:20]}-"


def _temporary(folder: Path) -> tuple[int, Path]:
    # The name identifies its process, and is short however long the document's is.
    path = folder / f"{_prefix()}{os.getpid()}-{next(_NUMBERS)}.tmp"
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _OPEN, 0o666), path


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
