"""What commands share: options that are refused in one sentence, and tables for a terminal or for another program."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from typing import NoReturn

from app.documents.files import shown
from app.launch.program import command


class Refusal(Exception):
    """A command line that cannot be, in one sentence."""


class Parser(argparse.ArgumentParser):
    """The options of a command, whole names only. Raises Refusal for what it cannot read."""

    def __init__(self, name: str, description: str, epilog: str) -> None:
        self._name = name
        super().__init__(
            prog=command(name),
            description=description,
            epilog=epilog.replace("python main.py", command()),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        raise Refusal(f"{message}; see `{command(self._name, '--help')}`")


def in_columns(cells: Sequence[Sequence[str]], numbers: Sequence[bool], aligned: bool) -> str:
    """Rows of cells, the first with the names of the columns: in columns, or separated by tabs.

    numbers: of each column, whether it stands to the right.
    """
    if not aligned:
        return "\n".join("\t".join(row) for row in cells)
    widths = [max(len(row[place]) for row in cells) for place in range(len(numbers))]
    lines = []
    for row in cells:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numbers, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def number_cell(number: float, aligned: bool) -> str:
    """A number: short in columns, in full elsewhere; NaN is an empty cell."""
    if math.isnan(number):
        return ""
    return f"{number:.6g}" if aligned and isinstance(number, float) else repr(number)


def text_cell(text: str) -> str:
    """A text on one line, without tabs and unprintable characters."""
    return " ".join(shown(text.replace("\t", " ").replace("\n", " ")).split())
