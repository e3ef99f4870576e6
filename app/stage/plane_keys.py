"""Keys on a plane: arrows that move something by a part of the view, and those that zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt

NUDGE, FINE_NUDGE = 0.01, 0.001  # of the view
ZOOM_KEY = 1.4

ARROW_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
ZOOM_KEYS = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0)
