"""The Explain panel: the update rule of the selected run with its current numbers."""

from __future__ import annotations

import html
import math
import re

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.look.number_format import printed
from app.widgets.parameter_picker import ParameterPicker
from app.widgets.segmented import Segmented
from engine import LOSSES, OPTIMIZERS, Learner, RunPicture, SessionPicture, explain, print_signs

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse
_PARTS = ("explain-name", "explain-formula", "explain-numbers", "explain-value")
_MAX_FORMULA = 0.38  # of the width
_VALUE, _TALLEST = 108, 230  # pixels: width of the last column; height from which the table scrolls
_HARD = "\N{NO-BREAK SPACE}"
_READABLE = 100  # milliseconds that a number stays at least, to be readable


class ExplainPanel(QWidget):
    """One row per line of the rule: the formula, with numbers, and the result. One coordinate at a time.

    `refresh` needs the run with its step (Run.peek); until that is known, a message is shown.
    """

    coordinate_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("explain")
        self._coordinate = 0
        self._shown: object = None
        self._run: RunPicture | None = None
        self._learner: Learner | None = None
        self._kind = ""
        self._formula = 0
        self._rows: list[tuple[QLabel, ...]] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_READABLE)
        self._pause.timeout.connect(self._show)
        self.heading = QLabel()
        self.heading.setObjectName("muted")
        self.heading.setWordWrap(True)
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        tips = ("Explain the step of x", "Explain the step of y")
        self.coordinates = Segmented(("x", "y"), "coordinate to explain", tips)
        self.coordinates.setFixedWidth(84)
        self.coordinates.chosen.connect(self._choose)
        self.parameters = ParameterPicker()
        self.parameters.chosen.connect(self._choose)
        self.parameters.hide()
        table = QWidget()
        table.setObjectName("explain-table")
        self._grid = QGridLayout(table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(2, 1)
        self._grid.setColumnMinimumWidth(3, _VALUE)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("explain-scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(table)
        self.source = QLabel()
        self.source.setObjectName("source")
        self.source.setWordWrap(True)
        self.source.setTextInteractionFlags(_SELECTABLE)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.heading, 1)
        head.addWidget(self.coordinates, 0, Qt.AlignmentFlag.AlignTop)
        line = QFrame()
        line.setObjectName("explain-line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        column.addLayout(head)
        column.addWidget(self.parameters)
        column.addWidget(line)
        column.addWidget(self._scroll)
        column.addWidget(self.source)

    def refresh(self, picture: SessionPicture, run: RunPicture) -> None:
        """Show the step that `run` takes at the point on screen, once the previous one has been shown long enough."""
        if run.shown is not self._shown and self.isVisible():
            self._run = run
            self._offer(run.shown.problem.learner)  # its own: a run that has ended keeps the problem it ended on
            if not self._pause.isActive():
                self._show()

    def _show(self) -> None:
        run = self._run
        if run is None:
            return
        self._run, self._shown = None, run.shown
        peek = run.shown
        entry = OPTIMIZERS[peek.settings.optimizer.kind]
        head = f"{html.escape(run.name)} at update {peek.update:,}"
        if math.isnan(peek.rate):
            self.heading.setText(f"{head}<br>computing its step …")
            return
        lines = explain(peek, self._coordinate)
        if entry.key != self._kind or len(lines) != len(self._rows):
            self._kind = entry.key
            self._make_rows(len(lines))
            self._fit(max(self.fontMetrics().horizontalAdvance(line.formula) for line in lines))
        for row, line in zip(self._rows, lines, strict=True):
            formula = line.formula.partition(" = ")[2]
            texts = (line.name, _joined(f"= {formula}"), _joined(f"= {line.numbers}"), f"= {_number(line.value)}")
            for label, text in zip(row, texts, strict=True):
                if label.text() != text:
                    label.setText(text)
                    # A row never shrinks back to one line, or the layout would jump with the numbers.
                    label.setMinimumHeight(max(label.minimumHeight(), label.heightForWidth(label.width())))
        height = self._grid.heightForWidth(self._scroll.viewport().width())
        self._scroll.setFixedHeight(min(max(height, self._grid.minimumSize().height()), _TALLEST))
        axis = "" if self._learner is not None else f" = {'xy'[self._coordinate]}"
        numbers = (
            f"θ{axis} = {_number(peek.theta[self._coordinate])} &nbsp;·&nbsp;"
            f" g = {_number(peek.gradient[self._coordinate])} &nbsp;·&nbsp; η = {_number(peek.rate)}"
        )
        if self._learner is not None:
            head += f" &nbsp;·&nbsp; {peek.taken.description}<br>{_loss_words(self._learner)}"
        self.heading.setText(f"{head}<br>{numbers}")
        self.source.setText(entry.source)
        self._pause.start()

    def _offer(self, learner: Learner | None) -> None:
        """Offer the parameters of the network, if it has changed."""
        if learner is self._learner:
            return
        if (learner is None) != (self._learner is None):
            self.parameters.setVisible(learner is not None)
            self.coordinates.setVisible(learner is None)
        self._learner = learner
        if learner is not None:
            self.parameters.offer(learner)
            self._coordinate = self.parameters.place
        else:
            self._coordinate = self.coordinates.place

    def _choose(self, place: int) -> None:
        self._coordinate = place
        self._shown = None
        self.coordinate_chosen.emit(place)

    def _fit(self, formula: int) -> None:
        """Give the formulas the width they need, up to a share that leaves enough for the numbers."""
        self._formula = formula
        self._grid.setColumnMinimumWidth(1, min(formula, round(_MAX_FORMULA * self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit(self._formula)
        for row in self._rows:
            for label in row:
                label.setMinimumHeight(0)

    def _make_rows(self, count: int) -> None:
        for row in self._rows:
            for label in row:
                self._grid.removeWidget(label)
                label.hide()
                label.deleteLater()
        self._rows = [self._new_row(place) for place in range(count)]

    def _new_row(self, place: int) -> tuple[QLabel, ...]:
        labels = []
        for column, name in enumerate(_PARTS):
            label = QLabel()
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(_SELECTABLE)
            side = Qt.AlignmentFlag.AlignRight if column == 0 else Qt.AlignmentFlag.AlignLeft
            label.setAlignment(side | Qt.AlignmentFlag.AlignTop)
            if column in (1, 2):
                label.setWordWrap(True)
                label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._grid.addWidget(label, place, column)
            labels.append(label)
        return tuple(labels)


def _loss_words(learner: Learner) -> str:
    """The formula and name of the loss."""
    loss = LOSSES[learner.network.loss.kind]
    return f"loss = {html.escape(print_signs(loss.formula))} &nbsp;·&nbsp; {html.escape(loss.title.lower())}"


def _joined(text: str) -> str:
    """A formula that does not wrap after its = or within a factor such as (1 − β)."""
    text = re.sub(r"\(1 − [^() ]+\)", lambda match: match[0].replace(" ", _HARD), text)
    return text.replace("= ", f"={_HARD}", 1)


def _number(value: float) -> str:
    return printed(f"{value + 0.0:.5g}")  # turns −0 into 0
