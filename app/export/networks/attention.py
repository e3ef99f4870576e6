"""The figure of attention: for one example how much each step attends to every other, a map for each head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.context import FigureContext
from app.export.networks.shown_example import shown_example
from app.export.style import MM, POINTS
from app.look.networks.steps import step_names
from engine import Attention, NetworkTask, Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADES = ("#ffffff", "#cfe3f2", "#7fb5da", "#2f7fb8", "#0b4f86")
_DARK = 0.5  # share from which numbers are white
_GAP, _HEAD = 0.7, 1.6  # between two maps, and above one for its title and the names of steps, in cells
_NAMED = 16  # steps, with more only some are named
_ROOM = 0.82  # share of the page's height below the heading


def fits(task: NetworkTask) -> bool:
    """Whether the network attends to steps."""
    return task.understands(Attention)


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw on empty axes; no legend. The example is the one that the window shows."""
    from matplotlib.colors import LinearSegmentedColormap

    data, settings = context.learner.data, context.settings
    example = shown_example(context.picture.experiment.view, "network_attention", data)
    found = context.evaluated(Predictions(), Attention(example)).answer(Attention)
    assert found is not None
    names = step_names(found.inputs, data.tokens)
    maps = [(block, head, shares) for block, heads in enumerate(found.shares) for head, shares in enumerate(heads)]
    length, tall = len(names), max(shares.shape[0] for _, _, shares in maps)
    gap, above = _GAP * max(1.0, length / 8), _HEAD * max(1.0, length / 8)
    columns = _columns(len(maps), length + gap, tall + above, settings.width / (_ROOM * settings.height))
    shades = LinearSegmentedColormap.from_list("shares", _SHADES)
    across, down = columns * (length + gap), -(-len(maps) // columns) * (tall + above)
    cell = min(settings.width / across, _ROOM * settings.height / down) / MM * POINTS
    letters = min(0.8 * settings.font_size, 0.42 * cell * max(1.0, length / 8))
    edges: dict[str, Any] = {"color": "0.6", "lw": 0.3 * settings.line_width}
    every = max(1, -(-length // _NAMED))
    for place, (block, head, shares) in enumerate(maps):
        context.check()
        line, column = divmod(place, columns)
        left, top = column * (length + gap), line * (tall + above) + above
        high = shares.shape[0]
        axes.imshow(
            np.ma.masked_invalid(shares), cmap=shades, vmin=0.0, vmax=1.0, interpolation="nearest",
            extent=(left, left + length, top + high, top),
        )  # fmt: skip
        axes.plot([left, left + length, left + length, left, left], [top, top, top + high, top + high, top], **edges)
        title = f"block {block + 1}, head {head + 1}" if len(found.shares) > 1 else f"head {head + 1}"
        axes.text(left, top - 0.55 * above, title, fontsize=letters, va="bottom", ha="left", parse_math=False)
        for step in range(0, length, every):
            axes.text(
                left + step + 0.5, top - 0.08 * above, clean(names[step]), fontsize=0.85 * letters, va="bottom",
                ha="center", color="0.35", parse_math=False,
            )  # fmt: skip
        if length <= _NAMED:
            for (row, step), share in np.ndenumerate(shares):
                axes.text(
                    left + step + 0.5, top + row + 0.5, f"{share:.2f}", fontsize=min(letters, 0.36 * cell), va="center",
                    ha="center", color="white" if share > _DARK else "0.15",
                )  # fmt: skip
    axes.set_xlim(-0.1, across)
    axes.set_ylim(down + 0.1, 0.0)
    axes.set_aspect("equal")
    axes.axis("off")
    told = " ".join(clean(name) for name in names) if length <= _NAMED else f"{length} steps"
    context.add_heading(axes, context.heading(), told)
    return []


def _columns(count: int, wide: float, high: float, aspect: float) -> int:
    """How many maps stand in a line, so that together they are about as wide, for their height, as the page."""
    return min(
        range(1, count + 1), key=lambda columns: abs(np.log(columns * wide / (-(-count // columns) * high) / aspect))
    )
