"""The window's settings, saved whenever they change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.documents.preferences import Plain, Preferences, change_preferences, load_preferences


class Settings:
    """The theme and other choices, and the recent files.

    Several windows may run: a change is made to what the others have written by then. What cannot be written holds
    for this window, and is tried again with the next change.
    """

    def __init__(self) -> None:
        self._preferences = load_preferences()
        self._unsaved: list[Callable[[Preferences], Preferences]] = []

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

    def _change(self, change: Callable[[Preferences], Preferences]) -> None:
        self._unsaved.append(change)
        written = change_preferences(self._all_changes)
        if written is not None:
            self._unsaved.clear()
        self._preferences = written if written is not None else change(self._preferences)

    def _all_changes(self, preferences: Preferences) -> Preferences:
        for change in self._unsaved:
            preferences = change(preferences)
        return preferences
