"""An axis of Matplotlib with the scale, the range and, where it has none of its own, the ticks of the window's axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.export.style import MM, POINTS, FigureSettings
from app.plots.scale import Scale, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARE = 0.75  # of the figure that its axes take, about
ROOM = {"x": 4.5, "y": 2.2}  # between two labels, in font sizes


def set_axis(axes: Axes, letter: str, scale: Scale, settings: FigureSettings) -> None:
    """Give the x or the y axis a type, a range and ticks. Log and linear ticks are Matplotlib's own."""
    set_scale, set_range = getattr(axes, f"set_{letter}scale"), getattr(axes, f"set_{letter}lim")
    if scale.type.name != "symlog":
        set_scale(scale.type.name)
        set_range(scale.low, scale.high)
        return
    set_scale("function", functions=(scale.type.places, scale.type.values))
    set_range(scale.low, scale.high)
    length = SHARE * (settings.width if letter == "x" else settings.height) / MM * POINTS
    drawn = Scale(scale.low, scale.high, 0.0, length, scale.type)
    marks = ticks(drawn, ROOM[letter] * settings.font_size)
    put = getattr(axes, f"set_{letter}ticks")
    labelled = [(_value(drawn, place), text) for place, text in marks.major]
    put([value for value, _ in labelled], [_label(value, text) for value, text in labelled])
    put([_value(drawn, place) for place in marks.minor], minor=True)


def write_numbers_plainly(axes: Axes) -> None:
    """Write the numbers of linear axes as text; a formula, as their common power of ten is, takes longer."""
    from matplotlib.ticker import ScalarFormatter

    class PlainNumbers(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return super().__call__(x, pos).removeprefix(r"$\mathdefault{").removesuffix("}$")

    for axis in (axes.xaxis, axes.yaxis):
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(PlainNumbers())


def _value(scale: Scale, place: float) -> float:
    """The round number that a tick stands at."""
    value = float(f"{scale.value(place):.9g}")
    return value if abs(value) > 1e-6 * scale.type.threshold else 0.0


def _label(value: float, text: str) -> str:
    """As Matplotlib writes it, if it is a power of ten or has one."""
    exponent = math.floor(math.log10(abs(value)) + 1e-9) if value else 0
    factor = abs(value) / 10.0**exponent
    if not value or (abs(factor - 1.0) > 1e-6 and "·" not in text):
        return text
    sign, times = "-" if value < 0.0 else "", "" if round(factor) == 1 else rf"{round(factor)}\cdot"
    return rf"$\mathdefault{{{sign}{times}10^{{{exponent}}}}}$"
