"""What a card shows on request: a header that says how many settings are behind it, and these settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.collapsible_header import CollapsibleHeader
from engine import Tier

_SPACING = 6


class More(QWidget):
    """`More (n)`: n settings behind it, the expert ones last. It is hidden while nothing is behind it.

    Knob lists of the card put what they do not show into its rooms, and tell what that is. of: what the settings
    are of, in words; also the name by which the layout remembers whether it is open.
    """

    toggled = Signal(bool)

    def __init__(self, of: str) -> None:
        super().__init__()
        self.of = of
        self.setObjectName(f"more-{of}")
        self._behind: dict[object, Mapping[Tier, Sequence[str]]] = {}
        self.header = CollapsibleHeader()
        self.inside = QWidget()
        self.inside.hide()
        rooms = QVBoxLayout(self.inside)
        rooms.setContentsMargins(0, 2, 0, 2)
        rooms.setSpacing(_SPACING)
        self._rooms: dict[Tier, QVBoxLayout] = {"more": QVBoxLayout(), "expert": QVBoxLayout()}
        for room in self._rooms.values():
            room.setSpacing(_SPACING)
            rooms.addLayout(room)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.inside)
        self.header.toggled.connect(self._open)
        self._describe()
        self.hide()

    @property
    def is_open(self) -> bool:
        return self.header.isChecked()

    @property
    def count(self) -> int:
        """How many settings are behind it."""
        return len(self.titles)

    @property
    def titles(self) -> list[str]:
        """What the settings behind it are called, in their order."""
        return [title for tier in self._rooms for behind in self._behind.values() for title in behind[tier]]

    def open(self, on: bool = True) -> None:
        """Show what is behind it, or hide it again."""
        self.header.setChecked(on)

    def add(self, widget: QWidget, tier: Tier) -> None:
        """Give a widget a place among the settings of a tier, `more` or `expert`."""
        self._rooms[tier].addWidget(widget)

    def tell(self, owner: object, titles: Mapping[Tier, Sequence[str]]) -> None:
        """Say what an owner keeps behind it."""
        self._behind[owner] = titles
        self._describe()
        self.setVisible(self.count > 0)

    def _describe(self) -> None:
        name = f"more settings of the {self.of}: {self.count}"
        self.header.describe(f"More ({self.count})", ", ".join(self.titles), name=name)

    def _open(self, on: bool) -> None:
        focus = self.window().focusWidget()
        if not on and focus is not None and self.inside.isAncestorOf(focus):
            self.header.setFocus()
        self.inside.setVisible(on)
        self.toggled.emit(on)
