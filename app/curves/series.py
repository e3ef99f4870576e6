"""The numbers of one curve of one run, brought up to date bin by bin as the run goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from app.curves.curve_catalogue import Curve
from app.curves.x_axes import Array
from engine import COLUMNS, smooth

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture


@dataclass(frozen=True, slots=True)
class Bins:
    """A curve's values. Bin i covers the updates i * width to (i + 1) * width - 1.

    last, low, high: (count,). latest: the value at update `updates - 1`, which may be after the last bin.
    source: what the bins were made from; while it is the same object, bins are only added. begin: the first bin that is
    drawn. even: where a bin lies does not depend on how many there are.
    """

    source: object
    width: int
    updates: int
    last: Array
    low: Array
    high: Array
    latest: float
    begin: int = 0
    even: ClassVar[bool] = True

    @property
    def count(self) -> int:
        return len(self.last)

    @property
    def at(self) -> Array:
        """The update to which each bin's `last` belongs, (count,)."""
        return (np.arange(self.count) + 1) * self.width - 1

    def since(self, update: int) -> Bins:
        """The same, drawn from the bin of an update on."""
        return replace(self, begin=min(update // self.width, self.count)) if update else self

    def reaching(self, updates: Array) -> Array:
        """The first bin whose last update is at each of some updates or after it."""
        # Beyond any count an int64 would overflow.
        return np.clip(np.ceil((updates + 1.0) / self.width - 1.0), -1, 1e15).astype(np.int64)

    def ends(self, places: Array) -> tuple[Array, Array]:
        """The first and the last update of some bins."""
        return places * self.width, (places + 1) * self.width - 1

    def held(self, update: int) -> int:
        """The update to which the value shown at an update belongs."""
        return update

    def value(self, update: float) -> float:
        """The value at an update (of the last update of its bin); NaN where there is none."""
        if not 0 <= update <= self.updates - 1:
            return np.nan
        place = int(update) // self.width
        return float(self.last[place]) if place < self.count else self.latest


class Series:
    """A curve's Bins for one run; a curve made of several columns is kept here, and only added to."""

    def __init__(self, curve: Curve) -> None:
        self._curve = curve
        self._made = np.empty((3, 0))
        self._source: object = None
        self._count = 0

    def pull(self, run: RunPicture, picture: SessionPicture) -> Bins:
        history = run.history
        columns = [history.column(name) for name in self._curve.columns]
        if self._curve.combine is None:
            last, low, high = columns[0]
            latest = history.latest[COLUMNS.index(self._curve.columns[0])] if history.updates else np.nan
            return Bins(history.last, history.width, history.updates, last, low, high, latest)
        if self._source is not history.last or history.count < self._count:
            self._source, self._count = history.last, 0
            self._made = np.empty((3, history.last.shape[1]))
        with np.errstate(all="ignore"):
            fresh = [tuple(part[self._count :] for part in column) for column in columns]
            self._made[:, self._count : history.count] = self._curve.combine(fresh, picture)  # type: ignore[arg-type]
            self._count = history.count
            latest = self._latest(run, picture)
        last, low, high = self._made[:, : history.count]
        return Bins(history.last, history.width, history.updates, last, low, high, latest)

    def _latest(self, run: RunPicture, picture: SessionPicture) -> float:
        assert self._curve.combine is not None
        if not run.history.updates:
            return np.nan
        rows = [np.array([run.history.latest[COLUMNS.index(name)]]) for name in self._curve.columns]
        return float(self._curve.combine([(row, row, row) for row in rows], picture)[0][0])


class Average:
    """The debiased exponential moving average of a curve over about `span` updates.

    A bin of `width` updates counts as its last value with the weight of so many updates, so the
    average lags equally before and after bins merge.
    """

    def __init__(self, span: int) -> None:
        self.span = span
        self._source: object = None
        self._values = np.empty(0)
        self._state = np.zeros(2)
        self._count = 0

    def pull(self, bins: Bins) -> Bins:
        if self._source is not bins.source or bins.count < self._count:
            self._source, self._count = bins.source, 0
            self._state = np.zeros(2)
        if len(self._values) < bins.count or not self._count:
            grown = np.empty(max(1024, 2 * bins.count))
            grown[: self._count] = self._values[: self._count]
            self._values = grown
        weight = 1.0 - 1.0 / self.span
        fresh = np.ascontiguousarray(bins.last[self._count :])
        self._values[self._count : bins.count] = smooth(fresh, weight**bins.width, self._state)
        self._count = bins.count
        rest = bins.updates - bins.count * bins.width
        latest = bins.latest
        if rest:
            latest = float(smooth(np.array([bins.latest]), weight**rest, self._state.copy())[0])
        elif bins.count:
            latest = float(self._values[bins.count - 1])
        values = self._values[: bins.count]
        return replace(bins, last=values, low=values, high=values, latest=latest)
