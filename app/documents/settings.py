"""The window's settings, saved whenever they change."""

from __future__ import annotations

from pathlib import Path

from app.documents.preferences import Plain, load_preferences, save_preferences


class Settings:
    """The theme and other choices, and the recent files."""

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
