"""Preferences kept between sessions: recent files, and choices such as the theme.

Several windows share one file: each change is made under a lock to what the file says by then, so that none undoes
another's. Nothing here is ever worth an error: what cannot be read or written counts as not remembered. QSettings is
not used: its files hold texts alone, so that numbers and switches need a type wherever they are read, it keeps them
in the registry on Windows, and what is in this folder works without Qt.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.documents.file_lock import FileLock, LockHeld
from app.documents.files import FileError, read, write
from app.documents.toml_reader import parsed
from app.documents.toml_text import toml_text
from app.documents.user_folders import config_home

KEEPS_RUNS = "keep_finished_runs"  # the choice whether finished runs go into the library
MAX_FILES = 10
MAX_CHOICES = 200
_MAX_BYTES = 2**18
_LOCK_WAIT = 2.0  # seconds; on a busy disk a window holds it for tenths of one

Plain = str | int | float | bool | list[float] | list[str]


@dataclass(frozen=True, slots=True)
class Preferences:
    """files: newest first. choices: plain values by name (`theme`, `figure.width`)."""

    files: tuple[Path, ...] = ()
    choices: Mapping[str, Plain] = field(default_factory=dict)

    def opened(self, path: str | os.PathLike[str]) -> Preferences:
        """With a file as the most recent one."""
        newest = Path(os.path.abspath(path))
        others = [file for file in self.files if file != newest]
        return replace(self, files=(newest, *others)[:MAX_FILES])

    def without(self, path: str | os.PathLike[str]) -> Preferences:
        """Without a file, such as one that no longer exists."""
        return replace(self, files=tuple(file for file in self.files if file != Path(os.path.abspath(path))))

    def choosing(self, **choices: Plain) -> Preferences:
        return replace(self, choices={**self.choices, **choices})


def preferences_file() -> Path:
    """The path of the file they are kept in."""
    return config_home() / "memory.toml"


def load_preferences() -> Preferences:
    """Load the preferences; from a damaged file, none."""
    with contextlib.suppress(_Damaged, OSError, RuntimeError):
        return _read()
    return Preferences()


def change_preferences(change: Callable[[Preferences], Preferences]) -> Preferences | None:
    """Change the preferences in their file, and return what it then says; None if it cannot be written.

    Waits for other windows for two seconds at most. A damaged file is set aside under another name.
    """
    try:
        path = preferences_file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"))
        with contextlib.suppress(LockHeld, OSError):  # better without a lock than not at all
            lock.take(_LOCK_WAIT)
        try:
            return _changed(path, change)
        finally:
            lock.release()
    except (FileError, OSError, RuntimeError):
        return None


def _changed(path: Path, change: Callable[[Preferences], Preferences]) -> Preferences:
    """Raises FileError and OSError."""
    try:
        former = _read()
    except _Damaged:
        os.replace(path, path.with_name(f"{path.stem}.damaged-{time.time_ns()}{path.suffix}"))
        former = Preferences()
    changed = change(former)
    if changed != former or not path.exists():
        data = {"files": [str(file) for file in changed.files], "choices": dict(changed.choices)}
        write(path, toml_text(data).encode("utf-8", "replace"))
    return changed


class _Damaged(Exception):
    """The file is there, but cannot be understood."""


def _read() -> Preferences:
    """What of the file is valid. Raises _Damaged."""
    path = preferences_file()
    if not os.path.lexists(path):
        return Preferences()
    try:
        data = parsed(read(path, _MAX_BYTES))
    except (FileError, ValueError) as error:
        raise _Damaged(error) from None
    files, choices = data.get("files"), data.get("choices")
    texts = [text for text in files if isinstance(text, str) and text] if isinstance(files, list) else []
    paths = [Path(text) for text in texts if "\0" not in text and os.path.isabs(text)]
    known = {name: value for name, value in choices.items() if _plain(value)} if isinstance(choices, dict) else {}
    return Preferences(tuple(dict.fromkeys(paths))[:MAX_FILES], dict(list(known.items())[:MAX_CHOICES]))


def _plain(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= 100 and all(isinstance(item, str | int | float) for item in value)
    return isinstance(value, str | int | bool) or (isinstance(value, float) and math.isfinite(value))
