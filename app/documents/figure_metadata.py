"""Experiments embedded in figures: metadata of a PNG, PDF or SVG, read back without decoding the image."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import unescape

KEY = "Fall Line experiment"
LEFT_OUT = "# Its data are too large for a figure; they are left out, so it cannot be opened.\n"
MAX_EMBEDDED = 64 * 2**20  # bytes as they stand in the figure; more than figures are given
_MAX_CHUNKS = 100_000  # in a PNG; those of a picture are larger than 2 kB
_PNG = b"\x89PNG\r\n\x1a\n"
# Of a PDF; a million and a half pieces, most of them lines, take less than a second.
_KEYWORDS = re.compile(rb"/Keywords \(((?:[^\\()]++|\\.){0,1500000}+)\)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def metadata(format: str, title: str, text: str, program: str) -> dict[str, Any]:
    """Metadata for Matplotlib to write into a figure, without dates, so that the bytes are reproducible."""
    if format == "png":
        return {"Title": title, "Software": program, KEY: text}
    if format == "pdf":
        about = {"Title": title, "Subject": KEY, "Keywords": text, "Creator": program, "Producer": "Matplotlib"}
        return {**about, "CreationDate": None, "ModDate": None}
    return {"Title": title, "Keywords": [KEY], "Description": text, "Creator": [program], "Date": None}


def carries(data: bytes) -> bool:
    """Whether these bytes are a figure."""
    return data.startswith((_PNG, b"%PDF-")) or (data[:300].lstrip().startswith(b"<") and b"<svg" in data[:2000])


def text_in(data: bytes) -> str | None:
    """The text of the experiment in a figure's bytes; None if there is none. Takes time linear in their number."""
    if data.startswith(_PNG):
        return next((text for key, text in _png_texts(data) if key == KEY), None)
    if KEY.encode() not in data:
        return None
    if data.startswith(b"%PDF-"):
        return _pdf_keywords(data)
    _, _, rest = data.partition(b"<dc:description>")
    text, closed, _ = rest.partition(b"</dc:description>")
    return unescape(text.decode("utf-8", "replace")) if closed and len(text) <= MAX_EMBEDDED else None


def _png_texts(data: bytes) -> Iterator[tuple[str, str]]:
    """The uncompressed text chunks of a PNG; a chunk has length, type, content and checksum."""
    place = len(_PNG)
    for _ in range(_MAX_CHUNKS):
        if place + 8 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, place)
        if kind in (b"tEXt", b"iTXt") and length <= MAX_EMBEDDED:
            key, _, rest = data[place + 8 : place + 8 + length].partition(b"\0")
            if kind == b"tEXt":
                yield key.decode("latin-1"), rest.decode("latin-1")
            elif rest[:1] == b"\0":
                *_, text = rest[2:].split(b"\0", 2)
                yield key.decode("latin-1"), text.decode("utf-8", "replace")
        place += 12 + length


def _pdf_keywords(data: bytes) -> str | None:
    """The /Keywords in a PDF's document information: a string in parentheses with escapes, ASCII or UTF-16."""
    start = data.find(b"/Keywords (")
    found = _KEYWORDS.match(data, start, start + MAX_EMBEDDED) if start >= 0 else None
    if not found:
        return None
    raw = re.sub(rb"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), found[1], flags=re.DOTALL)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    return raw.decode("latin-1")
