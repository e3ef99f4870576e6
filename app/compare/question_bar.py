"""The question that comes first: is one better than the other here? Two choosers, a button, and the answer in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.documents.run_names import compared_names
from app.widgets.elided import ElidedComboBox
from engine import OPTIMIZERS, SURE, Arm, Experiment, Pair, kind_of, new_run

_RUN, _OPTIMIZER = "run", "optimizer"  # the parts of a choice's key
_FEWEST = 10  # letters of a chooser


class QuestionBar(QWidget):
    """asked carries the keys of the two, as `contestants` reads them. adopted: the better one is to be taken over."""

    asked = Signal(str, str)
    adopted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.one = _chooser("question-one", "the first")
        self.other = _chooser("question-other", "the second")
        self._is_blocked = False
        self.why = QLabel()
        self.why.setObjectName("muted")
        self.find_out = QPushButton("Find out")
        self.find_out.setObjectName("question-find-out")
        self.find_out.setProperty("kind", "accent")
        self.find_out.setToolTip("Tune both by the same number of trials, then let them race over fresh seeds")
        self.answer = QLabel()
        self.answer.setObjectName("question-answer")
        self.answer.setWordWrap(True)
        self.adopt = QPushButton()
        self.adopt.setObjectName("question-adopt")
        self.adopt.clicked.connect(self.adopted)
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
        second = entries[1][0] if len(entries) > 1 else ""
        used = {record.settings.optimizer.kind for record in experiment.runs}
        fallback = next((key for key, _ in others if key.partition(":")[2] not in used), "")
        taken = ""
        for chooser, preferred in ((self.one, (first,)), (self.other, (second, first, fallback))):
            before = chooser.currentData()
            _fill(chooser, entries, others)
            wanted = [key for key in (before, *preferred) if key and key != taken and chooser.findData(key) >= 0]
            taken = wanted[0] if wanted else taken
            chooser.setCurrentIndex(chooser.findData(taken))
        self._check()

    def choose(self, one: str, other: str) -> None:
        """Ask of these two, by their keys, as far as they are offered; without emitting."""
        for chooser, key in ((self.one, one), (self.other, other)):
            chooser.setCurrentIndex(max(chooser.findData(key), 0))

    def show_answer(self, text: str, better: str = "", tip: str = "") -> None:
        """The answer, empty for none. better: of the button that takes over the better one, empty without; tip: its."""
        self.answer.setText(text)
        self._answered.setVisible(bool(text))
        self.adopt.setText(better)
        self.adopt.setToolTip(tip)
        self.adopt.setVisible(bool(better))

    def block(self, is_blocked: bool) -> None:
        """Let nothing be asked while something is computed."""
        self._is_blocked = is_blocked
        self._check()

    def _check(self) -> None:
        differ = self.one.currentData() != self.other.currentData()
        self.find_out.setEnabled(differ and not self._is_blocked)
        is_alone = self.other.count() < 3  # a line stands between runs and optimizers
        why = "there is nothing else to compare it with" if is_alone else "choose two that differ"
        self.why.setText("" if differ else why)
        self.why.setVisible(not differ)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for part in ("Is", self.one, "better than", self.other, "here?", self.find_out, self.why):
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
        self._answered = QWidget()
        below = QHBoxLayout(self._answered)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(12)
        below.addWidget(self.answer, 1)
        below.addWidget(self.adopt)
        self._answered.hide()
        column.addWidget(self._answered)


def contestants(keys: tuple[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the runs and the keys of the optimizers that these keys of choosers name."""
    named = [key.partition(":")[::2] for key in keys]
    runs, optimizers = (tuple(name for part, name in named if part == wanted) for wanted in (_RUN, _OPTIMIZER))
    return runs, optimizers


def keys_of(runs: tuple[str, ...], optimizers: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of choosers that name these runs and optimizers."""
    return (*(f"{_RUN}:{id}" for id in runs), *(f"{_OPTIMIZER}:{key}" for key in optimizers))


def verdict(pair: Pair, is_turned: bool) -> str:
    """A short answer to whether the first of a pair is better, before the sentence with the numbers.

    is_turned: whether it was asked of the second.
    """
    test = pair.test
    if test.wins + test.losses == 0:
        return "Nobody can tell: both diverge." if pair.lost else "No: they end alike."
    if pair.p >= SURE:
        return "Nobody can tell from these seeds."
    wins = (test.wins > test.losses) != is_turned
    return "Yes." if wins else f"No, {(pair.one if is_turned else pair.other).name} is."


def winner(pair: Pair) -> Arm | None:
    """The better one of a pair, if it can be told."""
    test = pair.test
    if pair.p >= SURE or test.wins == test.losses:
        return None
    return pair.one if test.wins > test.losses else pair.other


def _usable(experiment: Experiment) -> list[str]:
    """The optimizers that a run on this problem may have."""
    kind = kind_of(experiment.problem)
    return [key for key in OPTIMIZERS.offered() if not kind.refused(new_run(key).optimizer, ())]


def _chooser(name: str, title: str) -> QComboBox:
    chooser = ElidedComboBox()
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
