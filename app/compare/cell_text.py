"""The headings and cells of the run library in words."""

from __future__ import annotations

import math
from datetime import datetime

from app.documents.library.columns import KEPT, SETTING, Column
from app.documents.library.run_entry import Cell
from app.look.number_format import MINUS, number
from engine import OPTIMIZERS

_OPTIMIZER = Column("optimizer")
_WHOLE = 1e15  # up to which every whole number is one
_DIGITS = 4


def heading(column: Column, twins: frozenset[str] = frozenset()) -> str:
    """A column in words. twins: keys that both a setting and a result have."""
    words = column.words[:1].upper() + column.words[1:]
    return f"{words}, setting" if column.part == SETTING and column.key in twins else words


def twins_of(columns: tuple[Column, ...]) -> frozenset[str]:
    """The keys that more than one column has."""
    keys = [column.key for column in columns]
    return frozenset(key for key in keys if keys.count(key) > 1)


def cell_text(column: Column, cell: Cell | None, digits: int = _DIGITS) -> str:
    """A cell for display, with so many significant digits; empty where there is nothing."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return OPTIMIZERS[cell].title if column == _OPTIMIZER and cell in OPTIMIZERS else cell
    if column == KEPT:
        return time_text(cell, datetime.now())
    if math.isinf(cell):
        return "∞" if cell > 0 else f"{MINUS}∞"
    if cell == int(cell) and abs(cell) < _WHOLE:
        return f"{cell:,.0f}".replace("-", MINUS)
    return number(cell, digits)


def cell_texts(column: Column, cells: tuple[Cell | None, ...]) -> list[str]:
    """Cells side by side, with as many digits as tell different ones apart."""
    for digits in (_DIGITS, 8, 12, 17):
        texts = [cell_text(column, cell, digits) for cell in cells]
        if len(set(texts)) == len(set(cells)):
            break
    return texts


def time_text(seconds: float, now: datetime) -> str:
    """A time of day, with the date unless it is today's."""
    when = datetime.fromtimestamp(seconds)
    if when.date() == now.date():
        return f"{when:%H:%M}"
    return f"{when.day} {when:%b, %H:%M}" if when.year == now.year else f"{when.day} {when:%b %Y}"


def size_text(size: float) -> str:
    """Bytes in words: `12 kB`, `3.4 MB`."""
    for unit in ("bytes", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000.0
    return f"{size:,.1f} GB"
