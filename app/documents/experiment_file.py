"""Experiment files: TOML that people can read and edit, or a figure with its experiment embedded."""

from __future__ import annotations

import contextlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from app.documents.figure_metadata import LEFT_OUT, carries, text_in
from app.documents.file_stamp import Stamp, stamp_of
from app.documents.files import FileError, open_regular, read, reason, shown, write
from app.documents.former_views import with_present_names
from app.documents.toml_reader import Check, TooLong, no_check, parsed
from app.documents.toml_text import toml_text
from app.documents.version import version
from engine import Experiment, SettingError

MAX_BYTES = 256 * 2**20  # room for a table of engine.MAX_NUMBERS
_OTHERS = (".csv", ".tsv", ".png", ".svg", ".pdf")  # suffixes of figures and of tables
HEAD = "# An experiment of Fall Line. Open it with `python main.py FILE`, or run it with `python main.py run FILE`.\n\n"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds. is_figure: whether it is a figure, which must not be overwritten by the experiment."""

    experiment: Experiment
    stamp: Stamp
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that is safe on disk. notes: sentences on what could not be kept of the file it replaces."""

    stamp: Stamp
    notes: tuple[str, ...]


def save(experiment: Experiment, path: str | os.PathLike[str], check: Check = no_check) -> Saved:
    """Write an experiment atomically, once what is written has been read back and compared.

    check: called between pieces; what it raises ends the saving. Raises FileError; an existing file is then unchanged.
    """
    _refuse_others(path)
    data = to_text(experiment, check=check).encode()
    check()
    if len(data) > MAX_BYTES:
        raise FileError(f"cannot write {shown(path)}: it would be larger than {MAX_BYTES / 2**20:g} MiB")
    try:
        again = _experiment(data, check)
    except SettingError as error:
        raise FileError(f"cannot write {shown(path)}: it could not be opened again: {error}") from None
    if _plain(again) != _plain(experiment):
        raise FileError(f"cannot write {shown(path)}: it would not be opened as the same experiment")
    del again
    notes = write(path, data, check)
    try:
        return Saved(stamp_of(path, data), notes)
    except OSError as error:  # it was there a moment ago
        raise FileError(f"cannot read {shown(path)} after it was written: {reason(error)}") from None


def _refuse_others(path: str | os.PathLike[str]) -> None:
    """Raises FileError for what is, or would be taken for, a figure or a table: the experiment must not replace it."""
    suffix = Path(path).suffix.lower()
    with contextlib.suppress(OSError, ValueError), open_regular(path) as file:
        if carries(file.read(2000)):
            raise FileError(f"cannot write {shown(path)}: it is a figure; save the experiment under another name")
    if suffix in _OTHERS:
        raise FileError(f"cannot write {shown(path)}: experiments have names that end in .toml, not in {suffix}")


def load(path: str | os.PathLike[str], check: Check = no_check) -> Experiment:
    """Read an experiment file, or the experiment embedded in an exported figure.

    check: called between pieces; what it raises ends the loading. Raises FileError if the file cannot be read,
    SettingError (with the path, the value and what is allowed) if its content is invalid.
    """
    return open_file(path, check).experiment


def open_file(path: str | os.PathLike[str], check: Check = no_check) -> Opened:
    """As `load`, with what to know of the file before it is overwritten."""
    data = read(path, MAX_BYTES, check)
    with ThreadPoolExecutor(1, "stamp") as beside:  # of the largest file it takes a fifth of what reading it does
        stamp = beside.submit(stamp_of, path, data)
        is_figure = carries(data)
        experiment = from_text(_figure_text(data, path), check) if is_figure else _experiment(data, check)
    try:
        return Opened(experiment, stamp.result(), is_figure)
    except OSError as error:
        raise FileError(f"cannot read {shown(path)}: {reason(error)}") from None


def _figure_text(data: bytes, path: str | os.PathLike[str]) -> str:
    text = text_in(data)
    if text is None:
        raise FileError(f"{shown(path)} contains no experiment; only figures exported by Fall Line do")
    if text.endswith(LEFT_OUT):
        raise FileError(f"{shown(path)} contains no experiment: its data were too large for a figure")
    return text


def to_text(experiment: Experiment, head: str = HEAD, check: Check = no_check) -> str:
    """The text of a file; `head` is a comment at its start."""
    data = experiment.to_dict(lambda table: table.to_dict(check))
    data["view"] = data.pop("view")  # last, because it is for the window, not for readers
    check()
    return head + toml_text(data)


def from_text(text: str, check: Check = no_check) -> Experiment:
    """Parse the text of a file. Raises SettingError."""
    return _experiment(text.encode("utf-8", "surrogatepass"), check)


def _experiment(data: bytes, check: Check) -> Experiment:
    try:
        found = parsed(data, check)
    except TooLong as error:
        raise SettingError(f"not an experiment: {error}") from None
    except ValueError as error:
        raise SettingError(f"not TOML: {error}") from None
    try:
        return Experiment.from_dict(with_present_names(found), check)
    except SettingError as error:
        if error.where == "fall_line":
            raise SettingError(f"{error.sentence} (this is Fall Line {version()})", "fall_line") from None
        raise
    except (ValueError, OverflowError, RecursionError) as error:  # such as an integer of 5000 digits
        raise SettingError(f"not an experiment: {error}") from None


def _plain(experiment: Experiment) -> bytes:
    """Everything in an experiment, to the bit: 1 is not 1.0, and 0.0 not -0.0."""
    plain = experiment.to_dict(lambda table: table.digest)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
