"""Searching the library: words, and conditions such as `optimizer=adam`, `loss<0.1` and `"learning rate">=0.01`."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import Any

from app.documents.library.columns import FIELD, KEPT, SOURCES, Column, named
from engine import SettingError, read_number

_PART = re.compile(
    r"""\s*(?:
        (?P<name>"[^"]*"|[^\s"=<>!]+) \s* (?P<sign><=|>=|!=|=|<|>) \s* (?P<value>"[^"]*"|[^\s"]+|)
      | "(?P<quoted>[^"]*)"
      | (?P<word>\S+)
    )""",
    re.VERBOSE,
)
_NEAR = 1e-9  # numbers as people write them equal those that differ in rounding


class SearchError(Exception):
    """A search that cannot be read, in one sentence."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Any of the columns compares with the value; number: the same as a number, NaN if it is none."""

    columns: tuple[Column, ...]
    sign: str
    value: str
    number: float


@dataclass(frozen=True, slots=True)
class Search:
    """What a run must fit: every word, and every condition."""

    words: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


EVERYTHING = Search()


def read_search(text: str, known: tuple[Column, ...]) -> Search:
    """Parse what a person typed. known: the columns there are. Raises SearchError."""
    words, conditions = [], []
    for part in _PART.finditer(text):
        if part["name"] is not None:
            conditions.append(_condition(part["name"].strip('"'), part["sign"], part["value"].strip('"'), known))
        elif word := (part["quoted"] or part["word"] or "").strip():
            words.append(word.casefold())
    return Search(tuple(words), tuple(conditions))


def _condition(name: str, sign: str, value: str, known: tuple[Column, ...]) -> Condition:
    columns = tuple(column for column in named(name, known) if column != KEPT)
    if not columns:
        keys = {column.key.rpartition(".")[2]: column for column in known if column != KEPT}
        near = difflib.get_close_matches(name[:60], keys, 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "such as learning_rate=0.1 or loss<0.1"
        raise SearchError(f"no run has a setting or result {name[:60]!r}: {hint}")
    if not value:
        raise SearchError(f"{name}{sign} lacks a value: write it without a space in it, or in quotes")
    try:
        number = float(read_number(value))
    except SettingError:
        number = math.nan
    if math.isnan(number) and sign in ("<", "<=", ">", ">="):
        raise SearchError(f"{name}{sign} needs a number, got {value[:60]!r}")
    return Condition(columns, sign, value, number)


def sql_of(search: Search, ids: dict[Column, int]) -> tuple[str, list[Any]]:
    """What follows WHERE in a query of `runs`, and its values. ids: of the columns of entries."""
    clauses = ["1"]
    values: list[Any] = []
    for word in search.words:
        clauses.append("runs.words LIKE ? ESCAPE '\\'")
        values.append("%" + re.sub(r"([\\%_])", r"\\\1", word) + "%")
    for condition in search.conditions:
        some = []
        for column in condition.columns:
            if column.part == FIELD:
                sign = "=" if condition.sign == "=" else "!="
                some.append(f"runs.{SOURCES[column.key]} {sign} ? COLLATE NOCASE" if condition.sign in "!=" else "0")
                values += [condition.value] if condition.sign in "!=" else []
            elif column in ids:
                test, told = _test(condition)
                some.append(f"runs.id IN (SELECT run FROM entries WHERE column = ? AND {test})")
                values += [ids[column], *told]
        clauses.append(f"({' OR '.join(some or ['0'])})")
    return " AND ".join(clauses), values


def _test(condition: Condition) -> tuple[str, list[Any]]:
    """The test of an entry, and its values."""
    number, text = condition.number, condition.value
    if condition.sign not in ("=", "!="):
        return f"number {condition.sign} ?", [number]
    gap = abs(number) * _NEAR if math.isfinite(number) else 0.0
    equal = "number BETWEEN ? AND ?" if not math.isnan(number) else "0"
    values: list[Any] = [number - gap, number + gap] if not math.isnan(number) else []
    equal = f"coalesce({equal}, 0) OR coalesce(text = ? COLLATE NOCASE, 0)"
    return (f"({equal})" if condition.sign == "=" else f"NOT ({equal})"), [*values, text]
