"""One run on one curve: from its history to pieces in pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from app.curves.columns import BLOCK, Columns
from app.curves.curve_catalogue import Curve, Part
from app.curves.ranges import EXPLODED, Extent
from app.curves.samples import Points, Samples
from app.curves.series import Average, Bins, Series
from app.curves.value_sizes import Quantiles, ValueSizes
from app.curves.x_axes import Array, XAxisMapping
from app.plots.axis_type import TINIEST
from app.plots.scale import Scale
from engine import DIVERGED

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture, Tweak


class PixelLine:
    """Bins on their way to the screen: the columns, and the newest value, which is not in them yet."""

    def __init__(self) -> None:
        self.columns = Columns()
        self._tail = math.nan
        self._latest = math.nan

    def update(self, bins: Bins | Points, mapping: XAxisMapping, scale: Scale, pitch: float) -> float:
        """Returns the pixel from which on the line has changed; infinite if nowhere."""
        before = self._tail
        first = self.columns.update(bins, mapping, scale, pitch)
        self._latest = bins.latest
        self._tail = scale.pixel(mapping.place(bins.updates - 1)) if bins.updates else math.nan
        if first == len(self.columns.low) and (self._tail == before or not bins.updates):
            return math.inf
        # The line from the piece before is new, too.
        earlier = self.columns.filled[:first].nonzero()[0]
        return float(self.columns.start[earlier[-1]]) if len(earlier) else -math.inf

    def pieces(self, since: float, y: Scale) -> tuple[Array, Array, Array, Array]:
        """(start, stop, low, high) in pixels of the columns with bins, so that all from `since` on is right.

        They begin with a whole block before that, because a block is drawn in one manner.
        """
        columns = self.columns
        there = columns.filled.nonzero()[0]
        starts = columns.start[there]
        begin = max(int(starts.searchsorted(since)) - 1, 0)
        if begin:
            block = math.floor(starts[begin] / BLOCK) * BLOCK
            begin = int(starts.searchsorted(block))
        there = there[begin:]
        start, stop, low, high = (side[there] for side in (columns.start, columns.stop, columns.low, columns.high))
        if self._tail > (stop[-1] if len(stop) else -np.inf):
            ends = self._tail, self._tail, self._latest, self._latest
            start, stop, low, high = (
                np.append(side, end) for side, end in zip((start, stop, low, high), ends, strict=True)
            )
        if y.log:
            # A column that also holds zero or less goes down as far as there is to go.
            low = np.where((low <= 0.0) & (high > 0.0), TINIEST, low)
        reach = 20.0 * abs(y.end - y.start)
        low, high = (np.minimum(np.maximum(y.pixels(side), -reach), reach) for side in (low, high))
        return start, stop, low, high


class CurveLine:
    """A line of a run's curve: its numbers, the line through them, and a smoothed line if that is asked for."""

    def __init__(self, curve: Curve, part: Part) -> None:
        self.part = part
        self._series: Series | Samples = Samples(part) if part.measure else Series(curve)
        self._average: Average | None = None
        self.raw = PixelLine()
        self.smooth = PixelLine()
        self._sizes = ValueSizes()
        self.run: RunPicture
        self.mapping: XAxisMapping
        self.bins: Bins | Points
        self.strong: Bins | Points
        self._placed: tuple[object, object, object, float] = (None, None, None, 0.0)
        self._extent: tuple[tuple[bool, bool], Extent] | None = None
        self._whole: Bins | Points | None = None
        self._begins = 0
        self._tweaks: tuple[Tweak, ...] = ()
        self._tweak_updates = np.empty(0)

    @property
    def tweak_updates(self) -> Array:
        """(k,): of the run's tweaks, of which there may be a hundred thousand: only what has come is looked through."""
        tweaks, known = self.run.tweaks, len(self._tweaks)
        if tweaks is not self._tweaks:
            if tweaks[:known] != self._tweaks:
                known = 0
            come = [float(tweak.update) for tweak in tweaks[known:]]
            self._tweaks, self._tweak_updates = tweaks, np.append(self._tweak_updates[:known], come)
        return self._tweak_updates

    def pull(self, run: RunPicture, picture: SessionPicture, mapping: XAxisMapping, span: int) -> None:
        """Take the newer picture of the run. span: updates to average over, 0 for none."""
        self.run, self.mapping = run, mapping
        whole, begins = self._series.pull(run, picture), run.begins if self.part.layer is None else 0
        if whole is not self._whole or begins != self._begins:
            self._whole, self._begins = whole, begins
            self.bins = whole.since(begins)
        self.strong = bins = self.bins
        if self._average is None or self._average.span != span:
            self._average = Average(span) if span else None
        if self._average is not None and isinstance(bins, Bins):
            self.strong = self._average.pull(bins)

    def place(self, x: Scale, pitch: float) -> float:
        """Cut the line into columns of the x axis; returns the pixel from which on it has changed."""
        bins, mapping, scale, width = self._placed
        if bins is self.strong and mapping is self.mapping and (scale, width) == (x, pitch):
            return math.inf
        self._placed, self._extent = (self.strong, self.mapping, x, pitch), None
        changed = self.raw.update(self.bins, self.mapping, x, pitch)
        if self._average is not None:
            changed = min(changed, self.smooth.update(self.strong, self.mapping, x, pitch))
        return changed

    @property
    def fresh(self) -> bool:
        """Whether there is something that has not been placed yet."""
        return self._placed[0] is not self.strong

    @property
    def newest(self) -> int:
        """The last update that the run has gone through, or was measured at; -1 before the first."""
        return max(self.run.history.updates, self.bins.updates) - 1

    @property
    def reach(self) -> float:
        """How far along the x axis the run has come."""
        return self.mapping.place(self.run.history.updates)

    @property
    def end(self) -> float:
        """Where on the x axis the newest value is."""
        return self.mapping.place(self.bins.updates - 1) if self.bins.updates else 0.0

    @property
    def first(self) -> float:
        bins = self.bins
        return float(bins.last[bins.begin]) if bins.begin < bins.count else bins.latest

    @property
    def branching(self) -> tuple[int, float] | None:
        """Where a branch begins to be drawn, and its value there; None of a run that is drawn from its start."""
        if not self._begins or self._begins >= self.bins.updates:
            return None
        at = self.bins.held(self._begins)
        return at, self.strong.value(at)

    @property
    def diverged(self) -> bool:
        return self.run.status == DIVERGED

    def value(self, update: int) -> tuple[int, float]:
        """The value at an update, and the update to which it belongs; NaN where there is none, or it is not drawn."""
        known = self._begins <= update <= self.newest
        return self.bins.held(update), self.strong.value(update) if known else math.nan

    @property
    def reaches_zero(self) -> bool:
        """Whether any value that is recorded is zero or less."""
        return self._sizes.reaches_zero(self.bins)

    @property
    def sizes(self) -> Quantiles | None:
        """How large the values are that are recorded; None if there is nothing but zero."""
        return self._sizes.quantiles(self.bins)

    def numbers(self) -> tuple[Array, Array]:
        """Every x (n,) and y (n,) that is recorded and drawn, smoothed if the line is."""
        bins = self.strong
        updates, values = bins.at[bins.begin :], bins.last[bins.begin :]
        if bins.updates and (not len(updates) or updates[-1] < bins.updates - 1):
            updates, values = np.append(updates, bins.updates - 1), np.append(values, bins.latest)
        return self.mapping.at(updates), values

    def extent(self, x: Scale, log: bool) -> Extent:
        """The least and the most within the x axis; NaN without any; positive numbers only for a log axis."""
        if self._extent is None or self._extent[0] != (log, self.diverged):
            self._extent = (log, self.diverged), self._found_extent(x, log)
        return self._extent[1]

    def _found_extent(self, x: Scale, log: bool) -> Extent:
        lines = [self.raw, self.smooth] if self._average is not None else [self.raw]
        low = np.concatenate([line.columns.low[1:-1] for line in lines])
        high = np.concatenate([line.columns.high[1:-1] for line in lines])
        least, most = np.fmin.reduce(low, initial=np.inf), np.fmax.reduce(high, initial=-np.inf)
        if not math.isfinite(least) or not math.isfinite(most):
            least = low.min(where=np.isfinite(low), initial=np.inf)
            most = high.max(where=np.isfinite(high), initial=-np.inf)
        if log and least <= 0.0:
            low = np.where(low > 0.0, low, high)
            least = low.min(where=np.isfinite(low) & (low > 0.0), initial=np.inf)
        latest = self.bins.latest
        if x.low <= self.end <= x.high and math.isfinite(latest) and (latest > 0.0 or not log):
            least, most = min(least, latest), max(most, latest)
        if not least <= most:
            least = most = math.nan
        usual, largest = abs(self.first), max(abs(least), abs(most))
        if largest > EXPLODED * max(usual, 1.0):  # else nobody asks
            sizes = np.abs(high[np.isfinite(high)])
            usual = float(np.median(sizes)) if len(sizes) else largest
        return Extent(float(least), float(most), self.first, latest, self.diverged, usual)

    @property
    def not_positive(self) -> bool:
        """Whether something within the x axis cannot be shown on a log axis."""
        return bool((self.raw.columns.low[1:-1] <= 0.0).any() or self.bins.latest <= 0.0)
