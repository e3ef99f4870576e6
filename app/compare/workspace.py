"""The Compare workspace: a question first, a page for each comparison, and the bar that computes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.compare.comparison_page import ComparisonPage, forecast_words
from app.compare.question_bar import QuestionBar, contestants, verdict
from app.compare.run_bar import AGAIN, GO_ON, START, RunBar, running_line
from app.compare.workers_table import WorkersTable
from app.widgets.button_row import ButtonRow
from app.widgets.card import Card
from app.workers.comparison_export import EXPORTED, ComparisonExport
from app.workers.crew import processor_rows, processors_told
from app.workers.executors import MAX_WORKERS, cores, crew_of
from app.workers.trials import ComparisonRequest, Outcome, TrialJob
from engine import COMPARISONS, Experiment, SettingError

if TYPE_CHECKING:
    from app.look.theme import Theme

QUESTION = "race"  # the comparison that answers the question
BUDGET: Mapping[str, Any] = {"seeds": 20, "tuning_seeds": 1}  # small enough to be waited for
_GAP = 12


class Workspace(QWidget):
    """job: what computes. adopted: as of ComparisonPicture. told, warned: sentences for the person.

    page_chosen carries the key of a page; keep_wanted a ComparisonRecord for the experiment,
    or None. left: a person wants to see descent again.
    """

    adopted = Signal(str, str, object)
    told = Signal(str)
    warned = Signal(str)
    page_chosen = Signal(str)
    keep_wanted = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, job: TrialJob, others: Mapping[str, tuple[str, str, QWidget]]) -> None:
        """others: pages that compute nothing, by their keys, each with its title and tooltip."""
        super().__init__()
        self.setObjectName("workspace")
        self.job = job
        self.export = ComparisonExport(self)
        self.theme = theme
        self._experiment: Experiment | None = None
        self._running: ComparisonRequest | None = None
        self._asked: tuple[str, str] | None = None
        self._workers = f"{cores()} threads" if cores() > 1 else "1 thread"
        self.question = QuestionBar()
        self.pages: dict[str, ComparisonPage] = {}  # that were wanted so far
        titles = {key: (comparison.title, comparison.question) for key, comparison in COMPARISONS.items()}
        titles |= {key: (title, tip) for key, (title, tip, _) in others.items()}
        self.tabs = ButtonRow("compare-pages", "pages of the workspace", titles)
        self.stack = QStackedWidget()
        self.stack.addWidget(QWidget())  # on screen until the first page is made
        self._others = {key: widget for key, (_, _, widget) in others.items()}
        for widget in self._others.values():
            self.stack.addWidget(widget)
        self.bar = RunBar()
        for words in (self._workers, f"{cores()} process{'es' * (cores() != 1)}"):
            self.bar.workers.addItem(words)
        self.workers_table = WorkersTable(theme, self)
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        self.question.asked.connect(self._ask)
        self.tabs.chosen.connect(self.choose)
        self.tabs.chosen.connect(self.page_chosen)
        self.bar.started.connect(self._start)
        self.bar.cancelled.connect(self.job.cancel)
        self.bar.workers_named.connect(self._name_workers)
        self.bar.asked_who.connect(self._ask_who)
        self.job.members_told.connect(self.workers_table.show_members)
        self.job.unreachable.connect(self.workers_table.show_fault)
        self.bar.keep.clicked.connect(self._keep)
        self.bar.export.clicked.connect(self._ask_export)
        self.export.written.connect(lambda path: self.told.emit(f"written: {path}"))
        self.export.refused.connect(self.warned)
        self.export.failed.connect(self.job.failed)
        self.job.progressed.connect(self._show_progress)
        self.job.forecasted.connect(self._show_forecast)
        self.job.ended.connect(self._end)

    @property
    def page(self) -> ComparisonPage | None:
        """The comparison on screen; None where nothing is computed."""
        return self.pages.get(self.tabs.key)

    def page_of(self, key: str) -> ComparisonPage:
        """The page of a comparison, made when it is first wanted: all of them at once would hold the window up."""
        if key not in self.pages:
            page = self.pages[key] = ComparisonPage(COMPARISONS[key], self.theme)
            page.changed.connect(self._look_ahead)
            page.adopted.connect(self._adopt)
            self.stack.addWidget(page)
        return self.pages[key]

    def choose(self, key: str) -> None:
        """Show a page without emitting; unknown keys are ignored."""
        self.tabs.choose(key)
        for card in (self._question_card, self._bar_card):
            card.setVisible(self.tabs.key in COMPARISONS)
        if self.tabs.key in COMPARISONS and self.page is None:
            QTimer.singleShot(0, self, self._make_page)
        else:
            self._show_page()

    def _make_page(self) -> None:
        """Make the page that is chosen, a turn after the choice: a click is answered first."""
        if self.tabs.key in COMPARISONS:
            self.page_of(self.tabs.key)
        self._show_page()

    def _show_page(self) -> None:
        page = self.page
        self._show_current()
        self.stack.setCurrentWidget(self._others[self.tabs.key] if page is None else page)
        self._look_ahead()

    def show_experiment(self, experiment: Experiment) -> None:
        """Compare what is set in this one from now on."""
        if experiment is self._experiment:
            return
        self._experiment = experiment
        self.question.show_experiment(experiment)
        self._show_current()
        self._look_ahead()

    def _show_current(self) -> None:
        """Let the page on screen compare what is set now; the others learn of it when they are chosen."""
        if self._experiment is not None and (page := self.page) is not None:
            page.show_experiment(self._experiment)

    def begin(self, experiment: Experiment) -> None:
        """Another document is opened: nothing of the former one is shown, but what it has kept."""
        self.job.cancel()
        self._asked = None
        self.question.show_answer("")
        for page in self.pages.values():
            page.compare_instead(None)
            page.show_outcome(None)
        record = experiment.comparison
        self.bar.show_kept(record is not None)
        if record is not None:
            self.show_experiment(experiment)
            page = self.page_of(record.choice.kind)
            self.choose(record.choice.kind)
            page.take(record)
            self._look_ahead()
            if record.results and (request := page.request) is not None:
                self.job.learn(request, record)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.workers_table.set_theme(theme)
        for page in self.pages.values():
            page.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where nothing else has a use for it, leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # What is computed

    def _ask(self, one: str, other: str) -> None:
        """Let the two race, each at its best."""
        if self._experiment is None or self._running is not None:
            return
        page = self.page_of(QUESTION)
        page.set_values(BUDGET)
        page.compare_instead(*contestants(self._experiment, (one, other)))
        self._asked = one, other
        self.question.show_answer("")
        self.choose(QUESTION)
        self.page_chosen.emit(QUESTION)
        self._start()

    def _start(self) -> None:
        page = self.page
        request = page.request if page is not None else None
        if page is None or request is None or self._running is not None:
            return
        outcome = page.outcome
        again = outcome is not None and outcome.finished and not page.is_former
        self._running = request
        self.question.block(True)
        self.bar.show_running(f"{crew_of(self._workers).preparing} …", 0.0)
        self.job.start(request, self._workers, again)

    def _show_progress(self) -> None:
        outcome = self.job.newest
        if outcome is None:
            return
        page = self.page_of(outcome.request.kind)
        page.show_outcome(outcome)
        result = outcome.result
        share = result.done / max(result.expected, 1)
        if self._running is not None:
            self.bar.show_running(self._where(running_line(result.done, result.expected, outcome.left)), share)
        else:
            self._show_idle()
        if outcome.request.kind == QUESTION and self._asked is not None:
            self.question.show_answer(_answer(outcome))

    def _end(self, sentence: str) -> None:
        self._running = None
        self.question.block(False)
        if sentence:
            self.warned.emit(sentence)
        self._show_idle()
        self._look_ahead()
        if self.bar.keep.isChecked():
            self._keep(True)

    def _keep(self, wanted: bool) -> None:
        """Keep what the page on screen shows with the experiment, or nothing."""
        outcome = self.page.outcome if self.page is not None else None
        if not wanted:
            self.keep_wanted.emit(None)
        elif outcome is not None and self._is_keepable(outcome):
            self.keep_wanted.emit(outcome.record)

    def _ask_export(self) -> None:
        """Ask for a file for what is on screen."""
        outcome = self.page.outcome if self.page is not None else None
        if outcome is None:
            return
        kinds = ";;".join(f"{suffix[1:].upper()} (*{suffix})" for suffix in EXPORTED)
        name = f"{outcome.request.kind}.pdf"
        chosen, kind = QFileDialog.getSaveFileName(self, "Export the comparison", name, kinds)
        if chosen:
            path = Path(chosen)
            self.export.request(
                outcome, path if path.suffix else path.with_suffix(f".{kind.partition(' ')[0].lower()}")
            )

    def _is_keepable(self, outcome: Outcome) -> bool:
        """Whether all that are compared are runs of the experiment."""
        runs = {record.settings.id for record in self._experiment.runs} if self._experiment is not None else set()
        return set(outcome.request.runs) <= runs and outcome.result.done > 0

    def _ask_who(self) -> None:
        """Ask who would compute, and show where the results on screen come from."""
        outcome = self.page.outcome if self.page is not None else None
        results = processor_rows(outcome.known.values()) if outcome is not None else ()
        self.workers_table.ask(self._workers, results)
        self.job.ask_members(self._workers)

    def _look_ahead(self) -> None:
        request = self.page.request if self.page is not None else None
        if self._running is None:
            self._show_idle()
        if request is not None and self.isVisible():
            self.job.look_ahead(request, self._count)

    def _show_forecast(self) -> None:
        forecast = self.job.forecast
        if forecast is None:
            return
        self.page_of(forecast.request.kind).show_forecast(forecast)
        if self._running is None:
            self._show_idle()

    def _show_idle(self) -> None:
        page, forecast = self.page, self.job.forecast
        if page is None:
            return
        outcome = page.outcome
        self.bar.keep.setEnabled(outcome is not None and self._is_keepable(outcome))
        self.bar.export.setEnabled(outcome is not None and outcome.result.done > 0)
        title, line, possible, share = START, "", True, 0.0
        is_known = forecast is not None and page.request is not None and forecast.request == page.request
        if is_known and forecast is not None:
            possible = not forecast.fault
            line = f"{forecast.fault[:1].upper()}{forecast.fault[1:]}." if forecast.fault else forecast_words(forecast)
        if outcome is not None and not page.is_former:
            done, expected = outcome.result.done, outcome.result.expected
            if outcome.finished:
                title, line = AGAIN, _finished_line(outcome)
            else:
                title, share = GO_ON, done / max(expected, 1)
                line = f"{done:,} of {expected:,} trials are finished; to go: {line or '…'}"
        self.bar.show_idle(title, line, possible, share)

    def _where(self, line: str) -> str:
        """What is told of a page's progress while another one is on screen."""
        running = self._running
        if running is None or running.kind == self.tabs.key:
            return line
        return f"{COMPARISONS[running.kind].title}: {line}"

    def _adopt(self, run: str, path: str, value: object) -> None:
        experiment = self._experiment
        names = {record.settings.id: record.settings.title for record in experiment.runs} if experiment else {}
        if run not in names:
            self.warned.emit("that run is not among those of the experiment: add it there first")
            return
        self.adopted.emit(run, path, value)

    @property
    def _count(self) -> int:
        try:
            return max(min(crew_of(self._workers).count, MAX_WORKERS), 1) if ":" not in self._workers else cores()
        except SettingError:
            return cores()

    def _name_workers(self, words: str) -> None:
        if words.strip() and words != self._workers:
            try:
                crew_of(words)
            except SettingError as error:
                self.warned.emit(str(error))
                self.bar.workers.setCurrentText(self._workers)
                return
            self._workers = words
            if self.bar.workers.findText(words) < 0:
                self.bar.workers.addItem(words)  # to be chosen again
            self._look_ahead()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.tabs)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        self._question_card, self._bar_card = Card.around(self.question), Card.around(self.bar)
        column.addWidget(self._question_card)
        column.addLayout(top)
        column.addWidget(self.stack, 1)
        column.addWidget(self._bar_card)


def _answer(outcome: Outcome) -> str:
    """The answer to the question, once there is a race to speak of."""
    pairs = outcome.result.pairs  # type: ignore[attr-defined]
    first = outcome.result.sentences[0] if outcome.result.sentences else ""
    if not outcome.finished or not pairs:
        return first if not pairs else f"So far: {first}"
    return f"{verdict(pairs[0])} After {outcome.plan.updates:,} updates, each at its best learning rate: {first}"


def _finished_line(outcome: Outcome) -> str:
    """How it was computed, and whether it came to the same bits again."""
    same, others = outcome.same
    told = f"{outcome.result.done:,} trials"
    if outcome.spent:
        told += f" in {outcome.spent:.1f} s"
    if same or others:
        told += ", computed again: " + (f"{others:,} of them differ" if others else "the same to the bit")
    if outcome.processors:
        told += f", on {' and '.join(outcome.processors)}"
    told += f". {several}" if (several := processors_told(outcome.known.values())) else ""
    count, why = outcome.failed
    return f"{told}; {count:,} could not be run: {why}" if count else told
