"""Base class of the stages: what the window and the stage of any kind of problem tell each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.loss_grids import LossGrid
    from engine import LossSlice, Problem, Query, SessionPicture, SliceRequest, Snapshot


class StageCommand(NamedTuple):
    """A command of a stage in a menu: its name, its text, what it does, and its keys."""

    name: str
    text: str
    act: Callable[[], object]
    keys: str = ""


class Stage(QWidget):
    """Pulls immutable pictures, snapshots, slices and grids, and shows them. It never changes the session.

    KIND: the key of the kind of problem that it is for. wanted_changed: `queries` or `plane_wanted` tells something
    new. grid_wanted(x0, x1, y0, y1, columns, rows): it needs the loss there, of a problem with two parameters. edited:
    a mapping of settings of the problem; settled: that gesture is over; begun: play, if nothing has run yet.
    parameter_edited: run, place in theta and value. cursor_moved: the update under the pointer, or None.
    """

    KIND: ClassVar[str] = ""

    wanted_changed = Signal()
    grid_wanted = Signal(float, float, float, float, int, int)
    edited = Signal(object)
    settled = Signal()
    begun = Signal()
    parameter_edited = Signal(str, int, float)
    cursor_moved = Signal(object)
    export_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Stage")
        self.theme = theme

    def begin(self) -> None:
        """Another document is opened: what comes next has nothing to do with what is shown."""

    def queries(self) -> frozenset[Query[Any]]:
        """What snapshots of the selected run must answer for the views on screen."""
        return frozenset()

    def plane_wanted(self) -> SliceRequest | None:
        """Which plane of parameters the views on screen need, if any."""
        return None

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def set_selected(self, id: str) -> None:
        """The run that is looked at."""

    def set_cursor(self, update: int | None) -> None:
        """Mark an update that is pointed at elsewhere."""

    def set_playing(self, playing: bool) -> None:
        """Whether training plays: what moves by itself goes with it."""

    def refresh(self, picture: SessionPicture) -> None:
        """Show the newest picture; called once a frame, and cheap if nothing is new."""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the newest snapshot of the selected run."""

    def show_plane(self, patch: LossSlice) -> None:
        """Show the newest plane of parameters."""

    def show_grid(self, grid: LossGrid) -> None:
        """Show the newest grid of losses, unless it is of another problem."""

    @property
    def grid_of(self) -> Problem | None:
        """The problem of which it shows grids."""
        return None

    def commands(self) -> list[StageCommand]:
        """What the menu offers of this stage besides its views."""
        return []

    def view_commands(self) -> list[StageCommand]:
        """What the menu offers before the views."""
        return []

    def choose(self, key: str) -> None:
        """Show one of the views, by its key, if the stage has it."""

    def reset_view(self) -> None:
        """Show everything again, after zooming and moving."""

    def image(self) -> QImage:
        """What is on screen, as a picture."""
        return self.grab().toImage()

    def view(self) -> dict[str, Any]:
        """The view settings: plain values, as a file keeps them."""
        return {}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        """Restore what `view` told; entries that are missing or make no sense are passed over."""
