"""The pace of training: how many updates the next chunk takes."""

from __future__ import annotations

CHUNK_SECONDS = 0.016  # at full speed: one a frame, for each has to wait until the window lets Python go on
FIRST_CHUNK = 64
LARGEST_CHUNK = 2_000_000
LONGEST_TICK = 0.1  # seconds; updates that a longer stall has missed are not caught up
FRAME_MILLISECONDS = 1000 / 60
MAX_SPEED = 0.0  # the speed that means: as fast as it goes
_RATE_WEIGHT = 0.1  # of the newest chunk in the running mean of the rate


class Pace:
    """Updates per chunk, at full speed or at a chosen number per second.

    rate: updates per second, a running mean over the chunks of a run that plays.
    """

    def __init__(self) -> None:
        self.chunk = FIRST_CHUNK
        self.rate = 0.0
        self._speed = MAX_SPEED
        self._owed = 0.0
        self._worked = self._work_seconds = 0.0

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._speed = speed
        self._owed = 0.0

    @property
    def interval(self) -> int:
        """Milliseconds between two ticks; 0 is at once."""
        if self._speed == MAX_SPEED:
            return 0
        return max(1, round(min(1000 / self._speed, FRAME_MILLISECONDS)))

    @property
    def reached_rate(self) -> float:
        """Updates per second as shown: no more than the chosen speed."""
        return self.rate if self._speed == MAX_SPEED else min(self.rate, self._speed)

    @property
    def run_rate(self) -> float:
        """Updates per second of all runs together at full speed, as measured of late; 0 if nothing was."""
        return self._worked / self._work_seconds if self._work_seconds > 0.0 else 0.0

    def start(self) -> None:
        """Begin to play: nothing is owed for the time before."""
        self._owed = 0.0

    def due(self, passed: float) -> int:
        """How many updates to take now, `passed` seconds after the last call."""
        if self._speed == MAX_SPEED:
            return self.chunk
        self._owed += min(passed, LONGEST_TICK) * self._speed
        updates = min(int(self._owed), self.chunk)
        self._owed -= min(int(self._owed), 2 * updates)
        return updates

    def note_work(self, updates: int, spent: float) -> None:
        """Count so many updates of all runs together, whether they were new or a replay; older ones count for less."""
        self._worked += updates - _RATE_WEIGHT * self._worked
        self._work_seconds += spent - _RATE_WEIGHT * self._work_seconds

    def note_rate(self, updates: int, spent: float) -> None:
        """Average in the rate of a chunk."""
        if spent > 0.0:
            self.rate += _RATE_WEIGHT * (updates / max(spent, 1e-9) - self.rate)

    def adapt(self, spent: float) -> None:
        """Bring the next full chunk nearer to its intended duration, by at most a factor of 4."""
        factor = CHUNK_SECONDS / max(spent, 1e-6)
        self.chunk = int(min(max(self.chunk * min(max(factor, 0.25), 4.0), 1), LARGEST_CHUNK))

    def begin_again(self) -> None:
        """Begin another race, perhaps on a problem that takes longer."""
        self._worked = self._work_seconds = 0.0
