"""TOML: written for people to read, and read from files that nobody vouches for."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 110
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# What a text may not hold as it is: TOML's own list, and what XML forbids, for the text goes into SVG files too.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_OPENS = "= '''\n"
_LONG = 10_000  # signs of a text from which it is written literally, which is read and written far faster


# The parser's time grows with the square of a dotted key's parts; no file of ours has such long lines of dots.
_MOST_DOTS_SQUARED = 10**9


def parsed(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises ValueError, in words, for whatever is wrong with it."""
    if sum(line.count(".") ** 2 for line in without_data(text).split("\n")) > _MOST_DOTS_SQUARED:
        raise ValueError("a name has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("tables or lists stand inside each other without end") from None


def without_data(text: str) -> str:
    """A TOML text without what stands literally between apostrophes, if nothing for a parser can hide in it."""
    pieces, at = [], 0
    while (start := text.find(_OPENS, at)) >= 0 and (stop := text.find("'''", start + len(_OPENS))) >= 0:
        begin = start + len(_OPENS)
        inner = text[begin:stop].rstrip("=")
        pieces.append(text[at : stop if "=" in inner or "[" in inner else begin])
        at = stop + 3
    return "".join([*pieces, text[at:]])


def toml_text(data: Mapping[str, Any]) -> str:
    """The text of a table of plain values, lists and tables: what fits a line stands on one.

    Floats are as short as they can be without a loss.
    """
    return "\n".join(_table(data, "")).strip("\n") + "\n"


def _table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    """The lines of a table: first what belongs to itself, as TOML asks, then the tables inside it."""
    later = []
    for key, value in data.items():
        # The document's own tables are its chapters, however short.
        lines = None if isinstance(value, Mapping) and not path else _entry(key, value)
        if lines is None:
            later.append((f"{path}.{_key(key)}" if path else _key(key), value))
        else:
            yield from lines
    for place, value in later:
        for item in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{place}]]" if isinstance(value, list) else f"[{place}]"
            yield from _table(item, place)


def _entry(key: str, value: Any) -> list[str] | None:
    """The lines `key = value`; None if it has to be a table of its own."""
    head = f"{_key(key)} = "
    if _is_long(value) and _literal(value):
        return [f"{head}'''", f"{value}'''"]
    if isinstance(value, str) and "\n" in value and not _UNPRINTABLE.search(value):
        lines = [re.sub('"(?="|$)', r'\\"', line) for line in value.replace("\\", "\\\\").split("\n")]
        return [f'{head}"""', *lines[:-1], f'{lines[-1]}"""']
    if isinstance(value, Mapping) and _deep(value):
        return None
    text = _inline(value)
    if isinstance(value, Mapping):
        return [head + text] if len(head + text) <= WIDTH else None
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        items = [f"    {_inline(item)}," for item in value]
        fits = all(len(item) <= WIDTH for item in items) and not any(_deep(item) for item in value)
        return [f"{head}[", *items, "]"] if fits else None
    return [head + text]


def _literal(value: str) -> bool:
    """Whether TOML takes a text by the letter between three apostrophes."""
    return value.isascii() and "'" not in value and value.replace("\n", "").isprintable()


def _deep(table: Mapping[str, Any]) -> bool:
    """Whether a table has anything in it that no line can hold."""
    values = table.values()
    return any(bool(value) if isinstance(value, Mapping) else _is_long(value) for value in values)


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) >= _LONG


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    return repr(value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are also TOML's."""
    return _UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False))
