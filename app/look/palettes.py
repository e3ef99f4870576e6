"""The colours of runs, layers and classes on dark and light backgrounds, without Qt.

A run's number is its index here. The first eight are distinguishable with red-green colour blindness and in grey print.
Layers use a ramp of rising lightness, which works for everyone. Classes begin with orange and blue, which are also the
colours of negative and positive numbers; the first ten are distinguishable with red-green colour blindness.
"""

from __future__ import annotations

from functools import lru_cache

ON_DARK = (
    "#77b7ff", "#e68314", "#26e3aa", "#9563f0", "#ffe774", "#fa5c63", "#8b879b", "#62f1ff",
    "#9dffb0", "#a48cff", "#757ec9", "#c4732f", "#89ddd0", "#fb21cd", "#62ad7d", "#f9af03",
)  # fmt: skip
ON_LIGHT = (
    "#4e7edc", "#e37006", "#017f47", "#792fd4", "#6e5100", "#e8204c", "#5c6474", "#0495b1",
    "#619e61", "#87098c", "#7a63b3", "#c26125", "#1c6787", "#e42de1", "#18512e", "#735227",
)  # fmt: skip
LAYERS_ON_DARK = ("#755bba", "#46a8fa", "#27cfdb", "#45e4c6", "#eff398")
LAYERS_ON_LIGHT = ("#370a3a", "#3f0f84", "#0965db", "#1a8e8a", "#4da540")
CLASSES_ON_DARK = (
    "#f59322", "#3d9df0", "#28e09a", "#9450f5", "#feeb0c", "#e2566c", "#c2fcf9", "#d030b0",
    "#a4a1b1", "#b05a34", "#b8f070", "#bcbdf4",
)  # fmt: skip
CLASSES_ON_LIGHT = (
    "#de7800", "#0877bd", "#138263", "#851cfa", "#4c4819", "#2fa0b4", "#8b047f", "#4e1a24",
    "#b87741", "#35324a", "#456e00", "#4650c6",
)  # fmt: skip


@lru_cache(maxsize=64)
def layer_colours(stops: tuple[str, ...], count: int) -> tuple[str, ...]:
    """One colour per layer, evenly spaced along a ramp of LAYERS_ON_DARK or LAYERS_ON_LIGHT."""
    last = len(stops) - 1
    places = [last * layer / (count - 1) for layer in range(count)] if count > 1 else [last / 2] * count
    return tuple(_between(stops[int(place)], stops[min(int(place) + 1, last)], place % 1.0) for place in places)


def _between(one: str, other: str, share: float) -> str:
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)
