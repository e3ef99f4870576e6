"""Plays an episode at a chosen speed, and takes up the newest one when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine import Episode

HELD = 0.8  # seconds at the end of an episode
PATIENCE = 6.0  # seconds after which a newer policy takes over


class Player:
    """at: where in the episode, from 0 to its length; update: of the policy that plays it."""

    def __init__(self) -> None:
        self.episode: Episode | None = None
        self.update = 0
        self.at = 0.0
        self._held = self._played = 0.0
        self._next: tuple[Episode, int] | None = None

    def offer(self, episode: Episode, update: int) -> None:
        """Play this one next; at once if there is none."""
        self._next = episode, update
        if self.episode is None:
            self._begin()

    def clear(self) -> None:
        """Forget everything: another problem follows."""
        self.episode = self._next = None
        self.at = self._held = self._played = 0.0

    def begin_again(self) -> None:
        """Take up the newest episode from its beginning."""
        self._begin()

    def take_newest(self) -> None:
        """Exchange the episode for the newest one, at the same step if it is long enough."""
        at = self.at
        self._begin()
        if self.episode is not None:
            self.at = min(float(int(at)), float(self.episode.length))

    def go_on(self, seconds: float, rate: float) -> bool:
        """Let time pass, at so many steps a second; whether anything has changed."""
        if self.episode is None:
            return False
        length = float(self.episode.length)
        self._played += seconds
        if self._played > PATIENCE and self._next is not None and self._next[1] != self.update:
            self._begin()
            return True
        if self.at < length:
            self.at = min(self.at + seconds * rate, length)
            return True
        self._held += seconds
        if self._held < HELD:
            return False
        self._begin()
        return True

    @property
    def step(self) -> int:
        """The state that was reached last, 0 at the beginning."""
        return int(self.at)

    def _begin(self) -> None:
        if self._next is not None:
            self.episode, self.update = self._next
        self.at = self._held = self._played = 0.0
