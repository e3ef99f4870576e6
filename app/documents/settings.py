"""The window's settings, saved whenever they change."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.files import FileError
from app.documents.preferences import Plain, load_preferences, save_preferences
from app.documents.user_folders import config_home

if TYPE_CHECKING:
    from engine import Experiment


class Settings:
    """The theme, the recent files, and the experiment on screen when the window was closed."""

    def __init__(self) -> None:
        self._preferences = load_preferences()

    def get(self, name: str, default: Plain) -> Plain:
        return self._preferences.choices.get(name, default)

    def set(self, name: str, value: Plain) -> None:
        self._preferences = self._preferences.choosing(**{name: value})
        save_preferences(self._preferences)

    def opened(self, path: Path) -> None:
        self._preferences = self._preferences.opened(path)
        save_preferences(self._preferences)

    def recent(self) -> tuple[Path, ...]:
        return self._preferences.files

    @property
    def last(self) -> Path:
        """Where an unsaved experiment is kept when the window closes."""
        return config_home() / "last.toml"

    def keep_last(self, experiment: Experiment) -> None:
        from app.documents.experiment_file import save

        with contextlib.suppress(FileError, OSError):  # closing must not fail; the previous file is unchanged
            self.last.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            save(experiment, self.last)
