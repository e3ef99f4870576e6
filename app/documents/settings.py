"""The window's settings, saved whenever they change."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.files import FileError
from app.documents.preferences import Plain, Preferences, change_preferences, load_preferences
from app.documents.user_folders import config_home

if TYPE_CHECKING:
    from engine import Experiment


class Settings:
    """The theme, the recent files, and the experiment on screen when the window was closed.

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

    @property
    def last(self) -> Path:
        """Where an unsaved experiment is kept when the window closes."""
        return config_home() / "last.toml"

    def keep_last(self, experiment: Experiment) -> None:
        from app.documents.experiment_file import save

        with contextlib.suppress(FileError, OSError):  # closing must not fail; the previous file is unchanged
            self.last.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            save(experiment, self.last)
