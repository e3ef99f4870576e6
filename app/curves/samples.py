"""The measured values of one run, which are taken now and then and brought up to date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from app.curves.curve_catalogue import Part
from app.curves.x_axes import Array

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Values at some updates, joined by straight lines: the same face as `Bins`.

    at, last: (count,), at rising; last is NaN where there was nothing to measure. source: while it is the same
    object, points are only added. begin: the first point that is drawn.
    """

    source: object
    at: Array
    last: Array
    begin: int = 0
    even: ClassVar[bool] = False

    @property
    def low(self) -> Array:
        return self.last

    @property
    def high(self) -> Array:
        return self.last

    @property
    def count(self) -> int:
        return len(self.last)

    @property
    def updates(self) -> int:
        """The number of updates up to the newest point, and with it."""
        return int(self.at[-1]) + 1 if self.count else 0

    @property
    def latest(self) -> float:
        return float(self.last[-1]) if self.count else np.nan

    def since(self, update: int) -> Points:
        """The same, drawn from the last point on that is not after an update."""
        return replace(self, begin=max(int(self.at.searchsorted(update, "right")) - 1, 0)) if update else self

    def reaching(self, updates: Array) -> Array:
        """The first point at each of some updates or after it."""
        return self.at.searchsorted(updates)

    def ends(self, places: Array) -> tuple[Array, Array]:
        """The first and the last update of some points, which are the same."""
        found = self.at[places]
        return found, found

    def held(self, update: int) -> int:
        """The update of the last point that is not after this one; itself before the first."""
        place = int(self.at.searchsorted(update, "right")) - 1
        return int(self.at[place]) if place >= 0 else update

    def value(self, update: int) -> float:
        """The value of that point; NaN without one."""
        place = int(self.at.searchsorted(update, "right")) - 1
        return float(self.last[place]) if place >= 0 else np.nan


_NONE = Points(object(), np.empty(0), np.empty(0))


class Samples:
    """One measure's Points for one run; the engine keeps it among others, here it lies by itself."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._table: object = None
        self._values = np.empty(0)
        self._points = _NONE
        self._standing: tuple[Points, Array, Points] | None = None

    def pull(self, run: RunPicture, picture: SessionPicture) -> Points:
        """The same object as before if nothing was measured since; where the run stands still, with a point there. None
        of a run of which this is not measured.
        """
        measures = run.measures
        if self._part.measure not in (measures.names if self._part.layer is None else measures.layer_names):
            return _NONE
        points = self._pull_record(run)
        if run.standing is None or self._part.layer is not None:
            self._standing = None
            return points
        if self._standing is None or self._standing[0] is not points or self._standing[1] is not run.standing:
            value = run.standing[run.measures.names.index(self._part.measure)]
            with_it = Points(object(), np.append(points.at, run.update), np.append(points.last, value))
            self._standing = points, run.standing, with_it
        return self._standing[2]

    def _pull_record(self, run: RunPicture) -> Points:
        """What was measured while the run moved."""
        before = self._points
        at, column = run.measures.series(self._part.measure, self._part.layer)
        count, known = len(at), before.count
        table = at if at.base is None else at.base
        if table is self._table and count == known:
            return before
        source = before.source
        if table is not self._table and not (_begins(at, before.at) and _begins(column, before.last)):
            known, source, self._values = 0, object(), np.empty(0)
        self._table = table
        if count > len(self._values):
            # Points that were handed out keep the old one.
            self._values = np.concatenate((self._values[:known], np.empty(max(256, 2 * count) - known)))
        self._values[known:count] = column[known:]
        self._points = Points(source, at, self._values[:count])
        return self._points


def _begins(whole: Array, part: Array) -> bool:
    """Whether one begins with the other."""
    return np.array_equal(whole[: len(part)], part, equal_nan=True)
