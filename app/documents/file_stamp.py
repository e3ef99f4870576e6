"""What a file was like when it was last read or written, to notice that somebody else has changed it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from app.documents.files import open_regular

_PIECE = 2**20  # bytes
_SMALL = 4 * 2**20  # bytes up to which content is compared even if nothing else has changed


@dataclass(frozen=True, slots=True)
class Stamp:
    """Of a file: modified: in nanoseconds. size: in bytes. digest: SHA-256 of its content."""

    modified: int
    size: int
    inode: int
    digest: str


def stamp_of(path: str | os.PathLike[str], data: bytes) -> Stamp:
    """The stamp of a file that has just been read or written, with its content. Raises OSError."""
    status = os.stat(path)
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino, hashlib.sha256(data).hexdigest())


def changed_since(path: str | os.PathLike[str], stamp: Stamp | None) -> bool:
    """Whether a file has another content than when the stamp was made; without one, whether there is a file.

    A file that is gone has nothing to lose, one that cannot be read counts as changed.
    """
    try:
        status = os.stat(path)
        if stamp is None:
            return True
        if status.st_size != stamp.size:
            return True
        same = (status.st_mtime_ns, status.st_ino) == (stamp.modified, stamp.inode)
        if same and status.st_size > _SMALL:
            return False
        digest = hashlib.sha256()
        with open_regular(path) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest() != stamp.digest
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
