"""The window's settings, saved whenever they change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.preferences import Plain, Preferences, change_preferences, load_preferences

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor


_PATIENCE = 1.0  # seconds


class Settings:
    """The theme and other choices, and the recent files.

    A change holds at once, and is written beside the window. Several windows may run: it is made to what the others
    have written by then. What cannot be written holds for this window, and is tried again with the next change.
    """

    def __init__(self) -> None:
        self._preferences = load_preferences()
        self._unsaved: list[Callable[[Preferences], Preferences]] = []
        self._lock = threading.Lock()
        self._writer: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None  # of the changes
        self._finished = False

    def get(self, name: str, default: Plain) -> Plain:
        return self._preferences.choices.get(name, default)

    def set(self, name: str, value: Plain) -> None:
        self._change(lambda preferences: preferences.choosing(**{name: value}))

    def opened(self, path: Path) -> None:
        """Make a file the most recent one."""
        self._change(lambda preferences: preferences.opened(path))

    def forget(self, path: Path) -> None:
        """Leave a file out of the recent ones."""
        self._change(lambda preferences: preferences.without(path))

    def recent(self) -> tuple[Path, ...]:
        """The recent files of all windows, as of the last change, newest first."""
        return self._preferences.files

    def finish(self) -> None:
        """Wait until every change is written, and end the thread that writes; later changes are written at once.

        For a second at most, if the disk does not answer.
        """
        self._finished = True
        if self._writer is not None and self._last is not None:
            from concurrent.futures import wait

            self._writer.shutdown(wait=bool(wait((self._last,), _PATIENCE).done))

    def _change(self, change: Callable[[Preferences], Preferences]) -> None:
        with self._lock:
            self._unsaved.append(change)
            self._preferences = change(self._preferences)
        if self._finished:
            self._write()
            return
        if self._writer is None:
            from concurrent.futures import ThreadPoolExecutor  # not before the first paint

            self._writer = ThreadPoolExecutor(1, "settings")
        self._last = self._writer.submit(self._write)

    def _write(self) -> None:
        with self._lock:
            changes = tuple(self._unsaved)
        if not changes:  # written with those before
            return
        written = change_preferences(lambda preferences: _changed(preferences, changes))
        if written is not None:
            with self._lock:
                del self._unsaved[: len(changes)]
                self._preferences = _changed(written, self._unsaved)


def _changed(preferences: Preferences, changes: Iterable[Callable[[Preferences], Preferences]]) -> Preferences:
    for change in changes:
        preferences = change(preferences)
    return preferences
