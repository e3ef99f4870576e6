"""The bundled experiments: `assets/presets/*.toml`, in order of file name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.files import FileError, read
from app.documents.toml_reader import parsed

if TYPE_CHECKING:
    from engine import Experiment

FOLDER = Path(__file__).resolve().parent.parent.parent / "assets" / "presets"
_MAX_BYTES = 2**18


@dataclass(frozen=True, slots=True)
class Preset:
    """One bundled experiment. line: what it shows, in one sentence. thumbnail: an image, or None.

    problem: the entries of its problem, by which its kind is known.
    """

    key: str
    title: str
    line: str
    path: Path
    thumbnail: Path | None
    problem: Mapping[str, object] = field(default_factory=dict)

    def experiment(self) -> Experiment:
        """Raises FileError or SettingError."""
        from app.documents.experiment_file import load

        return load(self.path)


def is_bundled(path: Path) -> bool:
    """Whether a file is one of the bundled experiments, which are no place to save to."""
    return path.resolve().parent == FOLDER


def presets(folder: Path = FOLDER) -> tuple[Preset, ...]:
    """All presets, with what a menu needs; unreadable ones are skipped."""
    return tuple(_readable(folder))


def first_preset() -> Preset:
    """The one that a window begins with; the others are not read."""
    return next(_readable(FOLDER))


def _readable(folder: Path) -> Iterator[Preset]:
    for path in sorted(folder.glob("*.toml")):
        with contextlib.suppress(FileError, ValueError):
            data = parsed(read(path, _MAX_BYTES).decode("utf-8"))
            title, note = data.get("title", path.stem), data.get("note", "")
            problem = data.get("problem")
            if isinstance(title, str) and isinstance(note, str):
                picture = path.with_suffix(".png")
                line = note.strip().partition("\n")[0]
                known = problem if isinstance(problem, dict) else {}
                yield Preset(path.stem, title, line, path, picture if picture.is_file() else None, known)
