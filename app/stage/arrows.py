"""The arrows of the selected run: downhill, momentum, and the step it really takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from app.stage.view import View
    from engine import Peek

SHORTEST, LONGEST = 22.0, 110.0

LENGTHS = "Direction true on the screen; length: log-scaled."


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the arrows: its key, the label of its button, its tooltip and colour."""

    key: str
    label: str
    help: str
    colour: str


KINDS = (
    Kind("gradient", "−∇f", f"Downhill: minus the gradient the optimizer is given. {LENGTHS}", "#ffd166"),
    Kind("momentum", "−m", f"Momentum: minus the optimizer's mean of past gradients. {LENGTHS}", "#ff8fd0"),
    Kind("step", "Δθ", f"The step that the run takes next. {LENGTHS}", "#ffffff"),
)


def vector(peek: Peek, kind: str) -> np.ndarray | None:
    """The (2,) vector of an arrow in the coordinates of the plane; None if the run has none."""
    if kind == "gradient":
        return -peek.gradient
    if kind == "step":
        return peek.step
    momentum = momentum_of(peek.slots)
    return None if momentum is None else -momentum


def momentum_of(slots: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """The running sum or mean of gradients among an optimizer's slots, by the names the engine gives it.

    buf where it has one, else m; v is a velocity only if it stands alone, beside others it is the mean of g².
    """
    for name in ("buf", "m"):
        if name in slots:
            return slots[name]
    return slots["v"] if tuple(slots) == ("v",) else None


def shape(values: np.ndarray, kind: str, view: View) -> tuple[QPointF, float] | None:
    """(unit direction, length) on the screen; None for a vector that is zero or not finite.

    The length of a step grows with the pixels it covers, that of a gradient with its norm: six
    decades of it fill the range.
    """
    across, down = float(values[0]) * view.x_scale, float(values[1]) * view.y_scale
    pixels, norm = math.hypot(across, down), math.hypot(float(values[0]), float(values[1]))
    if not (0.0 < pixels < math.inf and norm > 0.0):
        return None
    decades = math.log10(pixels if kind == "step" else norm) + 3.0
    length = SHORTEST + (LONGEST - SHORTEST) * min(max(decades / 6.0, 0.0), 1.0)
    return QPointF(across / pixels, down / pixels), length
