"""The source of an imported table: a file or the clipboard, read as blocks of whole lines."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from app.documents.files import FileError, reason, shown
from app.documents.tables.other_formats import binary_format
from app.documents.tables.patient_file import PatientFile
from engine import SettingError

MAX_BYTES = 2 * 2**30
LONGEST_LINE = 2**20  # characters
HEAD = 2**20  # bytes; holds the longest line allowed
_BLOCK = 2**17  # bytes; a block takes a few milliseconds, so the window stays responsive

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32-le": "UTF-32 LE",
    "utf-32-be": "UTF-32 BE",
    "cp1252": "Windows-1252",
    "latin-1": "ISO 8859-1",
    "cp1251": "Windows-1251",
    "shift_jis": "Shift JIS",
    "gb18030": "GB 18030",
}
Progress = Callable[[float], None]


def no_progress(share: float) -> None:
    """A progress callback that does nothing."""


def no_wait() -> None:
    """Called while a file does not answer: it is waited for."""


class TableSource:
    """A file or text that can be read from its beginning any number of times.

    Raises FileError for errors of the file system, SettingError for invalid text.
    """

    def __init__(self, name: str, path: Path | None, text: bytes = b"") -> None:
        self.name = name
        self._path = path
        self._text = text

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> TableSource:
        return cls(Path(path).name, Path(path))

    @classmethod
    def of_text(cls, text: str, name: str = "Clipboard") -> TableSource:
        return cls(name, None, text.encode("utf-8", "replace"))

    @property
    def title(self) -> str:
        """The name without the file's suffix."""
        return Path(self.name).stem if self._path is not None else self.name

    @property
    def is_file(self) -> bool:
        return self._path is not None

    def size(self, waiting: Callable[[], None] = no_wait) -> int:
        """Size in bytes. waiting: as for PatientFile, as everywhere here."""
        with self._open(waiting) as file:
            return self._size(file)

    def head(self, waiting: Callable[[], None] = no_wait) -> tuple[bytes, bool]:
        """The first bytes, and whether that is the whole file."""
        with self._open(waiting) as file:
            self._size(file)
            data = file.read(HEAD + 1)
        self._recognise(data)
        return data[:HEAD], len(data) <= HEAD

    def blocks(self, encoding: str, progress: Progress) -> Iterator[str]:
        """The text in blocks of whole lines, each ended by a bare line feed.

        progress: called with the share read, in [0, 1], and while the file does not answer; an exception it raises
        ends the reading.
        """
        decoder = codecs.getincrementaldecoder(encoding)()
        ends = io.IncrementalNewlineDecoder(None, translate=True)
        taken, lines, rest, share = 0, 0, "", 0.0
        with self._open(lambda: progress(share)) as file:
            size = max(self._size(file), 1)
            while True:
                data = file.read(_BLOCK)
                try:
                    text = ends.decode(decoder.decode(data, not data), not data)
                except UnicodeDecodeError as error:
                    raise _undecodable(error, encoding, lines + rest.count("\n")) from None
                text = rest + (text.removeprefix("\ufeff") if taken == 0 else text)
                if "\0" in text:
                    row = lines + text[: text.index("\0")].count("\n") + 1
                    raise SettingError("a zero byte, which is not text; try another encoding", f"row {row:,}")
                taken += len(data)
                cut = text.rfind("\n") + 1
                rest = text[cut:] if data else ""
                if len(rest) > LONGEST_LINE:
                    row = lines + text.count("\n") + 1
                    raise SettingError(
                        f"longer than {LONGEST_LINE:,} characters; a table has a line for each row",
                        f"row {row:,}",
                    )
                share = min(taken / size, 1.0)
                progress(share)
                whole = text[:cut] if data else text
                if whole:
                    yield whole if whole.endswith("\n") else f"{whole}\n"
                    lines += whole.count("\n")
                if not data:
                    return

    @contextlib.contextmanager
    def _open(self, waiting: Callable[[], None]) -> Iterator[PatientFile | io.BytesIO]:
        if self._path is None:
            yield io.BytesIO(self._text)
            return
        try:
            with PatientFile(self._path, waiting) as file:
                yield file
        except SettingError:
            raise
        except (OSError, ValueError) as error:
            raise FileError(f"cannot read {shown(self._path)}: {reason(error)}") from None

    def _size(self, file: PatientFile | io.BytesIO) -> int:
        if isinstance(file, io.BytesIO):
            return len(self._text)
        size = file.size()
        if size > MAX_BYTES:
            length = f"{size / 2**30:.1f} GiB long; the limit is {MAX_BYTES / 2**30:g} GiB"
            raise FileError(f"cannot read {shown(self._path or self.name)}: it is {length}")
        return size

    def _recognise(self, data: bytes) -> None:
        """Reject known formats other than text. Raises SettingError."""
        if not data.strip():
            what = "the file" if self.is_file else "the clipboard"
            raise SettingError(
                f"{what} starts with {HEAD:,} blank characters" if len(data) > HEAD else f"{what} is empty"
            )
        if what := binary_format(data):
            raise SettingError(f"not a text table: this is {what}")


def guessed_encoding(data: bytes, whole: bool) -> str:
    """The encoding of a file's first bytes: by a byte-order mark, zeros in every second byte, or valid UTF-8."""
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32-le"),  # starts like that of UTF-16
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"),
    ):
        if data.startswith(mark):
            return encoding
    even, odd = data[::2].count(0) / len(data), data[1::2].count(0) / len(data)
    if max(even, odd) > 0.2 and min(even, odd) < 0.02:
        return "utf-16-be" if even > odd else "utf-16-le"
    for encoding in ("utf-8", "cp1252"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(data, whole)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _undecodable(error: UnicodeDecodeError, encoding: str, lines: int) -> SettingError:
    before = error.object[: error.start].decode(encoding, "ignore")
    row = lines + before.count("\n") + 1
    byte = error.object[error.start]
    return SettingError(f"byte 0x{byte:02x} is not {ENCODINGS[encoding]}; choose another encoding", f"row {row:,}")
