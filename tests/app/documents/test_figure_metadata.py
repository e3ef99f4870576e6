from __future__ import annotations

import struct
import time
import zlib

import pytest

from app.documents.figure_metadata import KEY, MAX_EMBEDDED, text_in

PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-1.4 " + KEY.encode()
SVG = b"<svg>" + KEY.encode()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


HOSTILE = {
    "svg unclosed": lambda: SVG + b"<dc:description>" * 12_000,
    "svg unclosed, long": lambda: SVG + b"<dc:description>" * 10**6,
    "svg escapes": lambda: SVG + b"<dc:description>" + b"&amp;" * (MAX_EMBEDDED // 4) + b"</dc:description>",
    "png empty chunks": lambda: PNG + b"\0\0\0\0tEXt\0\0\0\0" * 2**20,
    "png length": lambda: PNG + b"\xff\xff\xff\xfftEXt" + KEY.encode() + b"\0x",
    "pdf escapes": lambda: PDF + b"/Keywords (" + rb"\n" * (8 * 2**20) + b")",
    "pdf unclosed": lambda: PDF + b"/Keywords (" + b"a" * (80 * 2**20),
    "pdf many unclosed": lambda: PDF + b"/Keywords (aaaa" * 200_000,
    "pdf backslashes": lambda: PDF + b"/Keywords (" + b"\\" * (20 * 2**20 + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_figure_is_refused_soon(name: str) -> None:
    data = HOSTILE[name]()
    begun = time.process_time()
    assert text_in(data) is None
    assert time.process_time() - begun < 1.0


@pytest.mark.parametrize("text", ["plain", "a (b) \\ \n\r\t é 日本 \\n )(", "x" * 10**6, "\\" * 1001, "&<>&amp;\"'"])
def test_every_text_comes_back(text: str) -> None:
    from xml.sax.saxutils import escape

    signs = {"\\": r"\\", "(": r"\(", ")": r"\)", "\n": r"\n", "\r": r"\r"}
    written = text if text.isascii() else "\ufeff" + text
    raw = written.encode("latin-1" if text.isascii() else "utf-16-be").decode("latin-1").translate(str.maketrans(signs))
    assert text_in(PDF + b"\n/Keywords (" + raw.encode("latin-1") + b")\n/Title (x)") == text
    assert text_in(SVG + b"<dc:description>" + escape(text).encode() + b"</dc:description>") == text
    assert text_in(PNG + chunk(b"iTXt", KEY.encode() + b"\0\0\0\0\0" + text.encode()) + chunk(b"IEND", b"")) == text
