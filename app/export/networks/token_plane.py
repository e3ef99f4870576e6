"""The figure of the tokens of a vocabulary in a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.context import FigureContext
from app.look.networks.token_plane import PRINCIPAL, token_plane
from app.look.palettes import ON_LIGHT
from engine import NetworkTask, TokenVectors, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def fits(task: NetworkTask) -> bool:
    """Whether the network reads tokens as vectors."""
    return task.understands(TokenVectors)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the names of the tokens at their places, on the axes that the window shows; no legend."""
    view, settings = context.picture.experiment.view, context.settings
    wish = view.get("network_tokens_axes", (1, 2))
    known = isinstance(wish, list | tuple) and len(wish) == 2 and all(type(place) is int for place in wish)
    chosen = (wish[0] - 1, wish[1] - 1) if known else (0, 1)
    vectors = context.evaluated(TokenVectors()).answer(TokenVectors)
    assert vectors is not None
    plane = token_plane(vectors, str(view.get("network_tokens_kind", PRINCIPAL)), chosen)
    axes.set_xlabel(plane.axes[0].capitalize())
    axes.set_ylabel(plane.axes[1].capitalize())
    axes.spines[["top", "right"]].set_visible(False)
    if settings.grid:
        axes.grid(True, which="major")
        axes.set_axisbelow(True)
    finite = np.isfinite(plane.points).all(axis=1)
    axes.plot(*plane.points[finite].T, ls="none", marker="")  # the axes follow it
    axes.margins(0.08)
    for token, (x, y) in zip(context.learner.data.tokens, plane.points.tolist(), strict=True):
        if np.isfinite(x) and np.isfinite(y):
            axes.text(
                x, y, clean(visible(token) if len(token) == 1 else token), ha="center", va="center",
                fontsize=settings.font_size, color=ON_LIGHT[context.run.colour], parse_math=False,
            )  # fmt: skip
    context.add_heading(axes, context.heading())
    return []
