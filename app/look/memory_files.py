"""Files that exist in memory alone, for what Qt reads only by a path: Qt resources, made while the program runs.

Nothing is written, so nothing is left behind, however the process ends.
"""

from __future__ import annotations

from struct import pack

from PySide6.QtCore import QFile, qRegisterResourceData

_VERSION = 1  # of Qt's binary format, without times
_DIRECTORY = 2
_ANY_LANGUAGE = 1
_kept: list[tuple[bytes, bytes, bytes]] = []  # Qt goes on reading them where they are


def memory_file(name: str, content: bytes) -> str:
    """The path of a file of this name with this content, for Qt alone. What was registered once under a name stays."""
    path = f":/{name}"
    if not QFile.exists(path):
        # The root with one child, the first entry after it, then the file: for every country and language, its content
        # at 0 of the data.
        tree = pack(">IHII", 0, _DIRECTORY, 1, 1) + pack(">IHHHI", 0, 0, 0, _ANY_LANGUAGE, 0)
        parts = tree, pack(">HI", len(name), _hash(name)) + name.encode("utf-16-be"), pack(">I", len(content)) + content
        _kept.append(parts)
        qRegisterResourceData(_VERSION, *parts)
    return path


def _hash(name: str) -> int:
    """Qt's hash of a name (qt_hash), by which it finds a child."""
    found = 0
    for letter in name:
        found = (found << 4) + ord(letter)
        found ^= (found & 0xF0000000) >> 23
        found &= 0x0FFFFFFF
    return found
