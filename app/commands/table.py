"""`python main.py table FILE`: what a table would be read as, as JSON, without a window."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from typing import Any

from app.commands.command_line import Parser, Refusal
from app.documents.files import FileError, shown
from app.documents.tables.description import described
from app.documents.tables.dialect import KINDS, Dialect, DialectOptions, sniff
from app.documents.tables.number_format import DECIMALS, THOUSANDS
from app.documents.tables.row_choice import RowChoice
from app.documents.tables.selection import Form, suggested, with_form, with_target
from app.documents.tables.separator import SEPARATORS
from app.documents.tables.source import ENCODINGS, TableSource, no_progress
from app.documents.tables.survey import survey
from app.launch.exit_status import DONE, refuse
from engine import SettingError

_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}

EXAMPLES = """\
Without options everything is found out, as in the window; an option says what is known better.

examples:
  python main.py table prices.csv
  python main.py table prices.csv --decimal , --thousands . --no-header
  python main.py table survey.tsv --missing "NA,-999" --target outcome

The JSON holds separator, header, decimal and thousands marks, the number of rows, every column with its kind, its
counts, its range or its values, which rows would be left out and why, and what would be learned.
"""


def parser() -> argparse.ArgumentParser:
    """The options of `table`."""
    made = Parser("table", "Print as JSON what a table of examples would be read as.", EXAMPLES)
    made.add_argument("file", help="CSV in any dialect, text in columns, or ARFF")
    made.add_argument("--encoding", choices=list(ENCODINGS))
    made.add_argument("--separator", help=f"one of {', '.join(_SEPARATORS)}, or the sign itself")
    made.add_argument("--decimal", choices=list(DECIMALS))
    made.add_argument("--thousands", choices=list(THOUSANDS), help="the mark between groups of digits; '' for none")
    header = made.add_mutually_exclusive_group()
    header.add_argument("--header", dest="header", action="store_true", default=None, help="the first row has names")
    header.add_argument("--no-header", dest="header", action="store_false", help="the first row is data")
    made.add_argument("--comment", help="with what a comment begins; '' for nothing")
    made.add_argument("--missing", help="what stands for a missing value, separated by commas; '' for empty cells only")
    made.add_argument("--target", help="the column to learn")
    kinds = ", ".join(KINDS)
    made.add_argument(
        "--kind",
        action="append",
        default=[],
        metavar="COLUMN=KIND",
        help=f"what a column holds: {kinds}; may be repeated",
    )
    form = made.add_mutually_exclusive_group()
    form.add_argument("--image", metavar="HxWxC", help="the inputs are an image: height, width and channels, 28x28")
    form.add_argument("--sequence", metavar="TxF", help="the inputs are a sequence: steps, and features of each, 40x2")
    made.add_argument("--every", type=int, default=1, metavar="K", help="take one of every K rows")
    made.add_argument("--first", type=int, default=0, metavar="K", help="take the first K rows")
    return made


def main(arguments: list[str]) -> int:
    """Print what is read; the exit status."""
    try:
        options = parser().parse_args(arguments)
        found = _read(TableSource.of_file(options.file), options)
    except (Refusal, FileError) as error:
        return refuse(str(error))
    except SettingError as error:
        return refuse(f"cannot read {shown(options.file)} as a table: {error}")
    plain = (sys.stdout.encoding or "").casefold().replace("-", "") != "utf8"
    print(json.dumps(found, ensure_ascii=plain, indent=1, allow_nan=False))
    return DONE


def _read(source: TableSource, options: argparse.Namespace) -> dict[str, Any]:
    separator = _SEPARATORS.get(options.separator, options.separator)
    if separator is not None and separator not in SEPARATORS:
        raise Refusal(f"--separator must be one of {', '.join(_SEPARATORS)}, got {options.separator[:20]!r}")
    if options.decimal and options.decimal == options.thousands:
        raise Refusal(f"--decimal and --thousands must differ, got {options.decimal!r} for both")
    missing = None if options.missing is None else tuple(filter(None, map(str.strip, options.missing.split(","))))
    wishes = DialectOptions(
        options.encoding, separator, options.decimal, options.thousands, options.header, options.comment, missing
    )
    dialect = sniff(source, wishes)
    if options.kind:
        dialect = sniff(source, replace(wishes, kinds=_kinds(options.kind, dialect)))
    found = survey(source, dialect, no_progress)
    selection = suggested(found)
    if options.target is not None:
        selection = with_target(found, selection, _place("--target", options.target, dialect))
    forms: tuple[tuple[Form, str | None], ...] = (("image", options.image), ("sequence", options.sequence))
    for form, sides in forms:
        if sides is not None:
            selection = with_form(found, selection, form, sides)
    for name, least in (("every", 1), ("first", 0)):
        if getattr(options, name) < least:
            raise Refusal(f"--{name} must be at least {least}, got {getattr(options, name)}")
    if options.every > 1 or options.first:
        selection = replace(selection, rows=RowChoice(options.every, options.first))
    return described(source, found, selection)


def _kinds(wanted: list[str], dialect: Dialect) -> dict[int, str]:
    """The kinds that are asked for, by the places of the columns."""
    found = {}
    for wish in wanted:
        name, _, kind = wish.rpartition("=")
        if kind not in KINDS:
            raise Refusal(f"--kind must be COLUMN= and one of {', '.join(KINDS)}, got {wish[:60]!r}")
        found[_place("--kind", name, dialect)] = kind
    return found


def _place(option: str, name: str, dialect: Dialect) -> int:
    """Where the column of this name is."""
    for names in (dialect.titles, dialect.names):
        if name in names:
            return names.index(name)
    some = ", ".join(dialect.names[:20])
    raise Refusal(f"{option} must name a column of the table, got {name[:60]!r}; there are {some}")
