"""The dialect of a CSV file: encoding, separator, decimal mark and header, detected from its first rows."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.documents.tables.cells import INFINITE, MISSING, NUMBER, TEXT, parsed
from app.documents.tables.source import HEAD, TableSource, guessed_encoding, no_progress
from engine import MAX_COLUMNS, MAX_NAME, SettingError

SEPARATORS = {",": "Comma  ,", ";": "Semicolon  ;", "\t": "Tab", "|": "Bar  |", " ": "Spaces"}
DECIMALS = {".": "Point  1.5", ",": "Comma  1,5"}
PREVIEW = 50  # rows
_LOOKED_AT = 500  # rows
_GUESSED_FROM, _MIN_ROWS = 20_000, 10  # cells for detection, and minimum rows however wide
_NAMED = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's optional first line
_COMMA = re.compile(r"\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*")
_POINT = re.compile(r"\s*[+-]?\d*\.\d+(?:[eE][+-]?\d+)?\s*")
_THOUSANDS = re.compile(r"\s*[+-]?[1-9]\d{0,2}(?:,\d{3})+\s*")


@dataclass(frozen=True, slots=True)
class DialectOptions:
    """The user's choices about the dialect; None is detected."""

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    header: bool | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """A dialect with its header. first: number of rows before the data; preview: the first rows of data.

    rows: the row numbers of the preview, counted from 1 as in a spreadsheet.
    """

    encoding: str
    separator: str
    decimal: str
    header: bool
    first: int
    names: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]


def sniff(source: TableSource, options: DialectOptions = DialectOptions()) -> Dialect:
    """Detect the dialect from the first rows. Raises FileError or SettingError."""
    data, whole = source.head()
    encoding = options.encoding or guessed_encoding(data, whole)
    lines = _lines(source, encoding)
    if not lines:
        raise SettingError("it contains only a byte-order mark")
    named = _NAMED.fullmatch(lines[0])
    separator = options.separator or (named[1] if named and named[1] in SEPARATORS else _separator(lines))
    rows = _first_rows(lines, separator)
    start = 1 if named else 0
    start = next((place for place in range(start, len(rows)) if any(map(str.strip, rows[place]))), len(rows))
    if start == len(rows):
        raise SettingError("it contains only empty rows")
    start += _titles(rows[start:])
    filled = [row for row in rows[start:] if any(map(str.strip, row))]
    filled = filled[: max(_MIN_ROWS, _GUESSED_FROM // len(filled[0]))]
    decimal = options.decimal or _decimal(filled, separator)
    header = options.header if options.header is not None else _has_header(filled, decimal)
    width = len(filled[0]) if header else _usual_width(filled)
    if width > MAX_COLUMNS:
        raise SettingError(f"{width:,} columns; at most {MAX_COLUMNS:,} are supported", f"row {start + 1}")
    first = start + header
    numbered = [(place + 1, row) for place, row in enumerate(rows) if place >= first and any(map(str.strip, row))]
    if not numbered:
        raise SettingError(f"no data below the header in row {start + 1}" if header else "there are no rows of data")
    names = _names(rows[start] if header else (), width)
    preview = tuple(tuple([*row, *[""] * (width - len(row))][:width]) for _, row in numbered[:PREVIEW])
    shown = tuple(number for number, _ in numbered[:PREVIEW])
    return Dialect(encoding, separator, decimal, header, first, names, preview, shown)


def records(lines: Iterable[str], separator: str, first: int = 1) -> Iterator[list[str]]:
    """The rows of cells, with quotes resolved; an empty line is an empty row.

    first: the number of the first row. Raises SettingError with the row.
    """
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    for row in itertools.count(first):
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise quoting_error(error, row) from None


def quoting_error(error: csv.Error, row: int) -> SettingError:
    """An error of the csv module, reworded for the user."""
    if "expected after" in str(error):
        return SettingError("text after a closing quote; quotes within a cell must be doubled", f"row {row:,}")
    if "field limit" in str(error):
        longest = csv.field_size_limit()
        sentence = f"a cell of more than {longest:,} characters, or an unclosed quote"
        return SettingError(sentence, f"row {row:,}")
    return SettingError("unclosed quote", f"row {row:,}")


def _lines(source: TableSource, encoding: str) -> list[str]:
    """The first lines."""
    lines: list[str] = []
    length = 0
    for text in source.blocks(encoding, no_progress):
        lines += io.StringIO(text, newline="\n")
        length += len(text)
        if len(lines) > _LOOKED_AT or length > HEAD:
            break
    return lines[: 2 * _LOOKED_AT]


def _first_rows(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The rows for detection. Raises SettingError only for an error at the very beginning.

    A later one is found again when the whole file is read, and may be due to the lines being cut off here.
    """
    rows: list[list[str]] = []
    try:
        for row in itertools.islice(records(lines, separator), _LOOKED_AT):
            rows.append(row)
    except SettingError:
        if len(rows) < 3:
            raise
    return rows


def _separator(lines: Sequence[str]) -> str:
    """The separator for which most rows have the same number of cells, and most cells are numbers."""
    best, chosen = 0.0, ","
    for separator in SEPARATORS:
        rows = [row for row in _tolerant(lines, separator) if any(map(str.strip, row))]
        if not rows:
            continue
        width, often = Counter(map(len, rows)).most_common(1)[0]
        cells = [cell for row in rows for cell in row[:50]]
        numeric = sum(any(parsed(cell, mark)[0] != TEXT for mark in DECIMALS) for cell in cells) / len(cells)
        score = often / len(rows) * (0.5 + numeric) * (0.5 if separator == " " else 1.0)
        if width > 1 and score > best:
            best, chosen = score, separator
    return chosen


def _tolerant(lines: Sequence[str], separator: str) -> list[list[str]]:
    """Some rows, as far as they can be parsed with a separator that may be wrong."""
    try:
        return _first_rows(lines, separator)
    except SettingError:
        return []


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows with one cell (titles or comments) precede the table."""
    filled = [row for row in rows if any(map(str.strip, row))]
    if _usual_width(filled) == 1:
        return 0
    return next(place for place, row in enumerate(rows) if len(row) > 1 and any(map(str.strip, row)))


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(len(row) for row in rows if row).most_common(1)[0][0]


def _decimal(rows: Sequence[Sequence[str]], separator: str) -> str:
    cells = [cell for row in rows for cell in row if "," in cell or "." in cell]
    commas = [cell for cell in cells if _COMMA.fullmatch(cell)]
    points = sum(_POINT.fullmatch(cell) is not None for cell in cells)
    clear = sum(_THOUSANDS.fullmatch(cell) is None for cell in commas)
    if clear or separator == ";":
        return "," if len(commas) > points and separator != "," else "."
    return "."  # 1,234 alone is more likely 1234


def _has_header(rows: Sequence[Sequence[str]], decimal: str) -> bool:
    """Whether the first row is a header: text above numbers, or text that does not recur below."""
    names, data = rows[0], rows[1:]
    codes = [parsed(name, decimal)[0] for name in names]
    if not data:
        return NUMBER not in codes
    columns = [[row[place] for row in data if place < len(row)] for place in range(len(names))]
    numeric = [sum(parsed(cell, decimal)[0] in (NUMBER, INFINITE) for cell in column) for column in columns]
    for code, column, found in zip(codes, columns, numeric, strict=True):
        if code == TEXT and column and 2 * found > sum(parsed(cell, decimal)[0] != MISSING for cell in column):
            return True
    if any(numeric) or TEXT not in codes:
        return False
    return not any(name in column for name, column in zip(names, columns, strict=True) if name.strip())


def _names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """A unique name for each column."""
    found: dict[str, None] = {}
    for place in range(width):
        text = " ".join(cells[place].split()) if place < len(cells) else ""
        plain = text[:MAX_NAME] or f"column {place + 1}"
        name, count = plain, 1
        while name in found:
            count += 1
            ending = f" ({count})"
            name = plain[: MAX_NAME - len(ending)] + ending
        found[name] = None
    return tuple(found)
