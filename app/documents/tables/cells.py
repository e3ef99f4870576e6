"""Parsing of table cells: a number, a date, a missing value, or text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.documents.tables.dates import date_label, days
from engine import MAX_SIZE

Array = np.ndarray

# EMPTY: nothing, or a mark that the user has named. MARK: a usual missing mark, which is a label in a column of labels.
# TOO_LARGE: infinite, or beyond what an example may hold.
NUMBER, EMPTY, MARK, TEXT, TOO_LARGE = range(5)
# Missing values as written by spreadsheets, R, pandas and databases, and error values of formulas.
MISSING_MARKS = frozenset((
    "-", "--", "–", "—", "?", ".", "..", "...", ":", "na", "n.a.", "n.d.", "n/a", "<na>", "nan", "-nan", "null", "none",
    "nil", "#n/a", "#na", "#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!",
))  # fmt: skip
# Other signs for the same mark.
SPACES, APOSTROPHES = "\u00a0\u202f\u2009\u2007", "\u2019\u02bc\u2018"
_SAME = {**dict.fromkeys(map(ord, SPACES), " "), **dict.fromkeys(map(ord, APOSTROPHES), "'"), ord("−"): "-"}
_GROUPED = {
    mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}(?:[^\d{mark}]\d*)?")
    for mark in (",", ".", " ", "'")
}


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How the values of one column are written.

    thousands: the mark between groups of digits, or none. before, after: a unit that every number carries. accounting:
    whether parentheses are a minus sign. date: a key of `dates.ORDERS`, or none. missing: what stands for a missing
    value, in lower case; None for the usual marks, and then only in columns of numbers.
    """

    decimal: str = "."
    thousands: str = ""
    before: str = ""
    after: str = ""
    accounting: bool = False
    date: str = ""
    missing: frozenset[str] | None = None

    @property
    def unit(self) -> str:
        return " ".join(filter(None, (self.before, self.after)))

    @property
    def plain(self) -> bool:
        """Whether `float` reads every number once the decimal mark is a point."""
        return not (self.before or self.after or self.accounting or self.date or self.missing is not None)


def normal(cell: str) -> str:
    """A cell without blanks around it; with one sign each for spaces, apostrophes and minus."""
    return cell.translate(_SAME).strip()


def parsed(cell: str, form: CellFormat) -> tuple[int, float]:
    """One of the codes above, and the number or NaN; a date is a number of days."""
    text = normal(cell)
    if not text or (form.missing is not None and text.casefold() in form.missing):
        return EMPTY, math.nan
    value = days(text, form.date) if form.date else _number(text, form)
    if value is not None:
        return (NUMBER, value) if abs(value) <= MAX_SIZE else (TOO_LARGE, math.nan)
    return (MARK if form.missing is None and text.casefold() in MISSING_MARKS else TEXT), math.nan


def _number(text: str, form: CellFormat) -> float | None:
    negative = form.accounting and text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    if form.before or form.after:
        sign = text[0] if text[:1] in ("+", "-") else ""
        text = text.removeprefix(sign).lstrip()
        if not (text.startswith(form.before) and text.endswith(form.after)):
            return None
        text = sign + text.removeprefix(form.before).removesuffix(form.after).strip()
    if form.thousands and form.thousands in text:
        if not _GROUPED[form.thousands].fullmatch(text):
            return None
        text = text.replace(form.thousands, "")
    if form.decimal == ",":
        text = text.replace(".", "_").replace(",", ".")
    try:
        value = math.nan if "_" in text else float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else -value if negative else value


def numbers(cells: Sequence[str], form: CellFormat) -> tuple[Array, Array | None]:
    """Values (n,), NaN where there is no number, and codes (n,) as from `parsed`; None if all are numbers."""
    values = _plain(cells, form) if form.plain else None
    if values is not None:
        return values, None
    known = {cell: parsed(cell, form) for cell in set(cells)}
    codes = np.fromiter((known[cell][0] for cell in cells), np.uint8, len(cells))
    values = np.fromiter((known[cell][1] for cell in cells), np.float64, len(cells))
    return values, codes if codes.any() else None


def label(cell: str, form: CellFormat) -> str:
    """A cell as a class name: 1, 1.0 and 1e0 are the same."""
    code, value = parsed(cell, form)
    return value_label(value, form) if code == NUMBER else cell.strip()


def value_label(value: float, form: CellFormat) -> str:
    """A number or date as a class name."""
    return date_label(value, form.date) if form.date else number_label(value)


def number_label(value: float) -> str:
    """A number as a class name."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def why_unusable(cell: str, form: CellFormat) -> str:
    """Why a cell is not a number, or is missing, for an error message."""
    text, code = f"“{brief(cell.strip())}”", parsed(cell, form)[0]
    if code == EMPTY and not cell.strip():
        return "empty"
    if code == TOO_LARGE:
        finite = math.isfinite(_number(normal(cell), form) or math.inf)
        return f"{text} is not within ±{MAX_SIZE:g}" if finite else f"{text} is not finite"
    if code in (EMPTY, MARK):
        return f"{text} is taken for a missing value"
    if form.date:
        other = next((order for order in ("ymd", "dmy", "mdy") if days(normal(cell), order) is not None), "")
        hint = {"ymd": "the year first", "dmy": "the day first", "mdy": "the month first"}.get(other, "")
        return f"{text} is not a date as the others are" + (f"; it is one with {hint}" if hint else "")
    if form.unit and parsed(cell, CellFormat(form.decimal, form.thousands))[0] == NUMBER:
        return f"{text} lacks the “{form.unit}” of the other cells"
    other = "," if form.decimal == "." else "."
    if other in cell and parsed(cell, CellFormat(form.decimal, other, form.before, form.after))[0] == NUMBER:
        return f"{text} is not a number unless “{other}” is chosen as the thousands mark"
    if other in cell and parsed(cell, CellFormat(other, "", form.before, form.after))[0] == NUMBER:
        return f"{text} is not a number with the decimal mark “{form.decimal}”"
    return f"{text} is not a number"


def _plain(cells: Sequence[str], form: CellFormat) -> Array | None:
    """The fast path: the values if `float` reads every cell as a number that is not too large."""
    joined = "\0".join(cells)  # no cell contains a zero byte
    if "_" in joined or (form.decimal == "," and "." in joined):
        return None
    try:
        plain = cells if form.decimal == "." else joined.replace(",", ".").split("\0")
        values = np.fromiter(map(float, plain), np.float64, len(cells))
    except ValueError:
        return None
    return values if within_size(values) else None


def within_size(values: Array) -> bool:
    """Whether all are numbers, and none is too large."""
    return bool((np.abs(values) <= MAX_SIZE).all())


def brief(text: str, most: int = 40) -> str:
    """A cell for a message: one line of at most `most` characters."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text[: most + 1])
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"
