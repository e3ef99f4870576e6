"""The Compare workspace: a question first, a page for each comparison, and the bar that computes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.compare.comparison_page import ComparisonPage, forecast_words
from app.compare.question_bar import QuestionBar, contestants, keys_of, verdict, winner
from app.compare.run_bar import AGAIN, GO_ON, START, RunBar, running_line
from app.compare.workers_table import WorkersTable
from app.look.window_style import divide, style_parts
from app.widgets.button_row import ButtonRow
from app.widgets.card import Card
from app.workers.comparison_export import EXPORTED, ComparisonExport
from app.workers.crew import processor_rows, processors_told
from app.workers.executors import MAX_WORKERS, cores, crew_of
from app.workers.trials import ComparisonRequest, Outcome, TrialJob
from engine import COMPARISONS, RATE, ComparisonRecord, Experiment, RateCurve, Setting, SettingError, of_run

if TYPE_CHECKING:
    from app.look.theme import Theme

QUESTION = "race"  # the comparison that answers the question
FORMER_ANSWER = "Asked of former settings; find out again for those that are set now."
BUDGET: Mapping[str, Any] = {"seeds": 20, "tuning_seeds": 3}  # small enough to be waited for
_GAP = 12
OtherPage = tuple[str, str, Callable[[], QWidget]]  # title, tooltip and what makes the page, or gives it again


class Workspace(QWidget):
    """job: what computes. adopted: as of ComparisonPicture; run_wanted carries the settings of one that is to be added,
    for what was adopted is no run yet. told, warned: sentences for the person.

    page_chosen carries the key of a page; keep_wanted the kind of a comparison and its
    Outcome to be kept with the experiment, or None. left: a person wants to see descent again.
    """

    adopted = Signal(str, object)
    run_wanted = Signal(object)
    told = Signal(str)
    warned = Signal(str)
    page_chosen = Signal(str)
    keep_wanted = Signal(str, object)
    left = Signal()

    def __init__(self, theme: Theme, job: TrialJob, others: Mapping[str, OtherPage]) -> None:
        """others: pages that compute nothing, by their keys."""
        super().__init__()
        self.setObjectName("workspace")
        self.job = job
        self.export = ComparisonExport(self)
        self.theme = theme
        self._experiment: Experiment | None = None
        self._running: ComparisonRequest | None = None
        self._asked: tuple[str, str] | None = None
        self._begun: dict[str, ComparisonRecord] = {}  # what the document was opened with, by the kinds
        self._workers = f"{cores()} threads" if cores() > 1 else "1 thread"
        self.question = QuestionBar()
        self.pages: dict[str, ComparisonPage] = {}  # that were wanted so far
        titles = {key: (comparison.title, comparison.question) for key, comparison in COMPARISONS.items()}
        titles |= {key: (title, tip) for key, (title, tip, _) in others.items()}
        self.tabs = ButtonRow("compare-pages", "pages of the workspace", titles)
        self.stack = QStackedWidget()
        divide(self, self.stack)  # a page has some hundred widgets, and another theme comes a page a turn
        self.stack.addWidget(QWidget())  # on screen until the first page is made
        self._others = {key: make for key, (_, _, make) in others.items()}
        self.bar = RunBar()
        for words in (self._workers, f"{cores()} process{'es' * (cores() != 1)}"):
            self.bar.workers.addItem(words)
        self.workers_table = WorkersTable(theme, self)
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        self.question.asked.connect(self._ask)
        self.question.adopted.connect(self._adopt_better)
        self.tabs.chosen.connect(self.choose)
        self.tabs.chosen.connect(self.page_chosen)
        self.bar.started.connect(self._start)
        self.bar.cancelled.connect(self.job.cancel)
        self.bar.workers_named.connect(self._name_workers)
        self.bar.asked_who.connect(self._ask_who)
        self.job.members_told.connect(self.workers_table.show_members)
        self.job.unreachable.connect(self.workers_table.show_fault)
        self.bar.keep.clicked.connect(self._toggle_kept)
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
            page.adopted.connect(lambda run, changes: self._adopt(run, changes, page.outcome))
            self._add(page)
            if self._experiment is not None:
                page.show_experiment(self._experiment)
            if (record := self._begun.get(key)) is not None:
                page.take(record)
            if (outcome := self.job.outcomes.get(key)) is not None:
                page.show_outcome(outcome)
        return self.pages[key]

    def choose(self, key: str) -> None:
        """Show a page without emitting; unknown keys are ignored."""
        self.tabs.choose(key)
        for card in (self._question_card, self._bar_card):
            card.setVisible(self.tabs.key in COMPARISONS)
        self._show_kept()
        if self.page is None:
            QTimer.singleShot(0, self, self._make_page)
        else:
            self._show_page()

    def _make_page(self) -> None:
        """Make the page that is chosen, a turn after the choice: a click is answered first."""
        if self.tabs.key in COMPARISONS:
            self.page_of(self.tabs.key)
        elif self.stack.indexOf(other := self._others[self.tabs.key]()) < 0:
            self._add(other)
        self._show_page()

    def _add(self, page: QWidget) -> None:
        self.stack.addWidget(page)
        style_parts(page, self.window())

    def _show_page(self) -> None:
        page = self.page
        self._show_current()
        self.stack.setCurrentWidget(self._others[self.tabs.key]() if page is None else page)
        self._look_ahead()

    def show_experiment(self, experiment: Experiment) -> None:
        """Compare what is set in this one from now on."""
        if experiment is self._experiment:
            return
        self._experiment = experiment
        self._show_kept()
        self.question.show_experiment(experiment)
        self._show_current()
        self._look_ahead()

    def _show_current(self) -> None:
        """Let the page on screen compare what is set now, and the one that answers; others learn of it when chosen."""
        answering = self.pages.get(QUESTION) if self._asked is not None else None
        for page in (self.page, answering):
            if self._experiment is not None and page is not None:
                page.show_experiment(self._experiment)

    def begin(self, experiment: Experiment) -> None:
        """Another document is opened: nothing of the former one is shown, but what this one has kept."""
        self._asked = self._running = None
        self.question.block(False)
        self.question.begin()
        self._clear_answer()
        for page in self.pages.values():
            page.compare()
            page.show_outcome(None)
        self.show_experiment(experiment)
        self._begun = {record.choice.kind: record for record in experiment.comparisons}
        for kind, page in self.pages.items():
            if kind in self._begun:
                page.show_experiment(experiment)
                page.take(self._begun[kind])
        asked = self._begun.get(QUESTION)
        keys = keys_of(asked.runs, asked.optimizers) if asked is not None else ()
        if len(keys) == 2:
            self._asked = keys[0], keys[1]
            self.question.choose(*self._asked)
            self.page_of(QUESTION)
        if self._begun and self.tabs.key not in self._begun:
            self.choose(next(iter(self._begun)))
        kept = [record for record in experiment.comparisons if record.results]
        self.job.begin([(ComparisonRequest.of(experiment, record), record) for record in kept])

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
        page.compare(*contestants((one, other)))
        self._asked = one, other
        self._clear_answer()
        self.choose(QUESTION)
        self.page_chosen.emit(QUESTION)
        self._start()

    def _start(self) -> None:
        page = self.page
        request = page.request if page is not None else None
        if page is None or request is None or page.fault or self._running is not None:
            return
        outcome = page.outcome
        again = outcome is not None and outcome.finished and not page.is_former
        self._running = request
        self.question.block(True)
        self.bar.show_running(f"{crew_of(self._workers).preparing} …", 0.0)
        self.job.start(request, self._workers, again)

    def _show_progress(self) -> None:
        for kind, outcome in self.job.outcomes.items():
            page = self.pages.get(kind)
            if page is not None and outcome is not page.outcome:
                self._show_outcome(page, outcome)

    def _show_outcome(self, page: ComparisonPage, outcome: Outcome) -> None:
        page.show_outcome(outcome)
        result = outcome.result
        if self._running is None:
            self._show_idle()
        elif self._running.kind == outcome.request.kind:
            share = result.done / max(result.expected, 1)
            is_least = not outcome.finished and outcome.plan.most > result.expected
            line = running_line(result.done, result.expected, outcome.left, is_least)
            self.bar.show_running(self._where(line), share)
        if outcome.request.kind == QUESTION and self._asked is not None:
            self._answer(outcome, self._asked)

    def _end(self, sentence: str) -> None:
        ended, self._running = self._running, None
        self.question.block(False)
        if sentence:
            self.warned.emit(sentence)
        self._show_idle()
        self._look_ahead()
        if ended is not None and self._is_kept(ended.kind):
            self._keep(self.pages[ended.kind].outcome)

    def _toggle_kept(self, wanted: bool) -> None:
        """Keep what the page on screen shows with the experiment, or no comparison of its kind."""
        if self.page is not None and wanted:
            self._keep(self.page.outcome)
        elif self.page is not None:
            self.keep_wanted.emit(self.page.comparison.key, None)

    def _keep(self, outcome: Outcome | None) -> None:
        if outcome is not None and self._is_keepable(outcome):
            self.keep_wanted.emit(outcome.request.kind, outcome)

    def _is_kept(self, kind: str) -> bool:
        return self._experiment is not None and self._experiment.comparison(kind) is not None

    def _show_kept(self) -> None:
        self.bar.show_kept(self._is_kept(self.tabs.key))

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
        page, forecast = self.page, self.job.forecast
        request = page.request if page is not None else None
        if self._running is None:
            self._show_idle()
            self._answer_again()
        if page is None or page.fault or request is None or not self.isVisible():
            return
        outcome, is_foretold = page.outcome, forecast is not None and forecast.request == request
        if not (is_foretold and outcome is not None and outcome.finished and not page.is_former):  # else all is known
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
            line = forecast_words(forecast)
        fault = page.fault or (forecast.fault if is_known and forecast is not None else "")
        if fault:
            possible, line = False, f"{fault[:1].upper()}{fault[1:]}."
        elif outcome is not None and not page.is_former:
            done, expected = outcome.result.done, outcome.result.expected
            if outcome.finished:
                title, line = AGAIN, _finished_line(outcome)
            else:
                title, share = GO_ON, done / max(expected, 1)
                to_go = line.partition(";")[0] or "…"
                line = f"{done:,} of {expected:,} trials are finished; to go: {to_go[:1].lower()}{to_go[1:]}"
        self.bar.show_idle(title, line, possible, share)

    def _where(self, line: str) -> str:
        """What is told of a page's progress while another one is on screen."""
        running = self._running
        if running is None or running.kind == self.tabs.key:
            return line
        return f"{COMPARISONS[running.kind].title}: {line}"

    def _clear_answer(self) -> None:
        self.question.show_answer("")
        if QUESTION in self.pages:
            self.pages[QUESTION].leave_out("")

    def _answer_again(self) -> None:
        """Say so when what was asked of is no longer what is set."""
        page = self.pages.get(QUESTION)
        if self._asked is not None and page is not None and page.outcome is not None:
            self._answer(page.outcome, self._asked)

    def _answer(self, outcome: Outcome, asked: tuple[str, str]) -> None:
        if (outcome.request.runs, outcome.request.optimizers) == contestants(asked):
            self._show_answer(outcome, asked)
        else:
            self._clear_answer()

    def _show_answer(self, outcome: Outcome, asked: tuple[str, str]) -> None:
        """The answer to the question, once there is a race to speak of, and who may be adopted."""
        pairs = outcome.result.pairs  # type: ignore[attr-defined]
        first = outcome.result.sentences[0] if outcome.result.sentences else ""
        self.pages[QUESTION].leave_out(first)
        if not outcome.finished or not pairs:
            self.question.show_answer(first if not pairs else f"So far: {first}")
            return
        pair = pairs[0]
        is_turned = keys_of(*contestants(asked))[0] != asked[0]
        after = f"After {outcome.plan.updates:,} updates, {outcome.result.terms}"  # type: ignore[attr-defined]
        told = f"{verdict(pair, is_turned)} {after}: {first}"
        better, rate = winner(pair), _best_rate(outcome)
        if self.pages[QUESTION].is_former and self._running is None:
            self.question.show_answer(f"{FORMER_ANSWER} {told}")
            return
        if better is None or rate is None:
            self.question.show_answer(told)
            return
        what = "Change that run" if self._is_run(better.key, outcome) else "Add that run"
        self.question.show_answer(told, f"Adopt {better.name}", f"{what}, with its best learning rate")

    def _adopt_better(self) -> None:
        outcome = self.page_of(QUESTION).outcome
        pairs = outcome.result.pairs if outcome is not None else ()  # type: ignore[attr-defined]
        better = winner(pairs[0]) if pairs else None
        if outcome is not None and better is not None and (rate := _best_rate(outcome)) is not None:
            self._adopt(better.key, {RATE: rate}, outcome)

    def _is_run(self, id: str, outcome: Outcome) -> bool:
        """Whether one that was compared is a run, and was it then: another may have got the same id since."""
        experiments = [outcome.request.experiment, *([self._experiment] if self._experiment is not None else [])]
        return all(any(record.settings.id == id for record in one.runs) for one in experiments)

    def _adopt(self, run: str, changes: Mapping[str, object], outcome: Outcome | None) -> None:
        """Change a run, or add the one that was compared without being a run of the experiment."""
        if outcome is None:
            return
        if self._is_run(run, outcome):
            self.adopted.emit(run, changes)
            return
        arm = next((each for each in outcome.plan.arms if each.key == run), None)
        if arm is not None:
            settings = arm.record.settings
            for path, value in changes.items():
                settings = settings.having(path, value) if of_run(Setting.of(path)) else settings
            self.run_wanted.emit(settings)

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


def _best_rate(outcome: Outcome) -> float | None:
    """The learning rate with which the better one of two has raced."""
    better = winner(outcome.result.pairs[0])  # type: ignore[attr-defined]
    curves: tuple[RateCurve, ...] = outcome.result.curves  # type: ignore[attr-defined]
    tuned = {curve.arm.key: curve.best_rate for curve in curves if curve.is_tuned}
    return tuned.get(better.key) if better is not None else None


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
