"""Examples as dots in figures: training examples filled, validation examples hollow, misclassified ones ringed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.checkpoints import Check, no_check
from app.export.legend import Entry
from app.export.networks.context import score_labels
from app.export.style import MM, POINTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from app.export.networks.context import FigureContext
    from app.export.style import FigureSettings
    from engine import NetworkSnapshot

Array = np.ndarray

_GREY = "#6b7280"
_RING = "#111827"
_MANY = 300  # dots from which they get smaller
_SMALLEST = 0.35  # of the full size
_PAGE, _SMALL_PAGE = 90.0, 0.3  # mm of the shorter side for full-size dots; their minimum scale
_MAX_DOTS = 5000  # per part of the data; of more, overlapping ones are left out
_PIECE = 200_000  # dots between two checks
_GRAIN = 0.4  # points of paper within which two dots are merged, at first


def draw_examples(
    axes: Axes, context: FigureContext, spots: Array, kinds: Array, colours: Callable[[Array], Array]
) -> None:
    """Draw the examples as dots at spots (n, 2), with the marker of their kind (n,); validation examples are hollow.

    colours: of the examples with these indices (m,), as (m, 4).
    """
    settings, train = context.settings, context.learner.data.train
    side = size(settings, len(spots))
    for part, hollow in ((slice(None, train), False), (slice(train, None), True)):
        kept = np.arange(len(spots))[part]
        kept = kept[distinct(spots[part], kinds[part], axes, settings, context.check)]
        for kind in np.unique(kinds[kept]).tolist():
            places = kept[kinds[kept] == kind]
            chosen: Any = colours(places)
            if (chosen == chosen[0]).all():  # a single colour makes the file five times smaller
                chosen = chosen[:1]
            axes.scatter(
                spots[places, 0], spots[places, 1], s=side * side, marker=settings.marker(kind) or "o",
                facecolors="white" if hollow else chosen, edgecolors=chosen if hollow else "white",
                linewidths=(0.22 if hollow else 0.1) * side, zorder=4.0 if hollow else 3.8,
            )  # fmt: skip


def draw_wrong(axes: Axes, context: FigureContext, spots: Array, wrong: Array) -> None:
    """Rings around the spots (n, 2) that are wrong (n,)."""
    settings = context.settings
    side = 1.75 * size(settings, len(spots))
    chosen = spots[wrong]
    chosen = chosen[distinct(chosen, np.zeros(len(chosen), int), axes, settings, context.check)]
    for colour, width in (("white", 0.22), (_RING, 0.11)):
        axes.scatter(
            chosen[:, 0], chosen[:, 1], s=side * side, marker="o", facecolors="none", edgecolors=colour,
            linewidths=width * side, zorder=4.5,
        )  # fmt: skip


def size(settings: FigureSettings, count: int) -> float:
    """The diameter of so many dots, in points of paper."""
    page = min(max(min(settings.width, settings.height) / _PAGE, _SMALL_PAGE), 1.0)
    full = (2.6 * settings.line_width + 1.6) * page
    return float(full * min(max((_MANY / max(count, 1)) ** 0.5, _SMALLEST), 1.0))


def distinct(spots: Array, kinds: Array, axes: Axes, settings: FigureSettings, check: Check = no_check) -> Array:
    """The indices of the spots (m,) to draw: finite ones, and of many only those that do not overlap."""
    if len(spots) > _PIECE:  # of each piece what can be told apart, and then of all that is left
        kept = []
        for start in range(0, len(spots), _PIECE):
            check()
            part = slice(start, start + _PIECE)
            kept.append(start + distinct(spots[part], kinds[part], axes, settings))
        left = np.concatenate(kept)
        return np.asarray(left[distinct(spots[left], kinds[left], axes, settings)])
    with np.errstate(invalid="ignore"):
        places = np.flatnonzero(np.isfinite(spots).all(axis=1) & (np.abs(spots) < 1e300).all(axis=1))
    if len(places) <= _MAX_DOTS:
        return places
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    paper = np.array([settings.width / (x1 - x0), settings.height / (y1 - y0)]) / MM * POINTS
    grain = _GRAIN
    while True:
        cells = np.clip(np.rint(spots[places] * paper / grain), -2e9, 2e9).astype(np.int64)
        key = (cells[:, 0] << 32) + cells[:, 1] * 128 + kinds[places]
        _, first = np.unique(key, return_index=True)
        if len(first) <= _MAX_DOTS or grain > 20.0:
            return places[np.sort(first)]
        grain *= 1.5


def legend_entries(
    snapshot: NetworkSnapshot, settings: FigureSettings, wrong: bool, colour: str = _GREY
) -> list[Entry]:
    """Legend entries for filled, hollow and ringed dots, with the network's scores."""
    training, validation = score_labels(snapshot)
    side = size(settings, _MANY)
    found: list[Entry] = []
    if training:
        found.append((handle(settings, "o", colour, "white", 0.1 * side), training))
    if validation:
        found.append((handle(settings, "o", "white", colour, 0.22 * side), validation))
    if wrong:
        found.append((handle(settings, "o", "none", _RING, 0.11 * side, 1.4), "misclassified"))
    return found


def handle(settings: FigureSettings, marker: str, face: str, edge: str, width: float, scale: float = 1.0) -> Any:
    """A dot for the legend."""
    from matplotlib.lines import Line2D

    return Line2D([], [], ls="", marker=marker, ms=scale * size(settings, _MANY), mfc=face, mec=edge, mew=width)
