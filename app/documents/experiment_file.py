"""Experiment files: TOML that people can read and edit, or a figure with its experiment embedded."""

from __future__ import annotations

import os

from app.documents.figure_metadata import LEFT_OUT, carries, text_in
from app.documents.files import FileError, head, read, shown, write
from app.documents.toml_text import parsed, toml_text, without_data
from engine import Experiment, SettingError

MAX_BYTES = 256 * 2**20  # room for a table of engine.MAX_NUMBERS
MAX_TEXT = 4 * 2**20  # characters besides the numbers of tables, parsed in no time
HEAD_BYTES = 4096  # in which a figure shows that it is one
HEAD = "# An experiment of Fall Line. Open it with `python main.py FILE`, or run it with `python main.py run FILE`.\n\n"


def save(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write an experiment atomically. Raises FileError; an existing file is then unchanged."""
    text = to_text(experiment)
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_BYTES:
        raise FileError(f"cannot write {shown(path)}: it would be larger than {MAX_BYTES / 2**20:g} MiB")
    if len(without_data(text)) > MAX_TEXT:
        raise FileError(f"cannot write {shown(path)}: its tweaks are larger than {MAX_TEXT / 2**20:g} MiB")
    write(path, data)


def load(path: str | os.PathLike[str]) -> Experiment:
    """Read an experiment file, or the experiment embedded in an exported figure.

    Raises FileError if the file cannot be read, SettingError (with the path, the value and what is allowed) if its
    content is invalid.
    """
    data = read(path, MAX_BYTES)
    if carries(data):
        return from_text(_figure_text(data, path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingError(f"not an experiment: byte {error.start} (line {line}) is not UTF-8 text") from None
    return from_text(text)


def is_text(path: str | os.PathLike[str]) -> bool:
    """Whether a file is an experiment's own, and not a figure that carries one. Raises FileError."""
    return not carries(head(path, HEAD_BYTES))


def _figure_text(data: bytes, path: str | os.PathLike[str]) -> str:
    text = text_in(data)
    if text is None:
        raise FileError(f"{shown(path)} contains no experiment; only figures exported by Fall Line do")
    if text.endswith(LEFT_OUT):
        raise FileError(f"{shown(path)} contains no experiment: its data were too large for a figure")
    return text


def to_text(experiment: Experiment, head: str = HEAD) -> str:
    """The text of a file; `head` is a comment at its start."""
    data = experiment.to_dict()
    data["view"] = data.pop("view")  # last, because it is for the window, not for readers
    return head + toml_text(data)


def from_text(text: str) -> Experiment:
    """Parse the text of a file. Raises SettingError."""
    if len(text) > MAX_BYTES or len(without_data(text)) > MAX_TEXT:
        most = f"{MAX_TEXT / 2**20:g} MiB, and {MAX_BYTES / 2**20:g} MiB with its data"
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
