"""The figures of a network and a text: lines that it writes, and lines coloured by what it does while it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry
from app.export.networks.class_colours import signed
from app.export.networks.context import FigureContext
from app.export.style import MM, POINTS
from app.look.networks.letters import loss_ceiling, reading_title
from app.look.number_format import number
from engine import LOSS_OF_EACH, TEMPERATURE, NetworkTask, SampledText, TextReading, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray

_FONT = "DejaVu Sans Mono"  # which Matplotlib brings with it
_LINES = 16
_WIDE = 0.62  # of a character, in sizes of its font
_TALL = 1.5  # of a line
_ROOM = 0.9  # share of the page's width that the text may take
_DARK = 0.55  # share of the scale from which characters are white


def fits_sampled(task: NetworkTask) -> bool:
    """Whether the network writes text."""
    return task.understands(SampledText)


def fits_reading(task: NetworkTask) -> bool:
    """Whether the network reads text."""
    return task.understands(TextReading)


def draw_sampled(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw lines as the window does, at its temperature and from its beginning, on empty axes; no legend."""
    view = context.picture.experiment.view
    heat, begun = _temperature(view), view.get("network_text_beginning", "")
    query = SampledText(_LINES, heat, begun if isinstance(begun, str) else "")
    lines = context.evaluated(query).answer(SampledText)
    assert lines is not None
    _write(axes, context, lines, None)
    context.add_heading(axes, f"{context.heading()}, drawn at temperature {number(heat, 3)}")
    return []


def draw_reading(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the text that the window shows, on its colours, on empty axes; no legend."""
    view = context.picture.experiment.view
    group, unit = view.get("network_reading_group", LOSS_OF_EACH), view.get("network_reading_unit", 1)
    whole = isinstance(unit, int) and not isinstance(unit, bool) and unit >= 1
    query = TextReading(group if isinstance(group, str) else LOSS_OF_EACH, unit - 1 if whole else 0, _LINES)
    read = context.evaluated(query).answer(TextReading)
    assert read is not None
    signs, is_loss = context.learner.data.classes, read.group == LOSS_OF_EACH
    known = np.abs(read.values[np.isfinite(read.values)])
    scale = loss_ceiling(read.values) if is_loss else float(known.max(initial=0.0)) or 1.0
    low = 0.0 if is_loss else -scale
    shown = read.targets if is_loss else read.characters
    image = axes.imshow(
        np.ma.masked_invalid(read.values), cmap=signed(), vmin=-scale, vmax=scale, aspect="auto",
        interpolation="nearest", extent=(0.0, float(shown.shape[1]), float(len(shown)), 0.0),
    )  # fmt: skip
    _write(axes, context, ["".join(signs[place] for place in row) for row in shown.tolist()], read.values / scale)
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, aspect=26, fraction=0.06, ticks=sorted({low, 0.0, scale}))
    bar.ax.set_ylim(low, scale)
    bar.outline.set_linewidth(0.4 * context.settings.line_width)
    bar.set_label("Bits of each character" if is_loss else "Activation")
    context.add_heading(axes, context.heading(), reading_title(read))
    return []


def _temperature(view: Mapping[str, Any]) -> float:
    wish = view.get("network_text_temperature", TEMPERATURE.default)
    known = isinstance(wish, int | float) and not isinstance(wish, bool) and TEMPERATURE.low <= wish <= TEMPERATURE.high
    return float(wish if known else TEMPERATURE.default)  # type: ignore[arg-type]


def _write(axes: Axes, context: FigureContext, lines: tuple[str, ...] | list[str], shares: Array | None) -> None:
    """A character in each cell of a grid, as large as the page allows; shares: of the colours behind them."""
    settings, longest = context.settings, max(map(len, lines), default=1)
    room = _ROOM * settings.width / MM * POINTS / longest, _ROOM * settings.height / MM * POINTS / max(len(lines), 1)
    size = min(room[0] / _WIDE, room[1] / _TALL, settings.font_size)
    axes.set_xlim(0.0, longest)
    axes.set_ylim(len(lines), 0.0)
    axes.axis("off")
    for row, line in enumerate(lines):
        context.check()
        for column, sign in enumerate(line):
            if sign == " ":
                continue
            dark = shares is not None and bool(abs(np.nan_to_num(shares[row, column])) > _DARK)
            axes.text(
                column + 0.5, row + 0.5, visible(sign)[:1], ha="center", va="center_baseline", fontsize=size,
                family=_FONT, color="white" if dark else "0.1", parse_math=False,
            )  # fmt: skip
