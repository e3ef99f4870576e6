"""The toolbar above the surface: its title, and buttons for arrows, equal scales, the whole view and 3-D."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.stage import arrows
from app.stage.markers import draw_arrow
from app.widgets.elided import ElidedLabel

HINT = "click or drag the start"
HINT_MOVED = "drag the start, or double-click"  # a single click never takes back what has been computed
HINT_3D = "drag to turn, wheel to zoom"
ICON = QSize(18, 14)
SPACING, NARROW = 6, 440  # pixels; narrower, the arrows have no letters


class Toolbar(QWidget):
    """Toggles of the stage. The arrow buttons carry the arrows' colours and so are their legend."""

    arrows_chosen = Signal(object)
    equal_chosen = Signal(bool)
    surface_3d_chosen = Signal(bool)
    reset_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = ElidedLabel()
        self._title.show_text("Parameter path")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title.setObjectName("cardTitle")
        self._is_compact = self._has_moved = False
        self._hint = Hint(HINT)
        self._hint.setObjectName("muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.arrows = {kind.key: self._arrow_button(kind) for kind in arrows.ARROW_KINDS}
        self.equal = self._toggle("equal", "1:1", "Equal scales", "A unit of x as long as a unit of y")
        self.surface_3d = self._toggle("surface_3d", "3-D", "Surface in 3-D", "The surface in three dimensions")
        self.reset = self._button("reset_view", "Fit", "Reset view", "Show the whole surface (0)")
        self.equal.toggled.connect(self.equal_chosen)
        self.surface_3d.toggled.connect(self._choose_3d)
        self.reset.clicked.connect(lambda: self.reset_asked.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self._title)
        row.addWidget(self._hint, 1)
        for button in (*self.arrows.values(), self.equal, self.reset, self.surface_3d):
            row.addWidget(button)

    @property
    def chosen_arrows(self) -> frozenset[str]:
        return frozenset(key for key, button in self.arrows.items() if button.isChecked())

    def set_title(self, title: str) -> None:
        self._title.show_text(title)

    def tell_how(self, moved: bool) -> None:
        """Say what a hand does on the stage. moved: whether the race has taken a step."""
        self._has_moved = moved
        self._hint.setText(HINT_3D if self.surface_3d.isChecked() else HINT_MOVED if moved else HINT)

    def minimumSizeHint(self) -> QSize:
        """With arrows without their letters, and no title."""
        arrows, others = self.arrows.values(), (self.equal, self.reset, self.surface_3d)
        letters = max(button.fontMetrics().horizontalAdvance(button.text()) for button in arrows)
        wide = sum(button.sizeHint().width() for button in (*arrows, *others)) + SPACING * (len(self.arrows) + 4)
        spelled = not self._is_compact
        return QSize(wide - spelled * len(self.arrows) * letters, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow stage leaves out the letters beside the arrows."""
        super().resizeEvent(event)
        compact = self.width() < NARROW
        if compact != self._is_compact:
            self._is_compact = compact
            only, beside = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            for button in self.arrows.values():
                button.setToolButtonStyle(only if compact else beside)

    def _choose_3d(self, on: bool) -> None:
        self.tell_how(self._has_moved)
        self.equal.setEnabled(not on)  # the box is as wide as it is deep
        self.surface_3d_chosen.emit(on)

    def _arrow_button(self, kind: arrows.ArrowKind) -> QToolButton:
        button = self._toggle(f"arrow_{kind.key}", kind.label, f"Arrow: {kind.key}", kind.help)
        button.setIcon(drawn_icon(lambda painter: _draw_sample(painter, QColor(kind.colour)), ICON))
        button.setIconSize(ICON)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.toggled.connect(lambda: self.arrows_chosen.emit(self.chosen_arrows))
        return button

    def _toggle(self, name: str, text: str, spoken: str, tip: str) -> QToolButton:
        button = self._button(name, text, spoken, tip)
        button.setCheckable(True)
        return button

    def _button(self, name: str, text: str, spoken: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"stage_{name}")
        button.setText(text)
        button.setAccessibleName(spoken)
        button.setToolTip(tip)
        button.setAutoRaise(True)
        return button


class Hint(QLabel):
    """Words that a narrow stage leaves out, before it cuts them or a button short."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.width() >= self.sizeHint().width():
            super().paintEvent(event)


def _draw_sample(painter: QPainter, colour: QColor) -> None:
    draw_arrow(painter, QPointF(2, ICON.height() / 2), QPointF(1, 0), ICON.width() - 4.0, colour)


def drawn_icon(draw: Callable[[QPainter], None], size: QSize) -> QIcon:
    """An icon drawn twice as large as it is shown, for screens with small pixels."""
    picture = QPixmap(size * 2)
    picture.setDevicePixelRatio(2.0)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
    return QIcon(picture)
