"""The layout of the window: where it is, how its columns are divided, which panels are shown; kept between sessions."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QMainWindow, QWidget

from app.documents.preferences import Plain
from app.documents.settings import Settings
from app.widgets.more import More
from app.widgets.window_place import PLACE, place_of
from app.window.columns import Columns, LeftColumn
from app.window.workbench import Workbench

COLUMNS, LEFT, HIDDEN, SHOWN = "layout.columns", "layout.left", "layout.hidden", "layout.shown"
MORE = "layout.more"  # which settings behind `More` are shown
# By key: what the menu calls a panel, its key on the keyboard, and whether it is there unless a person says otherwise.
PANELS = {
    "settings": ("Problem, runs and settings", "F7", True),
    "curves": ("Curves", "F8", True),
    "explain": ("Explain the selected run", "E", False),
}
_MAX_PIXELS = 100_000


class Layout(QObject):
    """Restores the layout when it is made. changed: a panel has been hidden or shown."""

    changed = Signal()

    def __init__(self, window: QMainWindow, bench: Workbench, settings: Settings) -> None:
        super().__init__(bench)
        self._window, self._bench, self._settings = window, bench, settings
        columns, left = bench.findChild(Columns), bench.findChild(LeftColumn)
        assert columns is not None and left is not None
        self._columns, self._left = columns, left
        self._more = bench.findChildren(More)
        self._panels: dict[str, QWidget] = {"settings": left, "curves": bench.curves, "explain": bench.explain_card}
        self._sizes: dict[str, list[float]] = {COLUMNS: [], LEFT: []}
        for panel in self._panels.values():
            panel.installEventFilter(self)
        self._restore()
        columns.split.splitterMoved.connect(lambda: self._keep_sizes(COLUMNS, columns.sizes))
        columns.changed.connect(self.changed)
        left.splitterMoved.connect(lambda: self._keep_sizes(LEFT, left.sizes()))

    def is_shown(self, key: str) -> bool:
        """Whether a panel is on screen."""
        return self._columns.is_shown(self._panels[key])

    def toggle(self, key: str) -> None:
        """Hide a panel, or show it again."""
        if key == "explain":
            self._bench.toggle_explain()
        else:
            self._columns.show_column(self._panels[key], not self.is_shown(key))

    def reset(self) -> None:
        """Show the panels that are there at first, as large as they are then."""
        self._sizes = {COLUMNS: [], LEFT: []}
        for key, (_, _, shown) in PANELS.items():
            if self.is_shown(key) != shown:
                self.toggle(key)
        for more in self._more:
            more.open(False)
        self._columns.divide()
        self._left.divide()

    def save(self) -> None:
        """Keep the layout for the next session; called when the window closes."""
        hidden = [key for key, (_, _, shown) in PANELS.items() if shown and not self.is_shown(key)]
        more = [key for key, (_, _, shown) in PANELS.items() if not shown and self.is_shown(key)]
        opened = [part.of for part in self._more if part.is_open]
        places: dict[str, Plain] = {**self._sizes, PLACE: place_of(self._window)}
        values: dict[str, Plain] = {**places, HIDDEN: hidden, SHOWN: more, MORE: opened}
        for name, value in values.items():
            if value != self._settings.get(name, []):
                self._settings.set(name, value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.changed.emit()
        return False

    def _restore(self) -> None:
        for name, divide in ((COLUMNS, self._columns.divide), (LEFT, self._left.divide)):
            sizes = _pixels(self._settings.get(name, []))
            if sizes:
                self._sizes[name] = sizes
                divide([round(size) for size in sizes])
        for name, shows in ((HIDDEN, False), (SHOWN, True)):
            keys = self._settings.get(name, [])
            for key in keys if isinstance(keys, list) else ():
                if key in PANELS and self.is_shown(str(key)) != shows:
                    self.toggle(str(key))
        opened = self._settings.get(MORE, [])
        for more in self._more:
            more.open(isinstance(opened, list) and more.of in opened)

    def _keep_sizes(self, name: str, sizes: list[int]) -> None:
        """What a hand has chosen; a hidden panel keeps the size it had."""
        before = self._sizes[name] or [0.0] * len(sizes)
        shown = [size > 0 for size in sizes]  # none of them can be made narrower than it needs
        self._sizes[name] = [
            float(size) if there else old for size, there, old in zip(sizes, shown, before, strict=True)
        ]


def _pixels(value: Plain) -> list[float]:
    """The sizes of three panes as they were kept; empty if they make no sense."""
    if not isinstance(value, list) or len(value) != 3:
        return []
    sizes = [float(size) for size in value if isinstance(size, int | float) and not isinstance(size, bool)]
    good = len(sizes) == 3 and all(math.isfinite(size) and 0.0 <= size <= _MAX_PIXELS for size in sizes)
    return sizes if good and sum(sizes) > 0.0 else []
