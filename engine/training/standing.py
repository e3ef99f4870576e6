"""Measures of runs where they stand, in a pause or at the end: shown, but no part of the record.

The record is taken at updates that follow from counted work alone, so that a replay takes the same. In between a run
may stand for long, far from the last of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.interruption import Pieces
from engine.training.machine import Machine
from engine.training.run import Run

Array = np.ndarray


@dataclass(slots=True)
class _Measurement:
    """The measurement of a machine as it is: its pieces, and the values of the whole once they are known."""

    machine: Machine
    update: int
    changes: int
    pieces: Pieces[tuple[Array, Array | None]]
    values: Array | None = None

    def fits(self, machine: Machine) -> bool:
        return machine is self.machine and (machine.update, machine.changes) == (self.update, self.changes)


class StandingMeasures:
    """What was measured of each run where it stands; of one that has moved on it is forgotten."""

    def __init__(self) -> None:
        self._found: dict[str, _Measurement] = {}

    def values(self, run: Run) -> Array | None:
        """The measures of the whole of a run at its update; None where the record has them or they are unknown."""
        found = self._found.get(run.settings.id)
        return found.values if found is not None and found.fits(run.machine) and _is_lacking(run) else None

    def lacks(self, runs: Iterable[Run]) -> bool:
        """Whether any run stands where nothing was measured."""
        return any(_is_lacking(run) and self.values(run) is None for run in runs)

    def measure(self, runs: Iterable[Run]) -> bool:
        """Measure where that is lacking; False if it was interrupted."""
        kept, done = {}, True
        for run in runs:
            if _is_lacking(run):
                kept[run.settings.id] = found = self._begun(run)
                done = _go_on(found) and done
        self._found = kept
        return done

    def _begun(self, run: Run) -> _Measurement:
        found, machine = self._found.get(run.settings.id), run.machine
        if found is not None and found.fits(machine):
            return found
        return _Measurement(machine, machine.update, machine.changes, machine.measured(layers=False))


def _go_on(found: _Measurement) -> bool:
    """Go on with a measurement; whether it is done."""
    if found.values is None:
        try:
            next(found.pieces)
        except StopIteration as end:
            found.values = end.value[0]
    return found.values is not None


def _is_lacking(run: Run) -> bool:
    """Whether the record has nothing of where a run stands; one that has diverged has no numbers that count."""
    return (
        bool(run.problem.subject.measures)
        and run.settled
        and run.diagnosis is None
        and run.measures.last_at < run.update
    )
