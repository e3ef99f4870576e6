"""Experiments as files: TOML that a person can read and edit, or a figure that carries its experiment."""

from __future__ import annotations

import os

from app.documents.figure_metadata import LEFT_OUT, carries, text_in
from app.documents.files import FileError, read, shown, write
from app.documents.toml_text import parsed, toml_text, without_data
from engine import Experiment, SettingError

MOST_BYTES = 256 * 2**20  # room for a table of engine.MOST_NUMBERS
MOST_TEXT = 4 * 2**20  # letters besides the numbers of tables, which take a parser no time
HEAD = "# An experiment of Fall Line. Open it with `python main.py FILE`, or run it with `python main.py run FILE`.\n\n"


def save(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write an experiment. Raises FileError, and then the file that was there before is still whole."""
    text = to_text(experiment)
    data = text.encode("utf-8", "replace")
    if len(data) > MOST_BYTES:
        raise FileError(f"cannot write {shown(path)}: with all its data it is longer than {MOST_BYTES / 2**20:g} MiB")
    if len(without_data(text)) > MOST_TEXT:
        raise FileError(f"cannot write {shown(path)}: with all its tweaks it is longer than {MOST_TEXT / 2**20:g} MiB")
    write(path, data)


def load(path: str | os.PathLike[str]) -> Experiment:
    """Read an experiment file, or the experiment in a figure that was exported.

    Raises FileError if the file cannot be read, SettingError (with the place, the value and what is
    allowed) if what it says cannot be.
    """
    data = read(path, MOST_BYTES)
    if carries(data):
        return from_text(_figure_text(data, path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingError(f"not an experiment: byte {error.start} (line {line}) is not UTF-8 text") from None
    return from_text(text)


def _figure_text(data: bytes, path: str | os.PathLike[str]) -> str:
    text = text_in(data)
    if text is None:
        raise FileError(f"{shown(path)} carries no experiment; figures exported by Fall Line do")
    if text.endswith(LEFT_OUT):
        raise FileError(f"{shown(path)} carries no experiment: its data were too large for a figure")
    return text


def to_text(experiment: Experiment, head: str = HEAD) -> str:
    """The file's text; `head` is a comment to begin with."""
    data = experiment.to_dict()
    data["view"] = data.pop("view")  # last: it is the window's, not the reader's
    return head + toml_text(data)


def from_text(text: str) -> Experiment:
    """Read a file's text. Raises SettingError."""
    if len(text) > MOST_BYTES or len(without_data(text)) > MOST_TEXT:
        most = f"{MOST_TEXT / 2**20:g} MiB, and {MOST_BYTES / 2**20:g} MiB with its data"
        raise SettingError(f"an experiment's text has at most {most}")
    try:
        data = parsed(text)
    except ValueError as error:
        raise SettingError(f"not TOML: {error}") from None
    try:
        return Experiment.from_dict(data)
    except SettingError:
        raise
    except (ValueError, OverflowError, RecursionError) as error:  # such as an integer of 5000 digits
        raise SettingError(f"not an experiment: {error}") from None
