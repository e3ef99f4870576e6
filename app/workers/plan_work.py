"""A plan worked off: its trials in all stages, with what is known kept, and how long the rest may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.workers.crew import Crew
from engine import Plan, Summary, Trial, run_trials


def work_off(
    plan: Plan, crew: Crew, known: dict[str, Summary], stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Trial, Summary]]:
    """The trials of a plan that are not yet known, as they are finished; each is added to `known`.

    Raises SettingError where no workers can be reached, or none stays.
    """
    while not stopped() and not plan.is_finished(known):
        for one, summary in run_trials(plan.trials(known), crew, frozenset(known), stopped):
            known[one.key] = summary
            yield one, summary


@dataclass(slots=True)
class Pace:
    """How fast trials are finished, since it was made."""

    began: float = field(default_factory=time.monotonic)
    done: int = 0

    def left(self, trials: int) -> str:
        """About how long so many trials take, in words; empty while that is not known."""
        if not self.done:
            return ""
        seconds = (time.monotonic() - self.began) / self.done * trials
        for unit, length in (("h", 3600.0), ("min", 60.0)):
            if seconds >= 1.5 * length:
                return f"about {seconds / length:.0f} {unit} left"
        return f"about {max(seconds, 1.0):.0f} s left"
