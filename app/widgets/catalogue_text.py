"""Texts about any catalogue entry, for lists and tooltips."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from engine import TIERS, Catalogue, print_signs


def family(entry: Any) -> str:
    """The heading of its group in a list; empty for none."""
    return str(getattr(entry, "family", "") or getattr(entry, "group", ""))


def grouped(catalogue: Catalogue[Any], keys: Iterable[str]) -> list[tuple[str, str]]:
    """Keys as a list offers them, each with the heading that it stands under.

    Entries with families stay together, the basic ones of each first; others stand under their tiers, the basic ones
    under none.
    """
    offered = catalogue.offered(keys)
    families = list(dict.fromkeys(family(entry) for entry in catalogue.values()))
    if families == [""]:
        return [(key, "" if catalogue[key].tier == TIERS[0] else catalogue[key].tier.capitalize()) for key in offered]
    return [
        (key, family(catalogue[key])) for key in sorted(offered, key=lambda key: families.index(family(catalogue[key])))
    ]


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
