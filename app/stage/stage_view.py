"""Base class of the views on the stage: widgets that are handed pictures and snapshots, and ask for what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QPointF, QSize, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import LossSlice, Query, SessionPicture, SliceRequest, Tier


class StageView(QWidget):
    """A view of the selected run. It never changes the session: it tells what a person did.

    GROUP: begins the names of its view settings: of the kind of problem that brings it, or of none.
    MENU: what a menu calls it, if not by its title. TIER: how early its tab comes. ASKS: the types of its queries; it
    fits where the subject understands them.

    wanted_changed: `queries` or `plane_wanted` would now tell something else. edited: a mapping of settings of the
    problem (`{"data.add": (x, y, class)}`); settled: that gesture is over. parameter_edited: the run, the place in
    theta, and the value. cursor_moved: the update under the pointer, None once it has left. menu_wanted: a place on the
    screen and the plot that the context menu is for.
    """

    GROUP: ClassVar[str] = "stage"
    KEY: ClassVar[str]
    TITLE: ClassVar[str]
    MENU: ClassVar[str] = ""
    TIP: ClassVar[str] = ""
    TIER: ClassVar[Tier] = "more"
    ASKS: ClassVar[tuple[type[Query[Any]], ...]] = ()

    wanted_changed = Signal()
    edited = Signal(object)
    settled = Signal()
    parameter_edited = Signal(str, int, float)
    cursor_moved = Signal(object)
    menu_wanted = Signal(QPointF, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setObjectName(f"{self.GROUP}-{self.KEY}")
        self.setAccessibleName(self.TITLE)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        """Whether this view means anything for the problem of a picture."""
        return all(picture.subject.understands(query) for query in cls.ASKS)

    def queries(self) -> frozenset[Query[Any]]:
        """What a snapshot must answer for this view, as things are: of the types in ASKS."""
        return frozenset()

    def plane_wanted(self) -> SliceRequest | None:
        """Which plane of parameters this view needs, if any."""
        return None

    def minimumSizeHint(self) -> QSize:
        """The least width of the parts; as high as they need to be at the width there is, for rows that wrap."""
        layout = self.layout()
        if layout is None or not layout.hasHeightForWidth():
            return super().minimumSizeHint()
        width = layout.minimumSize().width()
        return QSize(width, layout.minimumHeightForWidth(max(self.width(), width)))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def set_playing(self, playing: bool) -> None:
        """Whether training plays: what moves by itself goes with it."""

    def refresh(self, picture: SessionPicture) -> None:
        """Show the newest picture; called once a frame."""

    def show_snapshot(self, snapshot: Any) -> None:
        """Show the newest snapshot of the selected run, as its subject makes them."""

    def show_plane(self, patch: LossSlice) -> None:
        """Show the newest plane of parameters."""

    def set_cursor(self, update: int | None) -> None:
        """Mark an update that is pointed at elsewhere."""

    def reset_view(self) -> None:
        """Show everything again, after zooming and moving."""

    def describe(self) -> str:
        """What is seen, in words for a screen reader."""
        return ""

    def view(self) -> dict[str, Any]:
        """View settings: plain values, as a file keeps them, their names beginning with `GROUP_KEY_`."""
        return {}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        """Restore what `view` told; entries that are missing or make no sense are passed over."""
