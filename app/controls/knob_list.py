"""The knobs of one entry, a fold for those that are seldom turned."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.controls.knob import Knob
from engine import Hyper, Value


class KnobList(QWidget):
    """Shows a knob for each declaration; they are made anew only when the declarations change."""

    changed = Signal(str, object)
    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.knobs: dict[str, Knob] = {}
        self._declared: tuple[Hyper, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(7)
        self._fold = QToolButton()
        self._fold.setObjectName("fold")
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._unfold)
        self._folded = QWidget()
        self._inside = QVBoxLayout(self._folded)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(7)
        self._title = ""
        self._column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(self._folded)
        self._folded.hide()
        self._fold.hide()
        self.hide()

    def show_knobs(
        self, declared: tuple[Hyper, ...], folded: Collection[str] = (), title: str = "Decay and clipping"
    ) -> None:
        """Show these knobs; those named in `folded` under a fold with `title`."""
        if declared == self._declared:
            return
        self._declared, self._title = declared, title
        old = self.knobs
        self.knobs = {}
        place = 0
        for hyper in declared:
            knob = old.pop(hyper.name, None)
            if knob is None or knob.hyper != hyper:
                if knob is not None:
                    self._drop(knob)
                knob = self._new(hyper)
            self.knobs[hyper.name] = knob
            if hyper.name in folded:
                self._inside.addWidget(knob)
            else:
                self._column.insertWidget(place, knob)
                place += 1
        for knob in old.values():
            self._drop(knob)
        self._fold.setVisible(any(hyper.name in folded for hyper in declared))
        self._unfold(self._fold.isChecked())
        self.setVisible(bool(declared))

    def set_values(self, values: Mapping[str, Value]) -> None:
        for name, knob in self.knobs.items():
            knob.set_value(values[name])

    def _new(self, hyper: Hyper) -> Knob:
        knob = Knob(hyper)
        knob.changed.connect(self.changed)
        knob.finished.connect(self.finished)
        return knob

    def _drop(self, knob: Knob) -> None:
        knob.hide()
        knob.setParent(None)
        knob.deleteLater()

    def _unfold(self, on: bool) -> None:
        self._folded.setVisible(on)
        self._fold.setText(f"{'▾' if on else '▸'}  {self._title}")
        self._fold.setAccessibleName(self._title)
