"""The bar that starts a comparison and says how far it is: workers, start, cancel, progress, time left."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.look.number_format import duration
from app.widgets.elided import ElidedLabel

START, GO_ON, AGAIN = "Start", "Go on", "Compute again"
_WIDTH = 116  # pixels of the button, for the longest of these
_WORKERS = 190  # pixels, for an address
_STEPS = 1000  # of the progress bar


class RunBar(QWidget):
    """started: the button that computes was pressed. cancelled: the one that ends it. workers_named: what was typed.
    asked_who: which these are."""

    started = Signal()
    asked_who = Signal()
    cancelled = Signal()
    workers_named = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.start = QPushButton(START)
        self.start.setObjectName("compare-start")
        self.start.setProperty("kind", "accent")
        self.start.setMinimumWidth(_WIDTH)
        self.cancel = QPushButton("Cancel")
        self.cancel.setObjectName("compare-cancel")
        self.cancel.setToolTip("End after the pieces under way; what is finished is kept")
        self.keep = QCheckBox("Keep")
        self.keep.setObjectName("compare-keep")
        self.keep.setAccessibleName("keep the results with the experiment")
        self.keep.setToolTip(
            "Keep this comparison and its results with the experiment, so that they are there when it is opened again"
        )
        self.keep.setEnabled(False)
        self.export = QPushButton("Export …")
        self.export.setObjectName("compare-export")
        self.export.setToolTip("Save the figure (PDF, SVG, PNG) with the experiment inside, or all trials (CSV)")
        self.export.setEnabled(False)
        self.progress = QProgressBar()
        self.progress.setRange(0, _STEPS)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("progress of the comparison")
        self.line = ElidedLabel()
        self.line.setObjectName("compare-line")
        self.workers = QComboBox()
        self.workers.setObjectName("compare-workers")
        self.workers.setEditable(True)
        self.workers.setAccessibleName("workers")
        self.workers.setToolTip(
            "Where trials are computed: threads or processes of this machine, "
            "or the address of a Dask scheduler, such as tcp://host:8786"
        )
        self.workers.setMinimumWidth(_WORKERS)
        self.workers.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.who = QToolButton()
        self.who.setObjectName("compare-who")
        self.who.setText("?")
        self.who.setAccessibleName("which workers")
        self.who.setToolTip("Which workers these are: their versions and processors")
        self.who.clicked.connect(self.asked_who)
        self.start.clicked.connect(self.started)
        self.cancel.clicked.connect(self.cancelled)
        self.workers.activated.connect(lambda _: self.workers_named.emit(self.workers.currentText()))
        field = self.workers.lineEdit()
        assert field is not None
        field.editingFinished.connect(lambda: self.workers_named.emit(self.workers.currentText()))
        middle = QVBoxLayout()
        middle.setSpacing(4)
        middle.addWidget(self.line)
        middle.addWidget(self.progress)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.start)
        row.addWidget(self.cancel)
        row.addLayout(middle, 1)
        row.addWidget(self.export)
        row.addWidget(self.keep)
        row.addWidget(self.workers)
        row.addWidget(self.who)
        self.show_idle(START, "")

    def show_kept(self, is_kept: bool) -> None:
        """Whether results are kept with the experiment, without emitting."""
        self.keep.setChecked(is_kept)

    def show_idle(self, title: str, line: str, is_possible: bool = True, share: float = 0.0) -> None:
        """Nothing is computed: what the button would do, and what is told beside it."""
        self.start.setText(title)
        self.start.setVisible(True)
        self.start.setEnabled(is_possible)
        self.cancel.setVisible(False)
        self.line.show_text(line)
        self._show_share(share)

    def show_running(self, line: str, share: float) -> None:
        """Something is computed; the share of it that is done."""
        self.start.setVisible(False)
        self.cancel.setVisible(True)
        self.cancel.setMinimumWidth(self.start.width())
        self.line.show_text(line)
        self._show_share(share)

    def _show_share(self, share: float) -> None:
        self.progress.setValue(round(_STEPS * min(max(share, 0.0), 1.0)))
        self.progress.setVisible(0.0 < share < 1.0 or self.cancel.isVisibleTo(self))


def running_line(done: int, expected: int, left: float | None, is_least: bool) -> str:
    """`31 of 44 trials, 5 s left`. is_least: whether there may be more trials, which follow from those."""
    told = f"{done:,} of {'at least ' if is_least else ''}{expected:,} trials"
    return told if left is None else f"{told}, {duration(left)} left"
