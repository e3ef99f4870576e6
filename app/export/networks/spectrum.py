"""The figure of the frequencies in the vectors that a network has learned for the numbers of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry
from app.export.networks.context import FigureContext
from app.look.networks.token_tables import spectrum
from app.look.palettes import ON_LIGHT
from engine import NetworkTask, TokenVectors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDE = 0.8  # of the distance between two frequencies, for the bars of all runs


def fits(task: NetworkTask) -> bool:
    """Whether the network learns vectors for the tokens of a table."""
    return task.is_table and task.understands(TokenVectors)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the bars of all visible runs side by side on empty axes; returns the legend's entries."""
    from matplotlib.patches import Patch

    picture, settings = context.picture, context.settings
    seen = [run for run in picture.runs if run.visible or run.id == context.run.id]
    runs = [run for run in seen if run.shown.problem.subject.understands(TokenVectors)]
    axes.set_xlabel("Frequency")
    axes.set_ylabel("Share of the power")
    axes.spines[["top", "right"]].set_visible(False)
    if settings.grid:
        axes.grid(True, which="major", axis="y")
        axes.set_axisbelow(True)
    entries: list[Entry] = []
    wide = _WIDE / len(runs)
    for place, run in enumerate(runs):
        vectors = context.evaluated(TokenVectors(), run=run).answer(TokenVectors)
        assert vectors is not None
        shares = np.nan_to_num(spectrum(vectors[: len(context.learner.data.classes)]), nan=0.0)
        style: dict[str, Any] = {"color": ON_LIGHT[run.colour], "lw": 0.0}
        at = np.arange(1, len(shares) + 1) - _WIDE / 2 + (place + 0.5) * wide
        axes.bar(at, shares, wide, **style)
        axes.set_xlim(0.4, len(shares) + 0.6)
        if len(runs) > 1:
            entries.append((Patch(**style), context.heading(run)))
    context.add_heading(axes, *([context.heading()] if len(runs) == 1 else []))
    return entries
