"""Reading a person's own text from a file: UTF-8, and every other thing that a file may be in one sentence."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.documents.files import read, shown
from app.documents.tables.other_formats import binary_format
from engine import MAX_CHARACTERS, SettingError

MAX_BYTES = 16 * 2**20
_OTHERS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # starts like that of UTF-16
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_SAVE = "save it as UTF-8, which is expected"


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text that was read. whole: how many characters the file has, of which the first are taken."""

    name: str
    text: str
    whole: int


def no_check() -> None:
    """Lets reading go on to its end."""


def read_own_text(path: str | os.PathLike[str], check: Callable[[], None] = no_check) -> OwnText:
    """The text of a file, with ends of lines as line feeds; of a long one its beginning.

    check: called between pieces; what it raises ends the reading. Raises FileError if the file cannot be read, and
    SettingError if it is no text, or not UTF-8.
    """
    data = read(path, MAX_BYTES, check)
    try:
        text = decoded(data)
    except SettingError as error:
        raise SettingError(f"cannot read {shown(path)}: {error}") from None
    return OwnText(Path(path).stem, text[:MAX_CHARACTERS], len(text))


def decoded(data: bytes) -> str:
    """The text in UTF-8, with or without a mark of the byte order, which is no part of it. Raises SettingError."""
    if not data.strip():
        raise SettingError("it is empty")
    if what := binary_format(data):
        raise SettingError(f"it is {what.partition(';')[0]} and not a text")
    for mark, encoding in _OTHERS.items():
        if data.startswith(mark):
            raise SettingError(f"it is {encoding}; {_SAVE}")
    if (place := data.find(b"\0")) >= 0:
        raise SettingError(f"byte {place + 1:,} is 0, which no text has: it is binary data, or UTF-16; {_SAVE}")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        told = f"byte {error.start + 1:,} (0x{data[error.start]:02x}) is not UTF-8"
        raise SettingError(f"{told}: it has another encoding; {_SAVE}") from None
    if not text.strip():
        raise SettingError("it has nothing but a mark of its byte order and blanks")
    return text.replace("\r\n", "\n").replace("\r", "\n")
