"""The dialect of a table: encoding, separator, marks, header and cell formats, detected from its first rows."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.documents.tables.arff import arff_header, is_arff
from app.documents.tables.cells import CellFormat, normal
from app.documents.tables.comments import comment_mark, commented_header, without_comments
from app.documents.tables.dates import ORDERS, order_of, two_orders
from app.documents.tables.header import has_header, names_of
from app.documents.tables.number_format import marks_of, mixed_units, numbers_in, own_marks
from app.documents.tables.other_formats import text_format
from app.documents.tables.separator import LOOKED_AT, SEPARATORS, first_rows, separator_of, tolerant_rows
from app.documents.tables.source import HEAD, TableSource, guessed_encoding, no_wait
from engine import MAX_COLUMNS, MAX_NAME, SettingError

PREVIEW = 50  # rows
# What a person may take a column for: a number, labels, numbers of rows, or a date in one of the orders.
KINDS = {"number": "Number", "text": "Labels", "index": "Index, not learned from", **ORDERS}
_GUESSED_FROM, _MIN_ROWS = 20_000, 10  # cells for detection, and minimum rows however wide
_NAMED = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's optional first line


@dataclass(frozen=True, slots=True)
class DialectOptions:
    """The user's choices about the dialect; None is detected.

    missing: what stands for a missing value, everywhere; none of them leaves empty cells. kinds: column -> a key of
    KINDS.
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    header: bool | None = None
    comment: str | None = None
    missing: tuple[str, ...] | None = None
    kinds: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A dialect with its header. first: number of rows before the data; preamble: number of lines that are no rows.

    header_row: where the names stand, 0 if nowhere; why_header: why they are names. titles: the names as written,
    numbers without a header. kinds: what a person, or the file, says of columns. hints: what may have been meant
    otherwise. format: "CSV" or "ARFF". preview: the first rows of data; rows: their numbers, counted from 1 as in a
    spreadsheet.
    """

    encoding: str
    separator: str
    decimal: str
    thousands: str
    comment: str
    quote: str
    header: bool
    header_row: int
    why_header: str
    first: int
    preamble: int
    names: tuple[str, ...]
    titles: tuple[str, ...]
    formats: tuple[CellFormat, ...]
    missing: tuple[str, ...] | None
    kinds: Mapping[int, str]
    hints: tuple[str, ...]
    format: str
    preview: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]


def sniff(
    source: TableSource, options: DialectOptions = DialectOptions(), waiting: Callable[[], None] = no_wait
) -> Dialect:
    """Detect the dialect from the first rows. Raises FileError or SettingError.

    waiting: called while the file does not answer; what it raises ends the wait.
    """
    data, whole = source.head(waiting)
    encoding = options.encoding or guessed_encoding(data, whole)
    lines = _lines(source, encoding, waiting)
    if not lines:
        raise SettingError("it contains only a byte-order mark")
    if is_arff(lines):
        return _arff(encoding, lines, options)
    if options.separator is None and (what := text_format(lines)):
        raise SettingError(f"not a table of rows and columns: this is {what}")
    return _csv(encoding, lines, options)


@dataclass(frozen=True, slots=True)
class _Formats:
    """The formats of some columns, the marks of the others, and hints for the user."""

    forms: tuple[CellFormat, ...]
    usual: CellFormat
    hints: tuple[str, ...]

    def wide(self, width: int) -> tuple[CellFormat, ...]:
        """The formats of so many columns."""
        return (*self.forms, *[self.usual] * width)[:width]


def _csv(encoding: str, lines: Sequence[str], options: DialectOptions) -> Dialect:
    named = _NAMED.fullmatch(lines[0])
    said = named[1] if named and named[1] in SEPARATORS else None
    comment = options.comment if options.comment is not None else comment_mark(lines)
    bare = list(without_comments(lines, comment, '"'))
    separator = options.separator or said or separator_of(bare[1 if named else 0 :])
    rows = first_rows(bare, separator)
    start = _start(rows, 1 if named else 0, comment)
    filled = _filled(rows[start:])
    names, behind = filled[0], _names_behind(lines, comment, separator, _usual_width(filled))
    formats = _formats(filled[1:], names, separator, options)
    why = has_header(names, filled[1:], formats.wide(len(names)))
    above = bool(behind) and why != "text above numbers" and options.header is not False
    if above:
        names, why = behind, "a comment"
    header = bool(why) if options.header is None else options.header
    if above or not header:  # the first row is data, and may decide
        formats = _formats(filled, names if header else (), separator, options)
    width = len(names) if header else _usual_width(filled)
    if width > MAX_COLUMNS:
        raise SettingError(
            f"{width:,} columns; at most {MAX_COLUMNS:,} are supported; leave some out", f"row {start + 1}"
        )
    header_row = 0 if not header else _comment_row(lines, comment) if above else start + 1
    first = start if above or not header else start + 1
    preview, numbers = _preview(rows, first, width, header_row)
    return Dialect(
        encoding=encoding,
        separator=separator,
        decimal=formats.usual.decimal,
        thousands=formats.usual.thousands,
        comment=comment,
        quote='"',
        header=header,
        header_row=header_row,
        why_header=(why or "chosen") if header else "",
        first=first,
        preamble=0,
        names=names_of(names if header else (), width),
        titles=tuple(" ".join(names[place].split())[:MAX_NAME] if header else str(place + 1) for place in range(width)),
        formats=formats.wide(width),
        missing=options.missing,
        kinds=dict(options.kinds),
        hints=formats.hints,
        format="CSV",
        preview=preview,
        rows=numbers,
    )


def _arff(encoding: str, lines: Sequence[str], options: DialectOptions) -> Dialect:
    head = arff_header(lines)
    below = first_rows(without_comments(lines[head.first :], "%", head.quote), ",", head.quote)
    rows = [*[[""]] * head.first, *below]
    kinds = {place: "text" for place, kind in enumerate(head.kinds) if kind == "text"} | dict(options.kinds)
    missing = ("?",) if options.missing is None else options.missing
    marks = frozenset(mark.casefold() for mark in missing)
    forms = []
    for place, kind in enumerate(head.kinds):
        cells = [normal(row[place]) for row in _filled(rows[head.first :]) if place < len(row)]
        order = kinds.get(place, "") if kinds.get(place, "") in ORDERS else ""
        if kind == "date" and place not in kinds:
            order = order_of([cell for cell in cells if cell.casefold() not in marks], "date", False) or "ymd"
        forms.append(CellFormat(date=order, missing=marks))
    width = len(head.names)
    preview, numbers = _preview(rows, head.first, width, head.first)
    return Dialect(
        encoding=encoding,
        separator=",",
        decimal=".",
        thousands="",
        comment="%",
        quote=head.quote,
        header=True,
        header_row=head.row,
        why_header="ARFF declares them",
        first=head.first,
        preamble=head.first,
        names=names_of(head.names, width),
        titles=head.names,
        formats=tuple(forms),
        missing=missing,
        kinds=kinds,
        hints=(),
        format="ARFF",
        preview=preview,
        rows=numbers,
    )


def _preview(
    rows: Sequence[Sequence[str]], first: int, width: int, header_row: int
) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    """The first rows of data, as wide as the table, and their numbers."""
    numbered = [(place + 1, row) for place, row in enumerate(rows) if place >= first and any(map(str.strip, row))]
    if not numbered:
        below = f"no data below the header in row {header_row}; if that is data, say that it does not name the columns"
        raise SettingError(below if header_row else "there are no rows of data")
    numbered = numbered[:PREVIEW]
    shown = tuple(tuple([*row, *[""] * (width - len(row))][:width]) for _, row in numbered)
    return shown, tuple(number for number, _ in numbered)


def _lines(source: TableSource, encoding: str, waiting: Callable[[], None]) -> list[str]:
    """The first lines."""
    lines: list[str] = []
    length = 0
    for text in source.blocks(encoding, lambda _: waiting()):
        lines += io.StringIO(text, newline="\n")
        length += len(text)
        if len(lines) > LOOKED_AT or length > HEAD:
            break
    return lines[: 2 * LOOKED_AT]


def _start(rows: Sequence[Sequence[str]], start: int, comment: str) -> int:
    """How many rows stand before the header, or before the data without one: empty ones, titles and comments."""
    start = next((place for place in range(start, len(rows)) if any(map(str.strip, rows[place]))), len(rows))
    if start == len(rows):
        raise SettingError(
            f"it contains only empty rows{f' and comments that begin with {comment}' if comment else ''}"
        )
    below = [row for row in rows[start:] if any(map(str.strip, row))]
    if _usual_width(below) == 1:
        return start
    return start + next(place for place, row in enumerate(rows[start:]) if len(row) > 1 and any(map(str.strip, row)))


def _filled(rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows that hold anything, few enough to be looked at."""
    filled = [row for row in rows if any(map(str.strip, row))]
    return filled[: max(_MIN_ROWS, _GUESSED_FROM // len(filled[0]))] if filled else []


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(len(row) for row in rows if row).most_common(1)[0][0]


def _names_behind(lines: Sequence[str], comment: str, separator: str, width: int) -> list[str]:
    """The names in the last comment above the data; none if it has not as many."""
    text = commented_header(lines, comment) if comment else ""
    rows = tolerant_rows([text], separator) if text else []
    names = [name for name in rows[0] if name.strip()] if rows and separator == " " else rows[0] if rows else []
    return names if len(names) == width and (width > 1 or len(text.split()) == 1) else []


def _comment_row(lines: Sequence[str], comment: str) -> int:
    """The number of the last comment above the data."""
    first = next(place for place, line in enumerate(lines) if line.strip() and not line.lstrip().startswith(comment))
    return max(place + 1 for place, line in enumerate(lines[:first]) if line.lstrip().startswith(comment))


def _formats(data: Sequence[Sequence[str]], names: Sequence[str], separator: str, options: DialectOptions) -> _Formats:
    """How each column is written, by some rows of data."""
    missing = None if options.missing is None else frozenset(mark.casefold() for mark in options.missing)
    width = max(map(len, data), default=len(names))
    columns = [[normal(row[place]) for row in data if place < len(row)] for place in range(width)]
    columns = [[cell for cell in cells if cell and cell.casefold() not in (missing or ())] for cells in columns]
    found = [numbers_in(cells) for cells in columns]
    decimal, thousands = marks_of(found, separator, options.decimal)
    thousands = thousands if options.thousands is None else options.thousands
    usual = CellFormat(decimal, thousands if thousands != decimal else "", missing=missing)
    detected = options.decimal is None and options.thousands is None
    forms, hints = [], []
    for place, (cells, numbers) in enumerate(zip(columns, found, strict=True)):
        name = " ".join(names[place].split()) if place < len(names) else ""
        kind, shown = options.kinds.get(place, ""), f"“{name or f'column {place + 1}'}”"
        order = kind if kind in ORDERS else ""
        if not kind:
            order = _order(cells, name, decimal == "," or separator == ";", bool(numbers.cores))
            if order in ("dmy", "mdy") and two_orders(cells):
                other = "the month first" if order == "dmy" else "the day first"
                hints.append(f"{shown} may as well hold dates with {other}")
            elif not order and not numbers.cores and (units := mixed_units(cells)):
                listed = ", ".join(f"“{unit}”" if unit else "none" for unit in units)
                hints.append(f"{shown} mixes units ({listed}), so it holds labels")
        if order:
            forms.append(replace(usual, date=order))
        elif kind == "text":
            forms.append(usual)
        else:
            own = own_marks(numbers) if detected else None
            marked = usual if own is None or own[0] == decimal else replace(usual, decimal=own[0], thousands=own[1])
            before, after, accounting = numbers.before, numbers.after, numbers.accounting
            forms.append(replace(marked, before=before, after=after, accounting=accounting))
    return _Formats(tuple(forms), usual, tuple(hints))


def _order(cells: Sequence[str], name: str, day_first: bool, numeric: bool) -> str:
    """The order of a column's dates. numeric: whether it holds numbers, of which only 20240131 are dates."""
    order = order_of(cells, name, day_first)
    return order if not numeric or order == "compact" else ""
