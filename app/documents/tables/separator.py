"""The separator of a table: by rows of equal length first, then by what whole columns hold."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from app.documents.tables.cells import MISSING_MARKS, normal
from app.documents.tables.dates import order_of
from app.documents.tables.number_format import numbers_in
from engine import SettingError

SEPARATORS = {",": "Comma  ,", ";": "Semicolon  ;", "\t": "Tab", "|": "Bar  |", " ": "Spaces"}
LOOKED_AT = 500  # rows
_COLUMNS = 50  # looked at to compare separators
_ROWS = 100


def separator_of(lines: Sequence[str]) -> str:
    """The separator with the most consistent rows; of several, the one that leaves whole columns of numbers."""
    tables = {separator: tolerant_rows(lines, separator) for separator in SEPARATORS}
    shares = {separator: _consistency(rows) for separator, rows in tables.items()}
    best = [separator for separator, share in shares.items() if share and share == max(shares.values())]
    if len(best) == 1 and best != [" "]:
        return best[0]
    scores = {separator: _score(tables[separator], separator) for separator, share in shares.items() if share}
    return max(scores, key=lambda separator: scores[separator]) if scores else ","


def records(lines: Iterable[str], separator: str, first: int = 1, quote: str = '"') -> Iterator[list[str]]:
    """The rows of cells, with quotes resolved; an empty line is an empty row.

    first: the number of the first row. Raises SettingError with the row.
    """
    reader = row_reader(lines, separator, quote)
    for row in itertools.count(first):
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise quoting_error(error, row) from None


def row_reader(lines: Iterable[str], separator: str, quote: str) -> Iterator[list[str]]:
    """The rows of cells; raises csv.Error. Tabs are spaces where these separate, except at the end of a line."""
    if separator == " ":
        lines = (line.rstrip().replace("\t", " ") + "\n" for line in lines)
    return csv.reader(lines, delimiter=separator, quotechar=quote, skipinitialspace=True, strict=True)


def quoting_error(error: csv.Error, row: int) -> SettingError:
    """An error of the csv module, reworded for the user."""
    if "expected after" in str(error):
        return SettingError("text after a closing quote; quotes within a cell must be doubled", f"row {row:,}")
    if "field limit" in str(error):
        longest = csv.field_size_limit()
        sentence = f"a cell of more than {longest:,} characters, or an unclosed quote"
        return SettingError(sentence, f"row {row:,}")
    return SettingError("unclosed quote; close it, or double a quote that is meant", f"row {row:,}")


def first_rows(lines: Iterable[str], separator: str, quote: str = '"') -> list[list[str]]:
    """The rows for detection. Raises SettingError only for an error at the very beginning.

    A later one is found again when the whole file is read, and may be due to the lines being cut off here.
    """
    rows: list[list[str]] = []
    try:
        for row in itertools.islice(records(lines, separator, quote=quote), LOOKED_AT):
            rows.append(row)
    except SettingError:
        if len(rows) < 3:
            raise
    return rows


def tolerant_rows(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The rows with any content, as far as they can be parsed with a separator that may be wrong."""
    try:
        rows = first_rows(lines, separator)
    except SettingError:
        return []
    return [row for row in rows if any(map(str.strip, row))]


def _consistency(rows: Sequence[Sequence[str]]) -> float:
    """The share of rows with the usual number of cells, in steps: a few notes or short rows do not decide."""
    width, often = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    return round(often / len(rows) * 20) / 20 if width > 1 else 0.0


def _score(rows: Sequence[Sequence[str]], separator: str) -> tuple[float, ...]:
    """The share of rows with the usual number of cells; then of cells that need no other separator; then columns."""
    width, often = Counter(map(len, rows)).most_common(1)[0]
    table = [row for row in rows if len(row) == width][:_ROWS]
    columns = [[row[place] for row in table] for place in range(min(width, _COLUMNS))]
    numeric = sum(map(_holds_values, columns)) / len(columns)
    cells = [cell for column in columns for cell in column]
    explained = 1 - sum(_unexplained(cell, separator) for cell in cells) / len(cells)
    # Words between spaces are a sentence, unless most columns are numbers.
    usual = separator != " " or numeric > 0.5
    return (_consistency(rows) * (1.0 if usual else 0.5), explained, often / len(rows), numeric, width)


def _holds_values(column: Sequence[str]) -> bool:
    """Whether a column holds numbers or dates below what may be its name."""
    cells = [cell for cell in map(normal, column[1:]) if cell and cell.casefold() not in MISSING_MARKS]
    return bool(numbers_in(cells).cores or order_of(cells, "", True))


def _unexplained(cell: str, separator: str) -> bool:
    """Whether a cell looks like several cells of another separator."""
    if numbers_in([cell]).cores:
        return False
    if any(mark in cell for mark in SEPARATORS if mark not in (separator, " ")):
        # A comma within words is punctuation, as long as a blank follows.
        return not all(mark in ", " or mark not in cell for mark in SEPARATORS if mark != separator) or (
            "," in cell.replace(", ", "")
        )
    pieces = cell.split()
    return len(pieces) > 1 and all(numbers_in([piece]).cores for piece in pieces)
