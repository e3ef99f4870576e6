"""Comparing in a window: the switch between Watch and Compare, and the workspace, made when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMainWindow

from app.documents.settings import Settings
from app.documents.trial_journal import of_the_windows
from app.widgets.segmented import Segmented
from app.window.columns import Columns
from app.window.library import RunLibrary
from app.window.workbench import Workbench
from app.workers.commands import KeepComparison
from app.workers.trials import TrialJob

if TYPE_CHECKING:
    from app.compare.workspace import Workspace
    from app.look.theme import Theme

PLACE, PAGE = "layout.place", "layout.page"
LIBRARY = "library"  # the key of its page
_TITLES = ("Watch", "Compare")
_TIPS = ("Watch descent: stage and curves  (F6)", "Compare: many runs, over seeds, rates and settings  (F6)")


class Comparing(QObject):
    """What the window shows beside the settings: descent as it goes, or the Compare workspace."""

    def __init__(self, window: QMainWindow, bench: Workbench, settings: Settings, library: RunLibrary) -> None:
        super().__init__(bench)
        self._bench, self._settings, self._library = bench, settings, library
        library.opened.connect(lambda: self.show_place(False))
        columns = bench.findChild(Columns)
        assert columns is not None
        self._columns: Columns = columns
        self._workspace: Workspace | None = None
        self._document = 0
        self.job = TrialJob(self, of_the_windows())
        self.job.failed.connect(bench.toast.fail)
        self.job.noticed.connect(bench.toast.warn)
        self.switch = Segmented(_TITLES, "what is shown", _TIPS, leaves_space=True)
        self.switch.setObjectName("place-switch")
        self.switch.chosen.connect(lambda place: self.show_place(bool(place)))
        window.menuBar().setCornerWidget(self.switch, Qt.Corner.TopRightCorner)
        bench.frames.timeout.connect(self.look)
        if settings.get(PLACE, _TITLES[0]) == _TITLES[1]:
            self.show_place(True)

    @property
    def is_shown(self) -> bool:
        """Whether the workspace is on screen."""
        return self._columns.is_replaced

    @property
    def workspace(self) -> Workspace:
        """Made, and its modules imported, when it is first wanted."""
        if self._workspace is None:
            from app.compare.workspace import Workspace

            bench = self._bench
            tip = "Runs that were kept: found, sorted, compared and opened again"
            others = {LIBRARY: ("Library", tip, lambda: self._library.page)}
            workspace = Workspace(bench.theme, self.job, others)
            workspace.adopted.connect(self._bench.controller.adopt)
            workspace.run_wanted.connect(bench.controller.add)
            workspace.left.connect(lambda: self.show_place(False))
            workspace.told.connect(bench.toast.tell)
            workspace.warned.connect(bench.toast.warn)
            workspace.page_chosen.connect(lambda key: self._settings.set(PAGE, key))
            workspace.keep_wanted.connect(lambda kind, outcome: bench.training.send(KeepComparison(kind, outcome)))
            workspace.choose(str(self._settings.get(PAGE, "")))
            self._workspace = workspace
        return self._workspace

    def toggle(self) -> None:
        self.show_place(not self.is_shown)

    def show_place(self, compare: bool) -> None:
        """Show the workspace, or what it hides; the training goes on as it did."""
        self.switch.set_place(int(compare))
        self._columns.replace(self.workspace if compare else None)
        self._bench.set_watched(not compare)
        self._settings.set(PLACE, _TITLES[int(compare)])
        if compare:
            self.look()

    def show_library(self) -> None:
        """Show the page of the library."""
        self.show_place(True)
        self.workspace.choose(LIBRARY)
        self._settings.set(PAGE, LIBRARY)
        QTimer.singleShot(0, self, lambda: self._library.page.search.setFocus())  # once the page is there

    def look(self) -> None:
        """Take over what was published last, once a frame."""
        published = self._bench.training.published
        workspace = self._workspace
        if workspace is None or published is None or not self._bench.document.is_shown_by(published):
            return
        if published.document != self._document:
            self._document = published.document
            workspace.begin(published.picture.experiment)
        if self.is_shown and self._bench.controller.all_edits_shown:
            workspace.show_experiment(published.picture.experiment)

    def set_theme(self, theme: Theme) -> None:
        if self._workspace is not None:
            self._workspace.set_theme(theme)

    def give_up(self) -> None:
        """Cancel what is computed and what is exported, for good."""
        self.job.give_up()
        if self._workspace is not None:
            self._workspace.export.give_up()

    def shut_down(self) -> None:
        self.job.stop()
        if self._workspace is not None:
            self._workspace.export.stop()
