"""Texts about any catalogue entry, for lists and tooltips."""

from __future__ import annotations

import html
from typing import Any

from engine import print_signs


def family(entry: Any) -> str:
    """The heading of its group in a list; empty for none."""
    return str(getattr(entry, "family", "") or getattr(entry, "group", ""))


def formula_of(entry: Any) -> str:
    """Its formula in print; empty if it has none."""
    return print_signs(str(getattr(entry, "formula", "")))


def summary_of(entry: Any) -> str:
    """One line: its summary, or else its formula."""
    return str(getattr(entry, "summary", "") or getattr(entry, "help", "")) or formula_of(entry)


def about(entry: Any, *more: str) -> str:
    """A tooltip: summary, formula, source, licence, and further lines."""
    summary, formula = summary_of(entry), formula_of(entry)
    source, licence = (str(getattr(entry, name, "")) for name in ("source", "licence"))
    lines = [
        summary,
        formula if formula != summary else "",
        f"Source: {source}" if source else "",
        f"Licence: {licence}" if licence else "",
        *more,
    ]
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines if line)
