"""`python main.py library`: the runs that the windows have kept, as a table."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.commands.command_line import Parser, Refusal, in_columns
from app.documents.files import FileError, shown, write
from app.documents.library.columns import FIELD, FIELDS, FIRST, KEPT, RESULT, Column, named
from app.documents.library.library import Library, Row
from app.documents.library.run_entry import Cell
from app.documents.library.search import SearchError, read_search
from app.export.csv_table import neutral
from app.launch.exit_status import DONE, refuse

_AT_ONCE = 1000  # rows
_WHOLE = 1e15  # up to which whole numbers are written without a point
_LONGEST = 40  # letters of a cell on a terminal

EXAMPLES = """\
A search has words, and conditions on settings and results. Sorting begins with the smallest; with - before the column
with the largest. On a terminal, stdout gets a table; elsewhere the same separated by tabs, numbers in full.

examples:
  python main.py library
  python main.py library --search "rosenbrock optimizer=adam loss<1e-3" --sort loss
  python main.py library --column beta1 --column best_validation_loss --sort=-updates
  python main.py library --search status=diverged --export diverged.csv

The CSV file has every setting and every result of these runs.
"""


def parser() -> argparse.ArgumentParser:
    """The options of `library`."""
    made = Parser("library", "List finished and pinned runs that windows have kept.", EXAMPLES)
    made.add_argument("--search", metavar="WORDS", default="", help="words, and conditions such as loss<0.1")
    made.add_argument("--sort", metavar="COLUMN", default="-kept", help="by a setting or result (-kept, newest first)")
    made.add_argument(
        "--column", metavar="COLUMN", action="append", default=[], help="one more column; may be repeated"
    )
    made.add_argument("--export", metavar="FILE.csv", help="write all settings and results of these runs instead")
    return made


def main(arguments: list[str]) -> int:
    """List, or export; the exit status."""
    notes: list[str] = []
    try:
        chosen = parser().parse_args(arguments)
        if chosen.export is not None and Path(chosen.export).suffix.lower() != ".csv":
            raise Refusal(f"--export must end in .csv, got {shown(chosen.export)[:120]!r}")
        library = Library(told=notes.append)
        known = library.columns()
        more = [column for name in chosen.column if (column := _column("--column", name, known)) not in FIRST]
        order, descending = _column("--sort", chosen.sort.removeprefix("-"), known), chosen.sort.startswith("-")
        ids = library.find(read_search(chosen.search, known), order, descending).ids
        if chosen.export is not None:
            _export(chosen.export, _rows(library, ids, known), known)
        else:
            columns = (*FIRST, *more)
            text = table(_rows(library, ids, columns), columns, sys.stdout.isatty())
            print(text, flush=True)
    except SystemExit as shown_help:
        return int(shown_help.code or 0)
    except SearchError as error:
        return refuse(f"--search: {error}")
    except (Refusal, FileError) as error:
        return refuse(str(error))
    finally:
        for note in notes:
            print(f"Fall Line: {note}", file=sys.stderr)
    return DONE


def table(rows: Sequence[Row], columns: Sequence[Column], aligned: bool) -> str:
    """A line for each run under the names of the columns."""
    cells = [[column.key for column in columns]]
    cells += [[_text(column, row.cells.get(column), aligned) for column in columns] for row in rows]
    numbers = [any(isinstance(row.cells.get(column), float) for row in rows) for column in columns]
    return in_columns(cells, numbers, aligned)


def _text(column: Column, cell: Cell | None, short: bool) -> str:
    if cell is None:
        return ""
    if column == KEPT and not isinstance(cell, str):
        return f"{datetime.fromtimestamp(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, str):
        text = " ".join(shown(cell.replace("\n", " ").replace("\t", " ")).split())
        return text if len(text) <= _LONGEST or not short else f"{text[: _LONGEST - 1]}…"
    if short:
        return f"{cell:.6g}"
    return f"{cell:.0f}" if cell.is_integer() and abs(cell) < _WHOLE else repr(cell)


def _column(option: str, name: str, known: tuple[Column, ...]) -> Column:
    found = named(name, (*known, *(column for column in FIRST if column not in known)))
    if not found:
        some = ", ".join(column.key for column in known[:20])
        raise Refusal(f"{option}: no run has a setting or result {name[:60]!r}; there are {some}")
    return found[0]


def _rows(library: Library, ids: Sequence[int], columns: Sequence[Column]) -> list[Row]:
    found: list[Row] = []
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        rows = library.rows(some, columns)
        found += [rows[id] for id in some if id in rows]
    return found


def _export(path: str, rows: Sequence[Row], known: Sequence[Column]) -> None:
    """Write one row a run, with every column that one of them has, so that numbers read back to the same bits."""
    used = {column for row in rows for column in row.cells}
    columns = [*FIELDS, *(column for column in known if column in used and column.part != FIELD)]
    keys = [column.key for column in columns]
    heads = [
        f"result {column.key}" if column.part == RESULT and keys.count(column.key) > 1 else column.key
        for column in columns
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        cells = (row.cells.get(column, "") for column in columns)
        writer.writerow([neutral(cell) if isinstance(cell, str) else repr(cell) for cell in cells])
    write(path, text.getvalue().encode("utf-8", "replace"))
