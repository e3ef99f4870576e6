"""What the window keeps between two starts, written down as soon as it changes."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.files import FileError
from app.documents.memory import Plain, recall, remember
from app.documents.user_folders import config_home

if TYPE_CHECKING:
    from engine import Experiment


class Settings:
    """The theme, the files opened last, and the experiment that was on screen when the window was closed."""

    def __init__(self) -> None:
        self._memory = recall()

    def get(self, name: str, default: Plain) -> Plain:
        return self._memory.choices.get(name, default)

    def set(self, name: str, value: Plain) -> None:
        self._memory = self._memory.choosing(**{name: value})
        remember(self._memory)

    def opened(self, path: Path) -> None:
        self._memory = self._memory.opened(path)
        remember(self._memory)

    def recent(self) -> tuple[Path, ...]:
        return self._memory.files

    @property
    def last(self) -> Path:
        """Where an experiment that was never saved is kept when the window closes."""
        return config_home() / "last.toml"

    def keep_last(self, experiment: Experiment) -> None:
        from app.documents.experiment_file import save

        with contextlib.suppress(FileError, OSError):  # closing must not fail; the file before is still whole
            self.last.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            save(experiment, self.last)
