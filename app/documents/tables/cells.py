"""Parsing of table cells: a number, a missing value, or text."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Array = np.ndarray

NUMBER, MISSING, TEXT, INFINITE = 0, 1, 2, 3
# Missing values as written by spreadsheets, R, pandas and databases, and error values of formulas.
_NOTHING = frozenset(
    ("", "-", "–", "—", "?", ".", "na", "n/a", "<na>", "nan", "-nan", "null", "none", "nil", "#n/a", "#na", "#null!")
) | {"#div/0!", "#value!", "#ref!", "#name?", "#num!"}


def parsed(cell: str, decimal: str) -> tuple[int, float]:
    """NUMBER, MISSING, TEXT or INFINITE, and the number or NaN.

    With a decimal comma, a cell with a point is text: it may be a thousands separator.
    """
    text = cell.strip()
    if text.casefold() in _NOTHING:
        return MISSING, math.nan
    if decimal == ",":
        text = text.replace(".", "_").replace(",", ".")
    try:
        value = math.nan if "_" in text else float(text.replace("−", "-"))
    except ValueError:
        return TEXT, math.nan
    return (INFINITE, math.nan) if math.isinf(value) else (TEXT, value) if math.isnan(value) else (NUMBER, value)


def numbers(cells: Sequence[str], decimal: str) -> tuple[Array, Array | None]:
    """Values (n,), NaN where there is no number, and codes (n,) as from `parsed`; None if all are numbers."""
    values = _plain(cells, decimal)
    if values is not None:
        return values, None
    known = {cell: parsed(cell, decimal) for cell in set(cells)}
    codes = np.fromiter((known[cell][0] for cell in cells), np.uint8, len(cells))
    values = np.fromiter((known[cell][1] for cell in cells), np.float64, len(cells))
    return values, codes if codes.any() else None


def label(cell: str, decimal: str) -> str:
    """A cell as a class name: 1, 1.0 and 1e0 are the same."""
    code, value = parsed(cell, decimal)
    return number_label(value) if code == NUMBER else cell.strip()


def number_label(value: float) -> str:
    """A number as a class name."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def why_no_number(cell: str, decimal: str) -> str:
    """Why a cell is not a number, for an error message."""
    text = cell.strip()
    if parsed(cell, decimal)[0] == INFINITE:
        return f"“{brief(text)}” is not finite"
    other = "," if decimal == "." else "."
    if parsed(text, other)[0] == NUMBER and other in text:
        return f"“{brief(text)}” is not a number with decimal mark “{decimal}”; remove thousands separators"
    return f"“{brief(text)}” is not a number"


def _plain(cells: Sequence[str], decimal: str) -> Array | None:
    """The fast path: the values if `float` reads every cell as a finite number."""
    joined = "\0".join(cells)  # no cell contains a zero byte
    if "_" in joined or (decimal == "," and "." in joined):
        return None
    try:
        plain = cells if decimal == "." else joined.replace(",", ".").split("\0")
        values = np.fromiter(map(float, plain), np.float64, len(cells))
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def brief(text: str, most: int = 40) -> str:
    """A cell for a message: one line of at most `most` characters."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text[: most + 1])
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"
