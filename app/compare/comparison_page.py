"""The page of one comparison, made from its declaration: its knobs, what it says in words, and its picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.compare.axes_editor import AxesEditor
from app.compare.picture import ComparisonPicture
from app.compare.pictures import PICTURES
from app.compare.sentences import Sentences
from app.look.number_format import counted, duration
from app.widgets.card import Card
from app.widgets.elided import ElidedComboBox
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.workers.trials import ComparisonRequest, Forecast, Outcome
from engine import COMPARISONS, Comparison, ComparisonRecord, Experiment, SettingError, choose

if TYPE_CHECKING:
    from app.look.theme import Theme

_SETUP = 232  # pixels of the column of knobs
FORMER = "These are results of former settings. Start again for those that are set now."


class ComparisonPage(QWidget):
    """changed: what is to be compared is another. adopted: as of ComparisonPicture."""

    changed = Signal()
    adopted = Signal(str, object)

    def __init__(self, comparison: Comparison, theme: Theme) -> None:
        super().__init__()
        self.comparison = comparison
        self.setObjectName(f"compare-{comparison.key}")
        self.setAccessibleName(comparison.title)
        self.outcome: Outcome | None = None
        self.runs: tuple[str, ...] = ()  # that are compared, empty for all visible ones
        self.experiment: Experiment | None = None
        self.optimizers: tuple[str, ...] = ()  # that are compared with them without being runs
        self._values: dict[str, Any] = dict(choose(COMPARISONS, comparison.key).values)
        self._counted = ""
        self._shown: object = None
        self._content: tuple[object, object] = (None, None)
        self.more = More(f"{comparison.title} settings")
        self.knobs = KnobList(1, self.more)
        self.knobs.show_knobs(comparison.knobs)
        self.knobs.set_values(self._values)
        self.axes = AxesEditor() if comparison.has_axes else None
        self.fault = ""  # of what is typed, as a sentence
        self.who = QLabel()
        self.all_runs = QPushButton("All visible runs")
        self.all_runs.setObjectName("compare-all-runs")
        self.all_runs.setToolTip("Compare all visible runs again, not those of the question alone")
        self.all_runs.hide()
        self.all_runs.clicked.connect(self._take_all_runs)
        self.counted = ElidedComboBox()
        self.counted.setAccessibleName("what counts")
        self.counted.setSizeAdjustPolicy(ElidedComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.counted.setMinimumContentsLength(8)
        self.counted.setToolTip("The measure by which runs are compared; lower is better")
        self.sentences = Sentences()
        self._left_out = ""  # a sentence that stands elsewhere
        self.note = QLabel()
        self.empty = QLabel(self._promise(""))
        make = PICTURES.get(comparison.key)
        self.picture: ComparisonPicture | None = make(theme) if make is not None else None
        self._lay_out()
        self.knobs.changed.connect(self._take_knob)
        self.counted.activated.connect(self._take_counted)
        if self.axes is not None:
            self.axes.changed.connect(self._take_axes)
        if self.picture is not None:
            self.picture.adopted.connect(self.adopted)

    @property
    def request(self) -> ComparisonRequest | None:
        """What is set now; None while no experiment is open."""
        experiment = self.experiment
        if experiment is None:
            return None
        try:
            axes = self.axes.axes if self.axes is not None else ()
        except SettingError as error:
            axes, self.fault = (), str(error)
        else:
            self.fault = ""
        compared = self.runs, self._counted, axes, self.optimizers
        return ComparisonRequest(experiment, self.comparison.key, dict(self._values), *compared)

    @property
    def is_former(self) -> bool:
        """Whether the outcome is that of other settings than those set now."""
        request = self.request
        return self.outcome is not None and request is not None and request.content != self.outcome.request.content

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Set knobs without emitting."""
        self._values.update(values)
        self.knobs.set_values(self._values)

    def take(self, record: ComparisonRecord) -> None:
        """Compare what was kept with the experiment."""
        self.set_values(record.choice.values)
        self._counted, self.runs, self.optimizers = record.counted, record.runs, record.optimizers
        if self.axes is not None and record.axes:
            self.axes.take(record.axes)
        self._tell()

    def show_experiment(self, experiment: Experiment) -> None:
        """Compare the runs of this one from now on."""
        if experiment is self.experiment:
            return
        self.experiment = experiment
        if self.axes is not None:
            self.axes.show_experiment(experiment)
        self._tell()

    def compare(self, runs: tuple[str, ...] = (), optimizers: tuple[str, ...] = ()) -> None:
        """Compare these runs and optimizers; without any all visible runs."""
        self.runs, self.optimizers = runs, optimizers
        self._tell()

    def leave_out(self, sentence: str) -> None:
        """Do not repeat a sentence that stands above the page already; empty for none."""
        if sentence != self._left_out:
            self._left_out = sentence
            self._tell()

    def show_forecast(self, forecast: Forecast) -> None:
        """Tell what it would take, and offer the measures that may count."""
        if [self.counted.itemData(place) for place in range(self.counted.count())] != list(forecast.countable):
            self.counted.clear()
            for key, title in forecast.countable.items():
                self.counted.addItem(title, key)
        place = self.counted.findData(self._counted or forecast.counted)
        self.counted.setCurrentIndex(max(place, 0))
        self._counts.setVisible(self.comparison.has_runs and self.counted.count() > 1)
        if self.fault:
            return
        fault = forecast.fault
        self.empty.setText(self._promise(f"{fault[:1].upper()}{fault[1:]}." if fault else forecast_words(forecast)))

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Show what is known; None forgets it, for another document was opened."""
        self.outcome = outcome
        if outcome is not None and self.picture is not None:
            self.picture.show_outcome(outcome)
        self._tell()

    def set_theme(self, theme: Theme) -> None:
        if self.picture is not None:
            self.picture.set_theme(theme)

    def _tell(self) -> None:
        outcome, request = self.outcome, self.request
        if request is not None and self.comparison.has_runs:
            self.who.setText(", ".join(arm.name for arm in request.arms) or "no visible run")
        self.all_runs.setVisible(bool(self.runs or self.optimizers))
        self._stack.setCurrentIndex(int(outcome is not None))
        if self.fault:
            self.empty.setText(self._promise(""))  # there is nothing to forecast
        if outcome is None:
            self.sentences.show_sentences(())
            self.note.hide()
            return
        self.sentences.show_sentences([each for each in outcome.result.sentences if each != self._left_out])
        self.note.setVisible(self.is_former)
        self.note.setText(FORMER)

    def _promise(self, forecast: str) -> str:
        """What the page will show, before its first results. forecast: what that takes, empty while it is not known."""
        comparison = self.comparison
        return f"{comparison.help[:1].upper()}{comparison.help[1:]}.\n\n{forecast}"

    def _take_knob(self, name: str, value: object) -> None:
        self._values[name] = value
        self._tell()
        self.changed.emit()

    def _take_all_runs(self) -> None:
        self.compare()
        self.changed.emit()

    def _take_axes(self) -> None:
        self._tell()
        self.changed.emit()

    def _take_counted(self, place: int) -> None:
        self._counted = str(self.counted.itemData(place))
        self._tell()
        self.changed.emit()

    def _lay_out(self) -> None:
        comparison = self.comparison
        question = QLabel(comparison.question)
        question.setObjectName("cardTitle")
        question.setWordWrap(True)
        self.who.setObjectName("muted")
        self.who.setWordWrap(True)
        self._counts = _labelled("what counts", self.counted)
        self._counts.hide()
        setup = Card()
        for widget in (question, self.who, self.all_runs, self.axes, self.knobs, self._counts, self.more):
            if widget is not None:
                setup.body.addWidget(widget)
        setup.body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(setup)
        scroll.setFixedWidth(_SETUP)
        for label in (self.note, self.empty):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setObjectName("compare-former")
        self.note.hide()
        self.empty.setObjectName("compare-empty")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        results = QWidget()
        column = QVBoxLayout(results)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.note)
        column.addWidget(self.sentences)
        if self.picture is not None:
            column.addWidget(self.picture, 1)
        else:
            column.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(results)
        card = Card()
        card.body.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(scroll)
        row.addWidget(card, 1)


def forecast_words(forecast: Forecast) -> str:
    """`At least 44 trials, about 12 s`, and how many need not be computed any more."""
    if not forecast.trials:
        return "Everything is known already"
    seconds = forecast.seconds
    about = "less than a second" if seconds < 1.0 else f"about {duration(seconds)}"
    told = f"{'at least ' if forecast.is_least else ''}{counted(forecast.trials, 'trial')}, {about}"
    told = f"{told[:1].upper()}{told[1:]}"
    return f"{told}; {forecast.known:,} more are known already" if forecast.known else told


def _labelled(title: str, widget: QWidget) -> QWidget:
    label = QLabel(title)
    label.setObjectName("knob-name")
    label.setBuddy(widget)
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(label)
    column.addWidget(widget)
    return whole
