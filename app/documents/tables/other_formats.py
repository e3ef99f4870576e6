"""Files that are no text tables of rows and columns: recognised by their first bytes, with the way to a CSV file."""

from __future__ import annotations

import codecs
import json
import re

_MAGIC = {
    b"PK\x03\x04": "a zip archive or a workbook; save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
    b"\x1f\x8b": "compressed; unpack it first",
    b"BZh": "compressed; unpack it first",
    b"\xfd7zXZ": "compressed; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed; unpack it first",
    b"7z\xbc\xaf\x27\x1c": "compressed; unpack it first",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PAR1": "a Parquet file; save it as CSV",
    b"ARROW1": "a Feather file; save it as CSV",
    b"FEA1": "a Feather file; save it as CSV",
    b"ORC": "an ORC file; save it as CSV",
    b"\x89HDF": "an HDF5 file; save the table as CSV",
    b"\x93NUMPY": "a NumPy array; save it with numpy.savetxt",
    b"\x80\x04\x95": "a Python pickle, which is never opened; save the table as CSV",
    b"SQLite format 3": "a database; save the table as CSV",
    b"MATLAB 5.0": "a MATLAB file; save the table with writetable",
    b"RDX3\n": "an R workspace; save the table with write.csv",
    b"$FL2": "an SPSS file; save the table as CSV",
    b"<stata_dta>": "a Stata file; save it with export delimited",
    b"SIMPLE  =": "a FITS file; save the table as CSV",
    b"{\\rtf": "a text document; save the table as CSV",
}
_PAGES = (b"<!doctype", b"<html", b"<?xml")
_LIBSVM = re.compile(
    r"\s*[+-]?[\d.]+(?:e[+-]?\d+)?(?:,[\d.]+)*(?:\s+qid:\d+)?(?:\s+\d+:[^\s:]+)+\s*(?:#.*)?", re.IGNORECASE
)
_JSON_LINE = re.compile(r'\s*[{]\s*"(?:[^"\\]|\\.)*"\s*:')
_MARKDOWN_RULE = re.compile(r"\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?")


def binary_format(data: bytes) -> str:
    """What a file is by its first bytes; empty if it may be text."""
    for mark, what in _MAGIC.items():
        if data.startswith(mark):
            return what
    if data[:200].removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGES):
        return "a web page or XML"
    return ""


def text_format(lines: list[str]) -> str:
    """What a text is by its first lines; empty if it may be a table."""
    filled = [line for line in lines if line.strip()][:50]
    rows = [line for line in filled if not line.lstrip().startswith("#")]
    if len(rows) > 1 and all(map(_JSON_LINE.match, rows)):
        return "JSON lines; save the table as CSV, for example with pandas.read_json(…, lines=True).to_csv"
    if _is_json("".join(filled).strip()):
        return "JSON; save the table as CSV, for example with pandas.read_json(…).to_csv"
    if rows and all(map(_LIBSVM.fullmatch, (row.rstrip("\n") for row in rows))):
        return (
            "LIBSVM, a label and then index:value; save it with every value, for example with "
            "sklearn.datasets.load_svmlight_file and numpy.savetxt"
        )
    if any(map(_MARKDOWN_RULE.fullmatch, map(str.strip, filled[:3]))):
        return "a Markdown table; remove the line of dashes and the bars at both ends of each line"
    return ""


def _is_json(text: str) -> bool:
    """Whether a text, or the beginning of one, is a list or an object in JSON."""
    if not text.startswith(("[", "{")):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos >= len(text) - 1  # it goes on
    except RecursionError:
        return True
    return True
