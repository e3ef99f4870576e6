"""Base class of the views of a network: widgets that are handed pictures and snapshots, and ask for what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QPointF, QSize, Signal
from PySide6.QtWidgets import QWidget

from engine import SnapshotParts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import LossSlice, NetworkSnapshot, SessionPicture, SliceRequest, Tier


class NetworkView(QWidget):
    """A view of the selected run's network. It never changes the session: it tells what a person did.

    wanted_changed: `wanted` would now tell something else. edited: a mapping of settings of the problem
    (`{"data.add": (x, y, class)}`); settled: that gesture is over. parameter_edited: place in theta and value.
    cursor_moved: the update under the pointer, None once it has left. menu_wanted: a place on the screen and the plot
    that the context menu is for. TIER: how early its tab comes.
    """

    KEY: ClassVar[str]
    TITLE: ClassVar[str]
    TIP: ClassVar[str] = ""
    TIER: ClassVar[Tier] = "more"

    wanted_changed = Signal()
    edited = Signal(object)
    settled = Signal()
    parameter_edited = Signal(int, float)
    cursor_moved = Signal(object)
    menu_wanted = Signal(QPointF, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setObjectName(f"network-{self.KEY}")
        self.setAccessibleName(self.TITLE)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        """Whether this view means anything for the network of a picture."""
        return True

    def wanted(self) -> SnapshotParts:
        """What a snapshot must hold for this view."""
        return SnapshotParts()

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

    def refresh(self, picture: SessionPicture) -> None:
        """Show the newest picture; called once a frame."""

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        """Show the newest snapshot of the selected run."""

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
        """View settings: plain values, as a file keeps them, their names beginning with `network_KEY_`."""
        return {}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        """Restore what `view` told; entries that are missing or make no sense are passed over."""
