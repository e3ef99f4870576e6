"""Runs projected onto a plane through the parameters, in the form in which a surface paints its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from app.stage.overlay import live
from app.stage.paths import X, Y
from app.stage.picking import nearest_update
from engine import COLUMNS, HistoryView

if TYPE_CHECKING:
    from app.stage.view import View
    from engine import LossSlice, Problem, RunPicture

Array = np.ndarray


class ProjectedRuns:
    """The visible runs of the newest picture, with places in the plane of a patch in place of theta.

    A bin of their histories is a point of the trail. runs: as they are drawn.
    """

    def __init__(self, patch: LossSlice) -> None:
        self.patch = patch
        self.runs: tuple[RunPicture, ...] = ()
        plane = patch.plane
        self._directions = np.stack([plane.first, plane.second])
        self._middle = self._directions @ plane.origin
        self._whole = {id: _history(path.places) for id, path in patch.paths.items()}
        self._but_last = {id: _history(path.places[:-1]) for id, path in patch.paths.items() if len(path.places) > 1}

    def fits(self, problem: Problem) -> bool:
        """Whether the plane is one of this problem's parameters: each means the same."""
        return self.patch.problem.task.layout == problem.task.layout

    def follow(self, runs: Sequence[RunPicture]) -> None:
        """Take the newest pictures of the runs; one that has taken other parameters meanwhile has no place here."""
        paths, fits = self.patch.paths, self.fits
        self.runs = tuple(
            self._projected(run) for run in runs if run.visible and run.id in paths and fits(run.shown.problem)
        )

    def place(self, theta: Array) -> tuple[float, float]:
        """The point of the plane that is nearest to theta (n,)."""
        x, y = self._directions @ theta - self._middle
        return float(x), float(y)

    def bests(self) -> list[tuple[RunPicture, float, float]]:
        """Where each run had the lowest value of what is watched, if that was not its start."""
        return [(run, *self.place(run.best.theta)) for run in self.runs if run.best is not None and run.best.update]

    def start(self) -> tuple[float, float] | None:
        """Where the runs began."""
        for run in self.runs:
            x, y = self.patch.paths[run.id].places[0]
            return float(x), float(y)
        return None

    def at(self, update: int) -> list[tuple[RunPicture, float, float]]:
        """Where each run was about an update: between the points of its trail, where it ended if it is over."""
        found = []
        for run in self.runs:
            path = self.patch.paths[run.id]
            x, y = (float(np.interp(update, path.updates, path.places[:, axis])) for axis in range(2))
            found.append((run, x, y))
        return found

    def nearest(self, view: View, at: QPointF) -> tuple[RunPicture, int, float, int] | None:
        """The run, the update, the loss and the update it was measured at of the point of a trail under the pointer."""
        found = nearest_update([self._drawn_whole(run) for run in self.runs], view, at)
        if found is None:
            return None
        run, row = found
        path = self.patch.paths[run.id]
        measured = np.flatnonzero(np.isfinite(path.losses[: row + 1]))
        last = int(measured[-1]) if measured.size else row
        return run, int(path.updates[row]), float(path.losses[last]), int(path.updates[last])

    def _projected(self, run: RunPicture) -> RunPicture:
        """The run with the path that ink grows on: while it goes on, its last point will not stay one of the trail."""
        average = run.shown.average
        shown = replace(
            run.shown,
            theta=np.array(self.place(run.shown.theta)),
            average=None if average is None else np.array(self.place(average)),
        )
        kept = self._but_last if live(run) and run.id in self._but_last else self._whole
        return replace(run, shown=shown, history=kept[run.id], begins=self._begins(run))

    def _begins(self, run: RunPicture) -> int:
        """The point of the trail from which on a branch is drawn: the last that it shares."""
        updates = self.patch.paths[run.id].updates
        return max(int(np.searchsorted(updates, run.begins, "right")) - 1, 0)

    def _drawn_whole(self, run: RunPicture) -> RunPicture:
        return replace(run, history=self._whole[run.id])


def _history(places: Array) -> HistoryView:
    last = np.zeros((len(COLUMNS), len(places)))
    last[X], last[Y] = places.T
    return HistoryView(1, len(places), len(places), last, last, last, ())
