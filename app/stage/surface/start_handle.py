"""The start marker as the hand sees it: where it is, who holds it, whether the keyboard is on it."""

from __future__ import annotations

FRAMES = 30  # how long a start that was placed here waits to be confirmed by a picture

Point = tuple[float, float]


class StartHandle:
    """Stands where the experiment has the start, except while it is held or has just been put down."""

    def __init__(self) -> None:
        self.gripped = False
        self.focused = False
        self._known: Point | None = None
        self._held: Point | None = None
        self._frames = 0

    @property
    def point(self) -> Point | None:
        return self._held if self._held is not None else self._known

    def grip(self) -> None:
        """The hand takes hold of it."""
        self.gripped = self.focused = True
        self._held = self.point

    def hold(self, point: Point) -> None:
        """It is at a point until the experiment follows, or does not."""
        self._held, self._frames = point, FRAMES

    def release(self) -> None:
        self.gripped = False

    def confirm(self, known: Point) -> None:
        """A picture of the experiment has its start here."""
        self._frames -= 1
        if not self.gripped and (known != self._known or self._frames < 0):
            self._held = None
        self._known = known
