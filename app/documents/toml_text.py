"""TOML: written to be readable, and parsed safely from untrusted files."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 110
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# Characters to escape: TOML's own list, and those XML forbids, since the text also goes into SVG files.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_OPENS = "= '''\n"
_LONG = 10_000  # characters from which a string is written literally, which is far faster to read and write


# Parsing time grows with the square of a dotted key's parts; our files have no lines with that many dots.
_MAX_DOTS_SQUARED = 10**9


def parsed(text: str) -> dict[str, Any]:
    """Parse TOML. Raises ValueError with a readable message for whatever is wrong."""
    if sum(line.count(".") ** 2 for line in without_data(text).split("\n")) > _MAX_DOTS_SQUARED:
        raise ValueError("a name has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("tables or lists are nested too deeply") from None


def without_data(text: str) -> str:
    """A TOML text without long literal strings, unless they could hide anything from the parser."""
    pieces, at = [], 0
    while (start := text.find(_OPENS, at)) >= 0 and (stop := text.find("'''", start + len(_OPENS))) >= 0:
        begin = start + len(_OPENS)
        inner = text[begin:stop].rstrip("=")
        pieces.append(text[at : stop if "=" in inner or "[" in inner else begin])
        at = stop + 3
    return "".join([*pieces, text[at:]])


def toml_text(data: Mapping[str, Any]) -> str:
    """The TOML of plain values, lists and tables: what fits on a line is written on one.

    Floats are as short as possible without loss.
    """
    return "\n".join(_table(data, "")).strip("\n") + "\n"


def _table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    """The lines of a table: first its own values, as TOML requires, then the tables inside it."""
    later = []
    for key, value in data.items():
        # Top-level tables always get a section of their own.
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
    """The lines `key = value`; None if it needs a section of its own."""
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
    """Whether a text can be a TOML literal string."""
    return value.isascii() and "'" not in value and value.replace("\n", "").isprintable()


def _deep(table: Mapping[str, Any]) -> bool:
    """Whether a table contains anything that does not fit an inline table."""
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
    """A basic string: JSON's escapes are valid in TOML."""
    return _UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False))
