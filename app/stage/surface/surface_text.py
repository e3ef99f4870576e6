"""The surface in words: tooltips, and a description for screen readers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.look.number_format import number
from app.stage import overlay

if TYPE_CHECKING:
    from app.stage.view import View
    from engine import RunPicture, SurfaceInfo

REACH = 12.0  # pixels around a glyph that belong to it
STATIONARY_KINDS = {
    "saddle": "Saddle point",
    "local-min": "Local minimum",
    "local-max": "Local maximum",
    "degenerate": "Degenerate stationary point",
}
START = "The start of every run: drag it, click elsewhere, or press Ctrl + arrow keys (with Shift: finely)"


def tip(
    at: QPointF,
    view: View,
    runs: Sequence[RunPicture],
    start: tuple[float, float] | None,
    surface_info: SurfaceInfo | None,
    value: Callable[[float, float], float],
) -> str:
    """What is under the pointer; nothing if that is only the surface."""

    def near(x: float, y: float) -> bool:
        away = view.point(x, y) - at
        return math.hypot(away.x(), away.y()) <= REACH

    for run in runs:
        if run.visible and near(*overlay.position(run)):
            return f"{run.name}, update {run.shown.update:,}, loss {number(run.shown.loss, 6)}"
    if start is not None and near(*start):
        return START
    if surface_info is None:
        return ""
    known = [("Global minimum", *point) for point in surface_info.minima]
    known += [(STATIONARY_KINDS[kind], x, y) for kind, x, y in surface_info.stationary]
    for title, x, y in known:
        if near(x, y):
            return f"{title} ({number(x, 6)}, {number(y, 6)}), f = {number(value(x, y), 6)}"
    return ""


def description(
    view: View, runs: Sequence[RunPicture], start: tuple[float, float] | None, surface_info: SurfaceInfo | None
) -> str:
    """Where everything is."""
    parts = []
    if surface_info is not None:
        parts.append(
            f"{surface_info.title}. {surface_info.axes[0]} from {number(view.x0)} to {number(view.x1)}, "
            f"{surface_info.axes[1]} from {number(view.y0)} to {number(view.y1)}."
        )
    if start is not None:
        parts.append(f"Start ({number(start[0])}, {number(start[1])}).")
    for run in runs:
        if run.visible:
            x, y = overlay.position(run)
            parts.append(
                f"{run.name}: {run.status}, update {run.shown.update}, {overlay.whose(run)}at ({number(x)}, "
                f"{number(y)}), loss {number(run.shown.loss)}."
            )
    return " ".join(parts)
