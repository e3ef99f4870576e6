"""Dates and times in tables, as days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

ORDERS = {
    "ymd": "Date, year first",
    "dmy": "Date, day first",
    "mdy": "Date, month first",
    "ym": "Date, year and month",
    "compact": "Date, 20240131",
    "clock": "Time of day, in hours",
}
_TIME = (
    r"(?:(?:\s*,?\s+|T)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d(?:[.,]\d+)?))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|[+-]\d\d:?(?:\d\d)?)?)?"
)
_DAY, _MONTH, _YEAR, _FULL = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4}|\d\d)", r"(?P<year>\d{4})"
_WORD, _BETWEEN = r"(?P<month>[^\W\d_]{3,10})\.?", r"(?P<mark>[-/.])"
_PATTERNS = {
    "ymd": (rf"{_FULL}{_BETWEEN}{_MONTH}(?P=mark){_DAY}",),
    "dmy": (
        rf"{_DAY}{_BETWEEN}\s?{_MONTH}(?P=mark)\s?{_YEAR}",
        rf"{_DAY}(?:\.|st|nd|rd|th)?[-/ ]?{_WORD}[-/ ,]\s*{_YEAR}",
    ),
    "mdy": (rf"{_MONTH}{_BETWEEN}{_DAY}(?P=mark){_YEAR}", rf"{_WORD}[- ]{_DAY}(?:st|nd|rd|th)?,?\s*[- ]?{_FULL}"),
    "ym": (rf"{_FULL}[-/]{_MONTH}",),
    "compact": (r"(?P<year>[12]\d{3})(?P<month>\d\d)(?P<day>\d\d)",),
}
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d(?:[.,]\d+)?))?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_READERS = {order: [re.compile(part + _TIME) for part in parts] for order, parts in _PATTERNS.items()}
_READERS["clock"] = [re.compile(_CLOCK)]
# By their first letters: English, German, French, Spanish, Italian.
_MONTHS = (
    "jan gen ene", "feb fév fev", "mar mär mrz", "apr avr abr", "may mai mag", "jun juin giu", "jul juil lug",
    "aug aoû aou ago", "sep set", "oct okt ott", "nov", "dec dez déc dic",
)  # fmt: skip
_NAMED = {name: place + 1 for place, names in enumerate(_MONTHS) for name in names.split()}
_DATED = re.compile(r"date|datum|dat|day|tag|time|zeit|jour|fecha|data|dt", re.IGNORECASE)
_ENOUGH = 0.9  # of the cells


def days(text: str, order: str) -> float | None:
    """The days from the year 1 to a date, with the time as a fraction; None if it is none in this order.

    Of a time of day, "clock", the hours.
    """
    if len(text) < 4 or len(text) > 60:
        return None
    for reader in _READERS[order]:
        found = reader.fullmatch(text)
        if found is not None:
            return _hours(found) if order == "clock" else _days(found)
    return None


def order_of(cells: Sequence[str], name: str, day_first: bool) -> str:
    """The order in which a column writes its dates, or none if these are not dates.

    name: of the column; digits alone are dates only in one that is named so. day_first: what 1/2/2024 means.
    """
    possible = ["ymd", *(("dmy", "mdy") if day_first else ("mdy", "dmy")), "ym", "clock"]
    if any(re.fullmatch(r"\d+\.\d+\.\d+.*", cell) for cell in cells[:5]):
        possible[1:3] = ["dmy", "mdy"]  # nobody writes the month first with points
    if _DATED.search(name):
        possible.append("compact")
    shares = {order: _share(cells, order) for order in possible}
    best = max(possible, key=lambda order: shares[order])
    return best if shares[best] >= _ENOUGH else ""


def two_orders(cells: Sequence[str]) -> bool:
    """Whether the day and the month of every one of these dates could be exchanged; with points nobody does."""
    return not any("." in cell.partition(" ")[0] for cell in cells) and all(
        days(cell, "dmy") is not None and days(cell, "mdy") is not None for cell in cells
    )


def measured_in(order: str, origin: float) -> str:
    """What a number counts that is read from a date, after the origin that is subtracted."""
    return "hours" if order == "clock" else f"days since {date_label(origin, order)}"


def date_label(value: float, order: str) -> str:
    """Days or hours as from `days`: an ISO date, with the time if there is one, or a time."""
    if order == "clock":
        seconds = round(value * 3600)
        ending = f":{seconds % 60:02}" if seconds % 60 else ""
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}{ending}"
    whole = int(value)
    seconds = round((value - whole) * 86400)
    moment = datetime.fromordinal(max(whole, 1)) + timedelta(seconds=seconds)
    return moment.isoformat(" ", "minutes" if seconds % 60 == 0 else "seconds") if seconds else str(moment.date())


def _share(cells: Sequence[str], order: str) -> float:
    return sum(days(cell, order) is not None for cell in cells) / len(cells) if cells else 0.0


def _days(found: re.Match[str]) -> float | None:
    parts = found.groupdict()
    word, year = parts["month"], int(parts["year"])
    month = int(word) if word.isdigit() else _NAMED.get(word.casefold()[:4]) or _NAMED.get(word.casefold()[:3], 0)
    if len(parts["year"]) == 2:
        year += 1900 if year > 68 else 2000  # as POSIX does
    try:
        whole = date(year, month, int(parts.get("day") or 1)).toordinal()
    except ValueError:
        return None
    if parts["hour"] is None:
        return float(whole)
    hours = _hours(found)
    return None if hours is None else whole + hours / 24 - _zone(parts["zone"]) / 86400


def _hours(found: re.Match[str]) -> float | None:
    hour, minute, half = int(found["hour"]), int(found["minute"]), found["half"]
    second = float((found["second"] or "0").replace(",", "."))
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    return hour + minute / 60 + second / 3600 if hour <= 24 and minute <= 59 and second < 61 else None


def _zone(text: str | None) -> float:
    """Seconds east of Greenwich."""
    if text is None or text[0] not in "+-":
        return 0.0
    digits = text[1:].replace(":", "")
    return (int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60) * (1 if text[0] == "+" else -1)
