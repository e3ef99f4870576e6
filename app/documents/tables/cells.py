"""What a cell of a table says: a number, nothing, or a text."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Array = np.ndarray

NUMBER, MISSING, TEXT, INFINITE = 0, 1, 2, 3
# What spreadsheets, R, pandas and databases write where there is nothing, and the errors of formulas.
_NOTHING = frozenset(
    ("", "-", "–", "—", "?", ".", "na", "n/a", "<na>", "nan", "-nan", "null", "none", "nil", "#n/a", "#na", "#null!")
) | {"#div/0!", "#value!", "#ref!", "#name?", "#num!"}


def parsed(cell: str, decimal: str) -> tuple[int, float]:
    """NUMBER, MISSING, TEXT or INFINITE, and the number or NaN.

    With a decimal comma a point makes a text: it may well stand between thousands.
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
    """Values (n,), NaN where there is no number, and codes (n,) as of `parsed`; None if all are numbers."""
    values = _plain(cells, decimal)
    if values is not None:
        return values, None
    known = {cell: parsed(cell, decimal) for cell in set(cells)}
    codes = np.fromiter((known[cell][0] for cell in cells), np.uint8, len(cells))
    values = np.fromiter((known[cell][1] for cell in cells), np.float64, len(cells))
    return values, codes if codes.any() else None


def label(cell: str, decimal: str) -> str:
    """A cell as the name of a class: 1, 1.0 and 1e0 are the same."""
    code, value = parsed(cell, decimal)
    return number_label(value) if code == NUMBER else cell.strip()


def number_label(value: float) -> str:
    """A number as the name of a class."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def why_no_number(cell: str, decimal: str) -> str:
    """What is wrong with a cell that should hold a number, to stand behind the place."""
    text = cell.strip()
    if parsed(cell, decimal)[0] == INFINITE:
        return f"“{brief(text)}” is not finite"
    other = "," if decimal == "." else "."
    if parsed(text, other)[0] == NUMBER and other in text:
        return f"“{brief(text)}” is no number with “{decimal}” as the decimal mark; thousands go unmarked"
    return f"“{brief(text)}” is no number"


def _plain(cells: Sequence[str], decimal: str) -> Array | None:
    """The values if every cell is a finite number as `float` reads it: the quick way."""
    joined = "\0".join(cells)  # no cell holds a zero byte
    if "_" in joined or (decimal == "," and "." in joined):
        return None
    try:
        plain = cells if decimal == "." else joined.replace(",", ".").split("\0")
        values = np.fromiter(map(float, plain), np.float64, len(cells))
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def brief(text: str, most: int = 40) -> str:
    """A cell as a sentence shows it: one line of at most so many characters."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text[: most + 1])
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"
