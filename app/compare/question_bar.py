"""The question that comes first: is one better than the other here? Two choosers, a button, and the answer in words."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.documents.run_names import compared_names
from engine import OPTIMIZERS, Experiment, Pair, RunRecord, RunSettings, distinct, kind_of, new_run

_RUN, _OPTIMIZER = "run", "optimizer"  # the parts of a choice's key
_SURE = 0.05  # p below which a difference is called one
_FEWEST = 10  # letters of a chooser


class QuestionBar(QWidget):
    """asked carries the keys of the two, as `contestants` reads them."""

    asked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.one = _chooser("question-one", "the first")
        self.other = _chooser("question-other", "the second")
        self._is_blocked = False
        self.find_out = QPushButton("Find out")
        self.find_out.setObjectName("question-find-out")
        self.find_out.setProperty("kind", "accent")
        self.find_out.setToolTip("Tune both by the same number of trials, then let them race over fresh seeds")
        self.answer = QLabel()
        self.answer.setObjectName("question-answer")
        self.answer.setWordWrap(True)
        self.answer.hide()
        self._offered: object = None
        self._lay_out()
        for chooser in (self.one, self.other):
            chooser.currentIndexChanged.connect(self._check)
        self.find_out.clicked.connect(lambda: self.asked.emit(self.one.currentData(), self.other.currentData()))

    def show_experiment(self, experiment: Experiment) -> None:
        """Offer its runs, and every optimizer as it is by default; what is chosen stays."""
        names = compared_names(experiment)
        runs = [(record.settings.id, name) for record, name in zip(experiment.runs, names, strict=True)]
        usable = _usable(experiment)
        offered = (runs, usable)
        if offered == self._offered:
            return
        self._offered = offered
        entries = [(f"{_RUN}:{id}", name) for id, name in runs]
        others = [(f"{_OPTIMIZER}:{key}", f"{OPTIMIZERS[key].title} by default") for key in usable]
        first = entries[0][0]
        used = {record.settings.optimizer.kind for record in experiment.runs}
        fallback = next((key for key, _ in others if key.partition(":")[2] not in used), others[0][0])
        second = entries[1][0] if len(entries) > 1 else fallback
        for chooser, preferred in ((self.one, first), (self.other, second)):
            before = chooser.currentData()
            _fill(chooser, entries, others)
            place = chooser.findData(before) if before else -1
            chooser.setCurrentIndex(place if place >= 0 else chooser.findData(preferred))
        self._check()

    def show_answer(self, text: str) -> None:
        """The answer, empty for none."""
        self.answer.setText(text)
        self.answer.setVisible(bool(text))

    def block(self, is_blocked: bool) -> None:
        """Let nothing be asked while something is computed."""
        self._is_blocked = is_blocked
        self._check()

    def _check(self) -> None:
        differ = self.one.currentData() != self.other.currentData()
        self.find_out.setEnabled(differ and not self._is_blocked)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for part in ("Is", self.one, "better than", self.other, "here?", self.find_out):
            if isinstance(part, str):
                label = QLabel(part)
                label.setObjectName("question-word")
                row.addWidget(label)
            else:
                row.addWidget(part)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.answer)


def contestants(experiment: Experiment, keys: tuple[str, str]) -> tuple[Experiment, tuple[str, ...]]:
    """An experiment with the runs of these keys, and their ids: runs of this one, or optimizers as by default.

    Raises SettingError for a run that is gone.
    """
    records: list[RunRecord] = []
    for key in keys:
        part, _, name = key.partition(":")
        if part == _RUN:
            found = next((record for record in experiment.runs if record.settings.id == name), None)
            if found is not None:
                records.append(found)
            continue
        id = distinct(name, (*experiment.runs, *records))
        taken = {record.settings.colour for record in records}
        colour = next(place for place in range(len(keys) + 1) if place not in taken)
        records.append(RunRecord(replace(_by_default(experiment, name), id=id, colour=colour)))
    ids = tuple(record.settings.id for record in records)
    return replace(experiment, runs=tuple(records)), ids


def verdict(pair: Pair) -> str:
    """A short answer to whether the first of a pair is better, before the sentence with the numbers."""
    test = pair.test
    if test.wins + test.losses == 0:
        return "No: they end alike."
    if pair.p >= _SURE:
        return "Nobody can tell from these seeds."
    return "Yes." if test.wins > test.losses else f"No, {pair.other.name} is."


def _by_default(experiment: Experiment, optimizer: str) -> RunSettings:
    """A run with this optimizer, and the batches that runs on this problem have."""
    fresh = new_run(optimizer)
    rate, batch = kind_of(experiment.problem).suited(optimizer)
    like = experiment.runs[0].settings if experiment.runs else None
    return replace(fresh, learning_rate=rate, batch=like.batch if like is not None else batch)


def _usable(experiment: Experiment) -> list[str]:
    """The optimizers that a run on this problem may have."""
    kind = kind_of(experiment.problem)
    return [key for key in OPTIMIZERS.offered() if not kind.refused(new_run(key).optimizer, ())]


def _chooser(name: str, title: str) -> QComboBox:
    chooser = QComboBox()
    chooser.setObjectName(name)
    chooser.setAccessibleName(title)
    chooser.setMinimumContentsLength(_FEWEST)
    chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    chooser.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    chooser.setMaxVisibleItems(16)
    return chooser


def _fill(chooser: QComboBox, runs: list[tuple[str, str]], others: list[tuple[str, str]]) -> None:
    """The runs first, then the optimizers."""
    chooser.blockSignals(True)
    model = QStandardItemModel(chooser)
    for key, title in (*runs, *others):
        item = QStandardItem(title)
        item.setData(key, 0x0100)  # Qt.UserRole
        model.appendRow(item)
    chooser.setModel(model)
    chooser.insertSeparator(len(runs))
    chooser.blockSignals(False)
