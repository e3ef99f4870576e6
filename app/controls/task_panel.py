"""The problem panel of a kind: its base class, and the one of a kind that brings no other, made from its knobs."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.look.theme import Theme
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import restart_effects
from engine import SessionPicture, kind_of


class TaskPanel(QWidget):
    """`changed` carries the changed settings of the task. KIND: the key of the kind of problem that it is for.

    import_wanted, paste_wanted: a table is to be imported; text_wanted: an own text.
    """

    KIND: ClassVar[str] = ""

    changed = Signal(object)
    settled = Signal()
    import_wanted = Signal()
    paste_wanted = Signal()
    text_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def show_picture(self, picture: SessionPicture) -> None:
        """Show the current task."""
        raise NotImplementedError

    def choose_offer(self, key: str) -> None:
        """Change to another of the problems that the kind offers."""


class KnobPanel(TaskPanel):
    """A knob for each that the kind declares, and one for each seed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.more = More("problem")
        self.knobs = KnobList(1, self.more)
        self.knobs.changed.connect(lambda name, value: self.changed.emit({name: value}))
        self.knobs.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.knobs)
        column.addWidget(self.more)

    def show_picture(self, picture: SessionPicture) -> None:
        task, declared = picture.task, kind_of(picture.task).knobs
        self.knobs.show_knobs(declared)
        values = {hyper.name: task.value(hyper.name) for hyper in declared}
        self.knobs.set_values(values)
        turned = {hyper.name: (hyper, values[hyper.name]) for hyper in declared}
        self.knobs.show_effects(restart_effects(task, turned, picture.update > 0))
