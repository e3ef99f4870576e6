"""The header of an ARFF file, as Weka writes it: names and kinds of the columns above the data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine import SettingError

_NAME = r"""(?P<name>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)"""
_ATTRIBUTE = re.compile(rf"@attribute\s+{_NAME}\s+(?P<kind>.+)", re.IGNORECASE)
_NUMBERS = ("numeric", "real", "integer")


@dataclass(frozen=True, slots=True)
class ArffHeader:
    """names and kinds ("number", "text" or "date") of the columns; first: how many lines stand before the data.

    row: where the first attribute is declared. quote: what stands around text.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    first: int
    row: int
    quote: str


def is_arff(lines: Sequence[str]) -> bool:
    """Whether the first line that is no comment declares a relation, with blanks before its name."""
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("%")), "")
    return first.casefold().split()[:1] == ["@relation"]


def arff_header(lines: Sequence[str]) -> ArffHeader:
    """Read the lines down to @data. Raises SettingError naming the line."""
    names: list[str] = []
    kinds: list[str] = []
    row = 0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        word = text.casefold()
        if not text or text.startswith("%") or word.startswith("@relation"):
            continue
        if word.startswith("@data"):
            if not names:
                raise SettingError("@data before any @attribute", f"row {number:,}")
            return ArffHeader(tuple(names), tuple(kinds), number, row, _quote(lines[number:], number))
        found = _ATTRIBUTE.fullmatch(text)
        if found is None:
            raise SettingError(f"“{text[:40]}” is no @attribute with a name and a kind", f"row {number:,}")
        row = row or number
        names.append(found["name"].strip("'\""))
        kinds.append(_kind(found["kind"], number))
    raise SettingError("an ARFF file without @data")


def _kind(text: str, number: int) -> str:
    word = text.split()[0].casefold()
    if word in _NUMBERS:
        return "number"
    if word == "date":
        return "date"
    if text.startswith("{") or word == "string":
        return "text"
    raise SettingError(f"an attribute of the kind “{text[:30]}”, which is not read; leave it out", f"row {number:,}")


def _quote(data: Sequence[str], first: int) -> str:
    for number, line in enumerate(data, first + 1):
        if line.lstrip().startswith("{"):
            raise SettingError("sparse ARFF data; write them with every value, {0 5} as 5, 0, ...", f"row {number:,}")
    return "'" if any("'" in line for line in data) else '"'
