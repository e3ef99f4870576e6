"""The data rows of a table, in batches that take a few milliseconds each."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.documents.tables.cells import CellFormat, numbers, within_size
from app.documents.tables.comments import without_comments
from app.documents.tables.dialect import Dialect
from app.documents.tables.separator import quoting_error, records, row_reader
from app.documents.tables.source import Progress, TableSource
from engine import SettingError

Array = np.ndarray

_CELLS = 25_000  # per batch
_MAX_BLOCKS = 12  # that one row may span


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some rows: plain numbers (matrix), or columns of cells.

    rows (n,): their numbers in the file, from 1; long (n,): whether a row has more cells than the table has columns.
    places: column -> index in the matrix.
    """

    rows: range | Array
    matrix: Array | None
    places: Mapping[int, int]
    columns: tuple[tuple[str, ...], ...]
    long: Array | None

    def numbers(self, place: int, form: CellFormat) -> tuple[Array, Array | None]:
        """A column's values and codes, see `cells.numbers`."""
        if self.matrix is not None:
            return self.matrix[:, self.places[place]], None
        return numbers(self.columns[place], form)


def batches(
    source: TableSource,
    dialect: Dialect,
    progress: Progress,
    places: tuple[int, ...] | None = None,
    as_text: bool = False,
) -> Iterator[Batch]:
    """All non-empty data rows. The same file always gives the same batches.

    places: the columns needed; without them every column is read, and the length of each row is checked. progress: see
    `TableSource.blocks`. as_text: give cells, never a matrix. Raises FileError or SettingError.
    """
    blocks = source.blocks(dialect.encoding, progress)
    wanted = places if places is not None else range(len(dialect.names))
    where = {place: column for column, place in enumerate(wanted)}
    forms = [dialect.formats[place] for place in wanted]
    plain = not as_text and all(form.plain and form.decimal == dialect.decimal for form in forms)
    row = 0
    for text in blocks:
        if dialect.quote in text:
            yield from _quoted(itertools.chain([text], blocks), dialect, row)
            return
        count = text.count("\n")
        skipped = max(dialect.first - row, 0)
        if skipped < count and not text.isspace():
            lines = list(io.StringIO(text, newline="\n"))[skipped:]
            if dialect.comment and dialect.comment in text:
                lines = list(without_comments(lines, dialect.comment, dialect.quote))
            first = row + skipped + 1
            batch = _plain(lines, dialect, first, where, places is not None) if plain else None
            yield batch or _cut(list(records(lines, dialect.separator, first, dialect.quote)), dialect, first)
        row += count


def _plain(lines: list[str], dialect: Dialect, first: int, places: Mapping[int, int], some: bool) -> Batch | None:
    """The fast path: lines with nothing but finite numbers; None for other lines."""
    if lines[0].isspace():
        return None
    text = lines
    if dialect.decimal == ",":
        joined = "".join(lines)
        if dialect.separator == "," or "." in joined:
            return None
        text = joined.replace(",", ".").splitlines(keepends=True)
    separator = None if dialect.separator == " " else dialect.separator
    try:
        matrix = np.loadtxt(text, delimiter=separator, comments=None, usecols=tuple(places) if some else None, ndmin=2)
    except ValueError:
        return None
    if matrix.shape != (len(lines), len(places)) or not within_size(matrix):
        return None
    return Batch(range(first, first + len(lines)), matrix, places, (), None)


def _quoted(blocks: Iterator[str], dialect: Dialect, done: int) -> Iterator[Batch]:
    """Batches of text in which a row may span several lines, after `done` rows."""
    pulled = 0

    def lines() -> Iterator[io.StringIO]:
        nonlocal pulled
        for text in blocks:
            pulled += 1
            if pulled > _MAX_BLOCKS:
                raise SettingError("unclosed quote; close it, or double a quote that is meant", f"row {number + 1:,}")
            yield io.StringIO(text, newline="\n")

    found: list[list[str]] = []
    cells, number, first = 0, done, max(done, dialect.first) + 1
    numbered = enumerate(itertools.chain.from_iterable(lines()), done)
    rows = ("\n" if place < dialect.preamble else line for place, line in numbered)
    text = without_comments(rows, dialect.comment, dialect.quote)
    reader = row_reader(text, dialect.separator, dialect.quote)
    try:
        for record in reader:
            number += 1
            pulled = 0
            if number < first:
                continue
            found.append(record)
            cells += len(record) + 1
            if cells > _CELLS:
                yield _cut(found, dialect, first)
                found, cells, first = [], 0, number + 1
    except csv.Error as error:
        raise quoting_error(error, number + 1) from None
    if found:
        yield _cut(found, dialect, first)


def _cut(found: list[list[str]], dialect: Dialect, first: int) -> Batch:
    """Rows of cells as columns of equal length, without empty rows."""
    width = len(dialect.names)
    rows: range | Array = range(first, first + len(found))
    if not all(row and row[0] for row in found):
        full = [(number, row) for number, row in zip(rows, found, strict=True) if any(map(str.strip, row))]
        rows = np.fromiter((number for number, _ in full), np.int64, len(full))
        found = [row for _, row in full]
    long = None
    if any(len(row) != width for row in found):
        long = np.fromiter((any(map(str.strip, row[width:])) for row in found), bool, len(found))
        found = [[*row[:width], *[""] * (width - len(row))] for row in found]
    columns = tuple(zip(*found, strict=True)) if found else ((),) * width
    return Batch(rows, None, {}, columns, long if long is not None and long.any() else None)
