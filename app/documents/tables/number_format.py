"""How the numbers of a table are written: decimal mark, thousands mark and units, judged by whole columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.tables.cells import MISSING_MARKS, normal

DECIMALS = {".": "Point  1.5", ",": "Comma  1,5"}
THOUSANDS = {"": "None", ",": "Comma  1,000", ".": "Point  1.000", " ": "Space  1 000", "'": "Apostrophe  1'000"}
_MOSTLY = 0.8  # of the cells of a column that must be numbers, with the same unit
_FEW = 5  # cells; so few with three decimals may as well be thousands
_CORE = r"(?:\d{1,3}(?: \d{3})+(?:[.,]\d*)?|\d[\d.,']*|[.,]\d+)(?:[eE][+-]?\d+)?"
_BEFORE = (
    r"(?:[A-Z]{0,3}[$€£¥₹₽₩₺₪฿₫₴¢]|USD|EUR|GBP|CHF|JPY|CNY|INR|BRL|MXN|SEK|NOK|DKK|PLN|CZK|HUF|RUB|AUD|CAD|NZD|ZAR"
    r"|Rs\.?|Fr\.?|[Kk]r\.?)"
)
_AFTER = r"(?:[.,](?:-|–|—)+|(?:[$€£¥₹₽₩₺₪฿₫₴¢%‰°]|[^\W\d_])(?:[^\W\d_]|[%°/·^²³µ.\" ]|(?<=m)[23])*)"
_CELL = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?P<before>{_BEFORE})?\s*[+-]?(?P<core>{_CORE})\s*(?P<after>{_AFTER})?\s*"
    r"(?P<close>\))?"
)
# 1,234,567.8 and 12,34,567, but no date and no version.
_GROUPS = re.compile(r"\d{1,3}(?P<mark>[,.'])\d{2,3}(?:(?P=mark)\d{2,3})*(?<=\d{3})(?!(?P=mark))(?:[,.]\d*)?")
_LONGEST, _LONGEST_CELL = 16, 80  # characters of a unit, and of a number with one


@dataclass(frozen=True, slots=True)
class ColumnNumbers:
    """The numbers in some cells of a column. cores: without the unit that they share, if they do."""

    cores: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    accounting: bool = False


def numbers_in(cells: Sequence[str]) -> ColumnNumbers:
    """What the cells of a column have in common as numbers; no cores if it does not hold numbers."""
    texts = [text for text in map(normal, cells) if text and text.casefold() not in MISSING_MARKS]
    found = [match for text in texts if (match := _matched(text)) is not None]
    if not found or len(found) < _MOSTLY * len(texts):
        return ColumnNumbers()
    unit, often = Counter((match["before"] or "", match["after"] or "") for match in found).most_common(1)[0]
    if often < _MOSTLY * len(texts):
        return ColumnNumbers()
    same = [match for match in found if (match["before"] or "", match["after"] or "") == unit]
    bracketed = sum(match["open"] is not None for match in same)
    return ColumnNumbers(tuple(match["core"] for match in same), *unit, accounting=0 < bracketed < len(same))


def mixed_units(cells: Sequence[str]) -> tuple[str, ...]:
    """The units in a column of numbers that do not share one, so that it is text; empty if that is not the reason."""
    found = [_matched(text) for text in map(normal, cells) if text and text.casefold() not in MISSING_MARKS]
    units = Counter(f"{match['before'] or ''}{match['after'] or ''}" for match in found if match is not None)
    if not 2 <= len(units) <= 4 or None in found or max(units.values()) >= _MOSTLY * len(found):
        return ()
    return tuple(sorted(units)) if min(units.values()) > 1 else ()


def marks_of(columns: Sequence[ColumnNumbers], separator: str, decimal: str | None) -> tuple[str, str]:
    """The decimal and thousands marks of a table's columns. decimal: if it is known already.

    1,234 may be either: it is decided by the other cells, and last by how its column looks.
    """
    votes: Counter[tuple[str, str]] = Counter()  # (mark, "decimal" or "thousands")
    doubtful: Counter[str] = Counter()
    for column in columns:
        seen = Counter(_role(core) for core in column.cores)
        for (mark, role), count in seen.items():
            if role == "doubtful":
                doubtful[mark] += count
            elif role:
                votes[mark, role] += count
            if role == "both":
                votes["," if mark == "." else ".", "thousands"] += count
                votes[mark, "decimal"] += count
    if decimal is None:
        point = votes[".", "decimal"] + votes[",", "thousands"]
        comma = votes[",", "decimal"] + votes[".", "thousands"]
        if point != comma:
            decimal = "." if point > comma else ","
        else:
            doubts = Counter(_doubt(column.cores, separator) for column in columns)
            decimal = "," if doubts[","] > doubts["."] else "."
    other = "," if decimal == "." else "."
    marks = {" ": votes[" ", "thousands"], "'": votes["'", "thousands"]}
    marks[other] = votes[other, "thousands"] + doubtful[other]
    thousands = max(marks, key=lambda mark: marks[mark])
    return decimal, thousands if marks[thousands] else ""


def own_marks(column: ColumnNumbers) -> tuple[str, str] | None:
    """The marks of a column whose numbers can be written in one way only; None if they do not tell."""
    seen = Counter(_role(core) for core in column.cores)
    sure = {mark: seen[mark, "decimal"] + seen[mark, "both"] for mark in DECIMALS}
    decimal = "." if sure["."] > sure[","] else ","
    other = "," if decimal == "." else "."
    if sure[decimal] < _FEW or sure[other] or sure[decimal] < 0.5 * sum(seen.values()):
        return None
    thousands = {mark: seen[mark, "thousands"] for mark in (other, " ", "'")}
    thousands[other] += seen[decimal, "both"] + seen[other, "doubtful"]
    most = max(thousands, key=lambda mark: thousands[mark])
    return decimal, most if thousands[most] else ""


def _matched(text: str) -> re.Match[str] | None:
    found = _CELL.fullmatch(text) if len(text) <= _LONGEST_CELL else None
    if found is None or (found["open"] is None) != (found["close"] is None) or len(found["after"] or "") > _LONGEST:
        return None
    core = re.sub("[eE].*", "", found["core"])
    return found if max(map(core.count, ",.'")) < 2 or _GROUPS.fullmatch(core) else None


def _role(core: str) -> tuple[str, str]:
    """(mark, role): what the marks in a number can only be; "doubtful" if 1,234 or 1.234."""
    for mark in ("'", " "):
        if mark in core:
            return mark, "thousands"
    commas, points = core.count(","), core.count(".")
    if commas and points:
        return ("," if core.rindex(",") > core.rindex(".") else "."), "both"
    if not commas and not points:
        return "", ""
    mark = "," if commas else "."
    if commas + points > 1:
        return mark, "thousands"
    whole, _, places = core.partition(mark)
    if len(places) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return mark, "doubtful"
    return mark, "decimal"


def _doubt(cores: Sequence[str], separator: str) -> str:
    """The decimal mark of a column in which every mark stands before three digits; none if it has no mark."""
    marked = [core for core in cores if "," in core or "." in core]
    if not marked:
        return ""
    mark, other = (",", ".") if "," in marked[0] else (".", ",")
    bare = [len(core) for core in cores if core.isdigit()]
    grouped = bool(bare) and max(bare) <= 3  # 950, 1,234: decimals would be filled up in every cell, or in none
    if mark == ".":
        return other if grouped and len(marked) >= 3 else mark
    if separator == "," or grouped or (separator != ";" and len(marked) < _FEW):
        return other
    round_ones = sum(core.endswith("0") for core in marked)
    return other if separator != ";" and round_ones > 0.3 * len(marked) else mark
