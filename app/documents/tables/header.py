"""The header of a table: whether the first row names the columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from app.documents.tables.cells import EMPTY, MARK, NUMBER, TEXT, TOO_LARGE, CellFormat, normal, parsed
from engine import MAX_NAME

_YEARS = range(1500, 2201)
_ENOUGH = 5  # rows, before a first row that is merely unlike them is a header
_MANY = 6  # columns, before 0, 1, 2 ... above whole numbers are names


def has_header(names: Sequence[str], data: Sequence[Sequence[str]], forms: Sequence[CellFormat]) -> str:
    """Why the first row is a header, in a few words; empty if it is data.

    It is one if it is text above numbers, or text that does not recur; or if it holds years, counts, or whole numbers
    above columns of decimals.
    """
    codes = [parsed(name, form)[0] for name, form in zip(names, forms, strict=True)]
    if not data:
        return "" if NUMBER in codes else "text"
    columns = [[row[place] for row in data if place < len(row)] for place in range(len(names))]
    found = [[parsed(cell, form)[0] for cell in column] for column, form in zip(columns, forms, strict=True)]
    numeric = [sum(code in (NUMBER, TOO_LARGE) for code in column) for column in found]
    for code, column, count in zip(codes, found, numeric, strict=True):
        if code == TEXT and column and 2 * count > sum(kind not in (EMPTY, MARK) for kind in column):
            return "text above numbers"
    if why := _numbered(names, columns, numeric):
        return why
    if any(numeric) or TEXT not in codes:
        return ""
    recurs = any(name in column for name, column in zip(names, columns, strict=True) if name.strip())
    return "" if recurs else "text that does not recur"


def names_of(cells: Sequence[str], width: int) -> tuple[str, ...]:
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


def _numbered(names: Sequence[str], columns: Sequence[Sequence[str]], numeric: Sequence[int]) -> str:
    """Why a first row with numbers is a header all the same."""
    places = [place for place, name in enumerate(names) if normal(name).isdigit() and numeric[place]]
    others = [place for place in range(len(names)) if place not in places]
    # Beside its numbers a header has text, or a first cell that is left empty.
    if any(normal(names[place]) and numeric[place] for place in others):
        return ""
    counts = [int(normal(names[place])) for place in places]
    steps = {second - first for first, second in itertools.pairwise(counts)}
    years = all(count in _YEARS for count in counts)
    decimal = [place for place in places if _only_decimals(columns[place], padded=len(places) < 3)]
    if not counts or (len(counts) == 1 and not years) or counts != sorted(set(counts)):
        return ""
    if len(decimal) == len(places):
        return "years" if years else "whole numbers above decimals"
    if len(steps) != 1 or min(steps) < 1:
        return ""
    below = [[normal(cell) for cell in columns[place]] for place in places]
    if years:
        again = sum(cell.isdigit() and int(cell) in _YEARS for column in below for cell in column)
        return "years" if 2 * again < sum(map(len, below)) else ""
    if counts[0] not in (0, 1) or steps != {1}:
        return ""
    if decimal and len(places) > 2:
        return "counts"
    # 0, 1, 2 ... over whole numbers: only if there are many, and the next row does not count on.
    second = [column[0] for column in below]
    counting = all(map(str.isdigit, second)) and len({int(b) - a for a, b in zip(counts, second, strict=True)}) == 1
    return "counts" if len(counts) >= _MANY and not counting else ""


def _only_decimals(column: Sequence[str], padded: bool) -> bool:
    """Whether every number of a column has decimals. padded: and equally many, so that a whole one would have them."""
    places = [len(cell) - 1 - max(map(cell.rfind, ".,")) for cell in map(normal, column) if cell]
    found = all("." in cell or "," in cell for cell in column if cell.strip()) and len(places) >= _ENOUGH
    return found and (not padded or len(set(places)) == 1)
