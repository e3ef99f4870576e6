"""The workbench: assembles the parts of the window, connects them, and shows what the training thread publishes."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QChildEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.controls.effect_switch import EffectSwitch
from app.controls.explain_panel import ExplainPanel
from app.controls.problem_panel import ProblemPanel
from app.controls.run_panel import RunPanel
from app.controls.runs_panel import RunsPanel
from app.controls.stop_panel import StopPanel
from app.controls.transport import Transport
from app.curves.curve_panel import CurvePanel
from app.curves.tweak_text import change_words
from app.look.number_format import duration, nice_step
from app.look.theme import Theme, palette, stylesheet
from app.look.window_style import divide, restyle_parts, style_polished
from app.stage.stage import Stage
from app.stage.stages import stage_for
from app.widgets.card import Card
from app.widgets.context_menu import close_popups
from app.widgets.knob import Knob
from app.widgets.late_paint import LatePaint
from app.widgets.offers import Offer, Offers
from app.widgets.settled_layout import settle_layouts
from app.widgets.toast import Toast
from app.widgets.turns import Turns
from app.window.columns import GAP, Columns, LeftColumn, Pane
from app.window.controller import Controller
from app.window.document import Document
from app.window.gui_thread_gc import GuiThreadGC
from app.window.note_line import NoteLine
from app.workers.commands import LookAt
from app.workers.loss_grids import LossGrid
from app.workers.priority import FRAMES
from app.workers.published import Published
from app.workers.training import Focus
from app.workers.training_thread import TrainingThread
from engine import PROBLEMS, Experiment, LossSlice, RunPicture, SessionPicture, Snapshot, kind_of

FRAME_MILLISECONDS = 16
_LONG_TURN = 0.04  # seconds of the event loop between two frames, after which others come first
_LONG_WORK = 0.01  # seconds that it took to show something, after which it is painted in a turn of its own
FEWEST_PREVIEWED = 2000  # updates that a schedule's preview spans at least
# The stage with what is around it, the curves and how they lie, a panel for the problem, its settings, the run's.
PARTS = 6
_STAGE, _CURVES, _, _PANEL, _PROBLEM, _RUN = range(1, PARTS + 1)  # the curves take several frames: a plot each


class Workbench(QWidget):
    """The central widget. Once a frame, when `frames` ticks, the views pull what was published.

    stages: by the keys of the kinds of problem. snapshot: the last one shown. garbage: its collections. export_wanted
    carries the key of a plot, dropped the path of a file.
    """

    export_wanted = Signal(str)
    import_wanted = Signal()
    paste_wanted = Signal()
    text_wanted = Signal()
    dropped = Signal(object)

    def __init__(self, theme: Theme, experiment: Experiment, path: Path | None = None) -> None:
        """path: of the file that the experiment was read from, and is to be saved to."""
        super().__init__()
        self.setObjectName("workbench")
        self.setAcceptDrops(True)
        self.theme = theme
        self.snapshot: Snapshot | None = None
        self._slice: LossSlice | None = None
        self._grid: LossGrid | None = None
        self._kind = ""  # of the problem that is shown
        self._opening: Experiment | None = None  # which is not on screen yet
        self._offer: Offer | None = None  # of a branch
        self._is_watched = True
        self._shown_parts = 0
        self._panels_wait = False  # for the next frame
        self._has_given_way = False
        self.problem_panel = ProblemPanel(theme)
        self.problem_panel.prepare(kind_of(experiment.problem).key)
        self.runs_panel = RunsPanel(theme)
        self.run_panel = RunPanel(theme)
        self.effect_switch = EffectSwitch()
        self.stop_panel = StopPanel()
        self.transport = Transport(theme)
        self.stages = {kind: stage_for(kind, theme) for kind in PROBLEMS}
        self.explain = ExplainPanel()
        self.curves = CurvePanel(theme)
        self.note = NoteLine()
        self.toast = Toast(self)
        self.offers = Offers(self)
        self._lay_out()
        self.training = TrainingThread(self)
        self.controller = Controller(self.training, self)
        self.document = Document(self.training, self._view, self)
        self.garbage = GuiThreadGC(self)
        self._theming = Turns(self)
        self.frames = QTimer(self)
        self.frames.setInterval(FRAME_MILLISECONDS)
        self._soon = QTimer(self, singleShot=True)
        self._painting = LatePaint(self)
        self._wire()
        self.frames.start()
        self.document.open(experiment, path)

    def _wire(self) -> None:
        controller, document = self.controller, self.document
        for timer in (self.frames, self._soon):
            timer.timeout.connect(self._frame)
        self.training.refused.connect(document.hear_refusal)
        self.training.failed.connect(self.toast.fail)
        self.training.told.connect(self.toast.tell)
        document.opened.connect(self._show_opened)
        document.told.connect(self.toast.tell)
        document.warned.connect(self.toast.warn)
        document.failed.connect(self.toast.fail)
        controller.told.connect(self.toast.tell)
        controller.run_selected.connect(self._show_selected)
        controller.started_again.connect(self.curves.follow_again)
        controller.effect_chosen.connect(self._show_effect)
        controller.speed_set.connect(self.transport.show_speed)
        controller.proposed.connect(self._show_proposal)

        self.problem_panel.changed.connect(self._change_problem)
        self.problem_panel.settled.connect(controller.settle)
        self.problem_panel.kind_chosen.connect(controller.choose_kind)
        self.problem_panel.import_wanted.connect(self.import_wanted)
        self.problem_panel.paste_wanted.connect(self.paste_wanted)
        self.problem_panel.text_wanted.connect(self.text_wanted)
        self.runs_panel.selected.connect(controller.select)
        self.runs_panel.changed.connect(controller.tweak)
        self.runs_panel.added.connect(controller.add_run)
        self.runs_panel.duplicated.connect(controller.duplicate_run)
        self.runs_panel.branched.connect(controller.branch)
        self.runs_panel.rewound.connect(controller.rewind)
        self.runs_panel.removed.connect(controller.remove_run)
        self.runs_panel.remedied.connect(controller.remedy)
        self.run_panel.tweaked.connect(controller.change_setting)
        self.run_panel.settled.connect(controller.settle)
        self.effect_switch.chosen.connect(controller.choose_effect)
        self.stop_panel.changed.connect(controller.change_stop)
        self.stop_panel.settled.connect(controller.settle)

        self.transport.play_toggled.connect(controller.toggle_play)
        self.transport.stepped.connect(lambda: controller.step())
        self.transport.epoch_stepped.connect(controller.step_epoch)
        self.transport.reset.connect(controller.reset)
        self.transport.seeds_renewed.connect(controller.renew_seeds)
        self.transport.speed_changed.connect(controller.set_speed)
        self.transport.scrubbed.connect(controller.scrub)
        self.transport.rewound.connect(controller.rewind)
        self.transport.branched.connect(controller.branch_selected)
        self.transport.explained.connect(self.toggle_explain)

        for stage in self.stages.values():
            stage.wanted_changed.connect(self._request_views)
            stage.grid_wanted.connect(partial(self._request_grid, stage))
            stage.edited.connect(controller.change_problem)
            stage.settled.connect(controller.settle)
            stage.begun.connect(controller.play_from_start)
            stage.parameter_edited.connect(controller.tweak_parameter)
            stage.cursor_moved.connect(self._link_cursor)
            stage.export_wanted.connect(lambda: self.export_wanted.emit("stage"))
        self.curves.cursor_moved.connect(self._link_cursor)
        self.curves.picked.connect(controller.scrub)
        self.curves.branched.connect(controller.branch_selected)
        self.curves.export_wanted.connect(self.export_wanted)
        self.explain.coordinate_chosen.connect(self._show_again)

    @property
    def settled(self) -> bool:
        """Whether every edit is carried out and on screen, and no replay is under way."""
        shown = self.controller.shown
        newest = shown is not None and shown is self.training.published and shown.replaying is None
        parts = self._shown_parts == PARTS and not self._panels_wait and self._theming.done and self.curves.settled
        return newest and parts and self.controller.all_edits_shown

    @property
    def shown_stage(self) -> Stage:
        """The stage for the kind of problem that is open, or the first."""
        shown = self.controller.shown
        return self.stages[shown.picture.kind if shown is not None else next(iter(self.stages))]

    def take_keyboard(self) -> None:
        """A field of a panel is done with the keyboard: it is the stage's."""
        self.shown_stage.setFocus()

    def take_keyboard_to_search(self) -> None:
        """Let a person find a setting by its words."""
        self._panes[0].verticalScrollBar().setValue(0)
        self.problem_panel.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.problem_panel.search.selectAll()

    def toggle_explain(self) -> None:
        self.explain_card.setVisible(not self.explain_card.isVisible())
        self._request_views()
        shown, run = self.controller.shown, self.controller.run(self.controller.selected)
        if shown is not None and run is not None:
            self.explain.refresh(shown.picture, run)
        settle_layouts()

    def set_theme(self, theme: Theme) -> None:
        """Change the theme a part a turn of the event loop; until the last the window shows how it was."""
        self.theme = theme
        self._theming.begin(self._change_theme())

    def _change_theme(self) -> Generator[None, None, None]:
        theme, window = self.theme, self.window()
        window.setUpdatesEnabled(False)
        try:
            QApplication.setPalette(palette(theme))
            yield
            for part in (self.problem_panel, self.runs_panel, self.run_panel, self.transport, self.curves):
                part.set_theme(theme)
                yield
            for stage in self.stages.values():
                stage.set_theme(theme)
                yield
            self._show_again()
            yield
            yield from restyle_parts(window, stylesheet(theme))
        finally:
            window.setUpdatesEnabled(True)

    def shut_down(self) -> None:
        """Stop the training thread between two chunks; the document is then as it will stay."""
        self.frames.stop()
        self._soon.stop()
        FRAMES.end()
        self._theming.stop()
        self.garbage.stop()
        self.training.stop()
        published = self.training.published
        if published is not None and self.document.is_shown_by(published):
            self.document.follow(published)
        self.document.stop()

    # What is shown

    @Slot()
    def _frame(self) -> None:
        """Show what is new: after a long turn of the event loop in the next one, or both together would be longer."""
        self._has_given_way = FRAMES.begin() > _LONG_TURN and not self._has_given_way
        if self._has_given_way:
            self._soon.start()
        else:
            self.show_newest()

    def show_newest(self) -> None:
        """Show what is new since the last frame; while the theme changes nothing is painted, and so nothing shown."""
        if not self._theming.done:
            return
        published = self.training.published
        is_waiting = self._shown_parts < PARTS
        if is_waiting and (self._shown_parts != _CURVES or self.curves.settled):
            self._shown_parts += 1
        if published is not None and published is not self.controller.shown and self.document.is_shown_by(published):
            self.document.follow(published)
            self._show(published)
        elif is_waiting:
            self._show_again()
        snapshot, slice, grid = self.training.snapshots.newest, self.training.slices.newest, self.training.grids.newest
        selected = self.controller.selected
        if snapshot is not None and snapshot is not self.snapshot and snapshot.run == selected:
            self.snapshot = snapshot
            self.stages[snapshot.problem.task.KIND].show_snapshot(snapshot)
        if slice is not None and slice is not self._slice and slice.run == selected:
            self._slice = slice
            self.stages[slice.problem.task.KIND].show_plane(slice)
        if grid is not None and grid is not self._grid:
            self._grid = grid
            for stage in self.stages.values():
                stage.show_grid(grid)

    def _show_opened(self, experiment: Experiment) -> None:
        """Another experiment is being opened; what is on screen stays as it is until that is there."""
        self._opening = experiment
        field = self.focusWidget()
        if isinstance(field, QLineEdit):
            field.setModified(False)  # what is half typed belongs to the experiment before
        close_popups(self)  # and so does a menu that is open
        self.controller.begin(experiment)
        for panel in (self.problem_panel, self.run_panel, self.stop_panel):
            panel.renew()

    def _restore_view(self) -> None:
        """Show an experiment that is there now in the way that was saved with it."""
        experiment, self._opening = self._opening, None
        if experiment is None:
            return
        close_popups(self)  # what was opened over the one before
        self.note.begin()
        self.curves.apply_view(experiment.view, kind_of(experiment.problem).key)
        for stage in self.stages.values():
            stage.begin()
            stage.apply_view(experiment.view)

    def _view(self) -> Mapping[str, Any]:
        if self._opening is not None:
            return self._opening.view
        return {**self.controller.view(), **self.curves.view(), **self.shown_stage.view()}

    def _show_selected(self) -> None:
        self._request_views()
        if self.controller.run(self.controller.selected) is not None:  # else it has not been added yet
            self._show_again()

    def _show_again(self) -> None:
        if self.controller.shown is not None:
            self._show(self.controller.shown)

    def _show(self, published: Published) -> None:
        """Show this, of another document or problem a part a frame: each has many widgets to make and to lay out."""
        begun = time.monotonic()
        self._restore_view()
        picture, before = published.picture, self.controller.shown
        selected = self.controller.selected
        run = self.controller.show(published)
        if picture.kind != self._kind:
            self._kind = picture.kind
            for knob in (*self.run_panel.findChildren(Knob), *self.stop_panel.findChildren(Knob)):
                knob.abandon()  # what is half typed belongs to the problem before
        if self.controller.selected != selected or before is None or before.picture.kind != picture.kind:
            self._stages.setCurrentWidget(self.shown_stage)
            self._request_views()
            if before is None:  # another document: the keyboard is the stage's, and not that of what opened it
                self.take_keyboard()
        if before is None or before.picture.task.identity != picture.task.identity:
            self._shown_parts = _STAGE
            self._scroll_to_top(everything=before is None or before.picture.kind != picture.kind)
        parts = range(1, PARTS + 1) if self._shown_parts == PARTS else (self._shown_parts,)
        if _STAGE in parts:
            self._show_race(published, run)
        if _CURVES in parts:
            self.curves.set_selected(run.id)
            self.curves.refresh(picture, published.clocks, hurried=published.playing or self.controller.is_dragging)
        if _PANEL in parts:
            self.problem_panel.prepare(picture.kind)
        is_other = before is not None and before.picture.subject is not picture.subject
        shows_panels = self.controller.all_edits_shown
        if is_other and len(parts) > 1 and not self.controller.is_dragging and not self._panels_wait:
            # Stage and curves of other examples take a frame by themselves, and each panel one.
            self._panels_wait, self._shown_parts, shows_panels = True, _PANEL, False
        elif _RUN in parts:
            self._panels_wait = False
        if _PROBLEM in parts and shows_panels:
            self.problem_panel.refresh(picture)
        if _RUN in parts and shows_panels:
            self._show_settings(picture, run)
        settle_layouts()
        if time.monotonic() - begun > _LONG_WORK:
            self._painting.withhold()

    def _show_race(self, published: Published, run: RunPicture) -> None:
        """The stage, and what is around it."""
        picture, stage = published.picture, self.shown_stage
        self.note.refresh(picture)
        self.transport.refresh(published)
        stage.set_selected(run.id)
        stage.refresh(picture)
        stage.set_playing(published.playing)
        self._left.hold(self.controller.is_dragging)
        self.runs_panel.refresh(picture, run.id)
        self.explain.refresh(picture, run)
        self._show_effect()

    def _show_effect(self) -> None:
        controller = self.controller
        if controller.is_dragging:  # nothing of it changes then, and nothing moves under the hand
            return
        seconds = controller.recompute_seconds
        note = f"From the start takes about {duration(seconds)}; Space stops it." if controller.takes_long else ""
        self.effect_switch.refresh(controller.from_start, note)

    def _show_settings(self, picture: SessionPicture, run: RunPicture) -> None:
        kind = kind_of(picture.task)
        words = kind.batch_words(run.settings.batch, picture.examples)
        self.run_panel.refresh(run, _previewed(picture, run), picture.examples if kind.trains else 0, words)
        self.stop_panel.refresh(picture.stop, kind.watched)

    def _scroll_to_top(self, everything: bool) -> None:
        """Another problem has other panels: where the old ones were scrolled to means nothing now."""
        for pane in self._panes if everything else self._panes[:1]:
            pane.verticalScrollBar().setValue(0)

    def _show_proposal(self) -> None:
        """Offer the branch that is proposed; once it no longer is, the panel shows what holds again."""
        proposal = self.controller.proposal
        if proposal is None or self.controller.run(proposal.run) is None:
            self.run_panel.renew()
            self._show_again()
        self._offer_branch()

    def set_watched(self, on: bool) -> None:
        """Whether stage and curves are seen: only then a branch of what they show is offered."""
        if on != self._is_watched:
            self._is_watched = on
            self._offer_branch()

    def _offer_branch(self) -> None:
        if self._offer is not None and self._offer in self.offers.waiting:
            self.offers.withdraw(self._offer)
        self._offer = None
        controller, proposal = self.controller, self.controller.proposal
        run = controller.run(proposal.run) if proposal is not None else None
        if proposal is None or run is None or not self._is_watched:
            return
        changes = change_words(run, proposal.changes)
        sentence = f"Update {proposal.update:,} is shown. Branch there, with {changes} from then on?"
        self._offer = self.offers.ask(sentence, {"Branch here": controller.accept, "Not now": controller.withdraw})

    def _request_views(self) -> None:
        """Tell the training thread which run is selected, and what the visible views need of it."""
        stage, explained = self.shown_stage, not self.explain_card.isHidden()
        focus = Focus(self.controller.selected, stage.queries(), stage.plane_wanted(), explained)
        self.training.send(LookAt(focus))

    def _change_problem(self, changes: Mapping[str, object]) -> None:
        """Change what a panel says, unless it is that of a kind of problem which has just gone, and goes, too."""
        if self.problem_panel.kind_shown == self._kind:
            self.controller.change_problem(changes)

    def _request_grid(self, stage: Stage, x0: float, x1: float, y0: float, y1: float, columns: int, rows: int) -> None:
        """Have the loss computed on a grid of a region."""
        if stage.grid_of is not None:
            self.training.grids.request(stage.grid_of, (x0, x1, y0, y1), columns, rows)

    def _link_cursor(self, update: int | None) -> None:
        for stage in self.stages.values():
            stage.set_cursor(update)
        self.curves.set_cursor(update)

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        if event.polished():
            style_polished(event.child(), self.window())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.note.set_height_of_window(self.height())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths[0])

    def _lay_out(self) -> None:
        self.problem_panel.search.look_in((self.run_panel, self.problem_panel, self.stop_panel))
        self._panes = (
            Pane("problem-pane", [self.problem_panel]),
            Pane("runs-pane", [self.runs_panel]),
            Pane("settings-pane", [self.run_panel, self.stop_panel], self.effect_switch),
        )
        self._left = LeftColumn(*self._panes)
        middle = QWidget()
        divide(self, middle)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(Card.around(self.transport))
        self._stages = QStackedWidget()
        for stage in self.stages.values():
            self._stages.addWidget(stage)
        card = Card.around(self._stages)
        card.body.setStretch(0, 1)
        card.body.addWidget(self.note)
        column.addWidget(card, 1)
        self.explain_card = Card.around(self.explain, "Explain")
        self.explain_card.hide()
        column.addWidget(self.explain_card)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Columns(self._left, middle, self.curves))


def _previewed(picture: SessionPicture, run: RunPicture) -> int:
    """The updates that a schedule's preview spans, in steps, so that it is seldom redrawn."""
    limit = int(picture.stop["updates"])  # type: ignore[arg-type]
    return limit or max(FEWEST_PREVIEWED, round(nice_step(max(2 * run.update, 1))))
