"""The arrows of the selected run: downhill, momentum, and the step it really takes."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from engine import OPTIMIZERS

if TYPE_CHECKING:
    import numpy as np

    from app.stage.view import View
    from engine import Peek

SHORTEST, LONGEST = 22.0, 110.0

LENGTHS = "Direction true on the screen, in 3-D along the surface; length: log-scaled."


@dataclass(frozen=True, slots=True)
class ArrowKind:
    """One of the arrows: its key, the label of its button, its tooltip and colour."""

    key: str
    label: str
    help: str
    colour: str


ARROW_KINDS = (
    ArrowKind("gradient", "−∇f", f"Downhill: minus the gradient the optimizer is given. {LENGTHS}", "#ffd166"),
    ArrowKind("momentum", "−m", f"Momentum: minus what the optimizer keeps of past gradients. {LENGTHS}", "#ff8fd0"),
    ArrowKind("step", "Δθ", f"The step that the run takes next. {LENGTHS}", "#ffffff"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Arrow:
    """An arrow of a run: its (2,) vector in the plane; from above its unit direction and length, in pixels."""

    values: np.ndarray
    direction: QPointF
    length: float
    colour: QColor


def arrows_of(peek: Peek, shown: Collection[str], view: View) -> list[Arrow]:
    """The arrows of these kinds, the longest first, so that none hides another of the same direction."""
    found = []
    for kind in ARROW_KINDS:
        values = vector(peek, kind.key) if kind.key in shown else None
        if values is not None and (seen := shape(values, kind.key, view)) is not None:
            found.append(Arrow(values, *seen, QColor(kind.colour)))
    return sorted(found, key=lambda arrow: -arrow.length)


def vector(peek: Peek, kind: str) -> np.ndarray | None:
    """The (2,) vector of an arrow in the coordinates of the plane; None if the run has none."""
    if kind == "gradient":
        return -peek.gradient
    if kind == "step":
        return peek.step
    return momentum(peek)


def momentum(peek: Peek) -> np.ndarray | None:
    """Minus what the run remembers of past gradients; None if it keeps nothing of them."""
    chosen = peek.settings.optimizer
    slot = OPTIMIZERS[chosen.kind].momentum
    return -peek.slots[slot] if slot and chosen.values.get("momentum") != 0.0 else None


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
