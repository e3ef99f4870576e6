"""Which runs of the published pictures belong in the library: those that have ended, and those that are pinned."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.workers.published import Published
from engine import DIVERGED, FINISHED, Experiment, RunPicture, RunSettings, SessionPicture, Tweak

REST_SECONDS = 1.0  # what a hand has changed comes to an end anew; if it is changed sooner, it was passed over
_ENDED = (FINISHED, DIVERGED)


@dataclass(frozen=True, slots=True)
class StandingRun:
    """A run that stands where it has ended, or where it is pinned. seconds: of its own computation, NaN if unknown."""

    picture: SessionPicture
    run: RunPicture
    seconds: float = math.nan


@dataclass(frozen=True, slots=True)
class _Place:
    """What tells whether a run stands where it stood."""

    initial: RunSettings
    tweaks: int
    last: Tweak | None
    task: object
    update: int
    status: str

    @classmethod
    def of(cls, experiment: Experiment, run: RunPicture) -> _Place:
        tweaks = run.tweaks
        last = tweaks[-1] if tweaks else None
        return cls(run.initial, len(tweaks), last, experiment.problem, run.update, run.status)

    @property
    def record(self) -> tuple[object, ...]:
        return self.initial, self.tweaks, self.last, self.task


@dataclass(slots=True)
class _Candidate:
    """passed_over: whether it is dropped if it is changed before it has rested."""

    standing: StandingRun
    place: _Place
    since: float
    passed_over: bool


class FinishedRuns:
    """Looks at what is published, as often as it is; a run is handed out once it has stood still for a while, or as it
    was when it is changed before: unless it ended because it was computed again after a change, as while a slider is
    dragged.
    """

    def __init__(self) -> None:
        self._seen: Published | None = None
        self._document = 0
        self._waiting: dict[str, _Candidate] = {}
        self._taken: dict[str, _Place] = {}
        self._places: dict[str, _Place] = {}  # where each run stood when it was last looked at
        self._retraced: set[str] = set()  # the runs that were changed while nothing played, and have not gone on since

    def look(self, published: Published, now: float) -> list[StandingRun]:
        """The runs that are to be kept now. now: in seconds."""
        due = list(self._compare(published, now)) if published is not self._seen else []
        for id in [id for id, waits in self._waiting.items() if now - waits.since >= REST_SECONDS]:
            due.append(self._take(id))
        return due

    def flush(self) -> list[StandingRun]:
        """The runs that wait; they will not be handed out again."""
        return [self._take(id) for id in list(self._waiting)]

    def _compare(self, published: Published, now: float) -> Iterator[StandingRun]:
        """Take in a new picture. What goes away with its document, or back to its start, is handed out at once."""
        picture, self._seen = published.picture, published
        if published.document != self._document:
            yield from self.flush()
            self._document = published.document
            self._taken.clear()
            self._places.clear()
            self._retraced.clear()
        runs = {run.id: run for run in picture.runs}
        for id in [id for id in self._waiting if id not in runs]:
            yield self._take(id)
        for id, run in runs.items():
            waits = self._waiting.get(id)
            counts = run.status in _ENDED or (run.settings.pinned and run.update > 0)
            place = _Place.of(picture.experiment, run)
            self._note_change(published, id, place)
            if waits is None and not counts:
                continue
            if waits is not None and place != waits.place:
                is_reset = place.record == waits.place.record and place.update < waits.place.update
                if is_reset or not waits.passed_over:
                    yield self._take(id)
                else:  # it goes on, or a hand has passed it over
                    del self._waiting[id]
            if counts and self._taken.get(id) != place and run.shown.update == run.update:
                before = self._waiting.get(id)
                since = before.since if before is not None else now
                standing = StandingRun(picture, run, _seconds(published, run))
                passed_over = place.status not in _ENDED or id in self._retraced
                self._waiting[id] = _Candidate(standing, place, since, passed_over)

    def _note_change(self, published: Published, id: str, place: _Place) -> None:
        """Whether it comes to its next end because it was changed, or by itself."""
        before = self._places.get(id)
        self._places[id] = place
        if published.playing or (published.replaying is None and place.status not in _ENDED):
            self._retraced.discard(id)
        elif before is not None and before.record != place.record:
            self._retraced.add(id)

    def _take(self, id: str) -> StandingRun:
        waits = self._waiting.pop(id)
        self._taken[id] = waits.place
        return waits.standing


def _seconds(published: Published, run: RunPicture) -> float:
    """What the computation of a run has taken up to where it stands."""
    if run.id not in published.clocks:
        return math.nan
    updates, seconds = published.clocks[run.id]
    return float(np.interp(run.update, updates, seconds)) if len(updates) else math.nan
