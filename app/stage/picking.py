"""Which recorded update lies under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from app.stage.view import View
    from engine import RunPicture

REACH = 8.0  # pixels


def nearest_update(runs: Sequence[RunPicture], view: View, at: QPointF) -> tuple[RunPicture, int] | None:
    """The run and the update whose recorded point is nearest, within REACH pixels; None without any."""
    x, y = view.at(at)
    reach_x, reach_y = REACH / view.x_scale, REACH / -view.y_scale
    best, found = REACH**2, None
    for run in runs:
        if not run.visible:
            continue
        history = run.history
        kept = history.early.shape[1]
        for first, (xs, ys) in ((0, history.path(0, kept)), (kept, history.path(kept))):
            beside = np.flatnonzero((xs >= x - reach_x) & (xs <= x + reach_x))
            close = beside[np.abs(ys[beside] - y) <= reach_y]
            if not close.size:
                continue
            away = ((xs[close] - x) * view.x_scale) ** 2 + ((ys[close] - y) * view.y_scale) ** 2
            place = int(np.argmin(away))
            if away[place] <= best:
                best, found = float(away[place]), (run, history.path_update(first + int(close[place])))
    return found
