"""A stage with tabs: one of the views that fit the problem, and where a kind has one a companion beside or above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage, QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabBar, QToolButton, QVBoxLayout

from app.plots.plot_menu import add_plot_actions
from app.stage.stage import Stage
from app.stage.stage_view import StageView
from app.stage.views import VIEWS
from app.widgets.context_menu import ContextMenu
from app.widgets.title import Title
from app.widgets.wrapped_row import WrappedRow

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.plots.plot_view import PlotView
    from engine import LossSlice, Query, SessionPicture, SliceRequest, Snapshot

DESCRIBE_DELAY = 1000  # milliseconds between two descriptions for a screen reader
WIDE = 1.2  # how much wider than high the stage is when the views stand side by side
DEEP = 5  # layers; the companion of more of them takes the whole width
SPACING, HANDLE = 6, 10  # pixels: below the bar, between the companion and the other view
MIN_SHARE = 0.05  # of the room, that either is given
TALL_SHARE, WIDE_SHARE = 0.38, 0.5  # of the companion, above and beside the other view


class _Pages(QStackedWidget):
    """The views; the one that is shown says how much room is needed."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else QSize(0, 0)


class _Views(Mapping[str, StageView]):
    """Every view by its key, in the order of their tabs; one is made when it is first asked for."""

    def __init__(self, make: Callable[[type[StageView]], StageView]) -> None:
        self.kinds = {kind.KEY: kind for kind in VIEWS}
        self.made: dict[str, StageView] = {}
        self._make = make

    def __getitem__(self, key: str) -> StageView:
        if key not in self.made:
            self.made[key] = self._make(self.kinds[key])
        return self.made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)


class ViewsStage(Stage):
    """The stage of a kind of problem that brings no other. NAME: begins the names of its view settings.

    companion: a view that is always there beside the one that is chosen, unless it is hidden.
    """

    NAME: ClassVar[str] = "stage"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName(f"{self.NAME}_stage")
        self.companion = self.make_companion()
        self.views = _Views(self._made)
        self._chosen = ""
        self._has_companion = self.companion is not None  # and it means something for the problem
        self._plane: LossSlice | None = None
        self._cursor: int | None = None
        self._picture: SessionPicture | None = None
        self._snapshot: Snapshot | None = None
        self._title = Title()
        self._pages = _Pages()
        self.tabs = self._view_tabs()
        self.companion_button = self._companion_toggle()
        self._divided_for = QSize()
        self._split = _Split(self._divide) if self.companion is not None else QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(HANDLE)
        self._split.setChildrenCollapsible(False)
        if self.companion is not None:
            self._split.addWidget(self.companion)
        self._split.addWidget(self._pages)
        self._shares = {Qt.Orientation.Vertical: TALL_SHARE, Qt.Orientation.Horizontal: WIDE_SHARE}
        self._describing = QTimer(self)
        self._describing.setSingleShot(True)
        self._describing.setInterval(DESCRIBE_DELAY)
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        if self.companion is not None:
            self._wire_view(self.companion)
        self.companion_button.toggled.connect(self._show_companion)
        self.tabs.currentChanged.connect(lambda place: self.choose(list(self.views)[place]))
        self._split.splitterMoved.connect(self._keep_share)
        self._describing.timeout.connect(self._describe)

    def _wire_view(self, view: StageView) -> None:
        view.wanted_changed.connect(self.wanted_changed)
        view.edited.connect(self.edited)
        view.settled.connect(self.settled)
        view.parameter_edited.connect(self.parameter_edited)
        view.cursor_moved.connect(self.cursor_moved)
        view.menu_wanted.connect(lambda at, plot: self.menu(plot).popup(at.toPoint()))

    def _made(self, kind: type[StageView]) -> StageView:
        """A view as it would be if it had been there from the beginning."""
        view = kind(self.theme)
        self._wire_view(view)
        self._pages.addWidget(view)
        if self._plane is not None:
            view.show_plane(self._plane)
        view.set_cursor(self._cursor)
        return view

    @property
    def current(self) -> StageView | None:
        """The view beside the companion."""
        return self.views.made.get(self._chosen)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset().union(*(view.queries() for view in self._shown))

    def plane_wanted(self) -> SliceRequest | None:
        return next((plane for view in self._shown if (plane := view.plane_wanted()) is not None), None)

    def make_companion(self) -> StageView | None:
        """A view that is always there, made at the beginning."""
        return None

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for view in self._made_views:
            view.set_theme(theme)

    @property
    def _made_views(self) -> list[StageView]:
        companion = [] if self.companion is None else [self.companion]
        return [*companion, *self.views.made.values()]

    def set_playing(self, playing: bool) -> None:
        for view in self._made_views:
            view.set_playing(playing)

    def refresh(self, picture: SessionPicture) -> None:
        if picture is self._picture:
            return
        before, self._picture = self._picture, picture
        if before is None or len(before.subject.layers) != len(picture.subject.layers):
            self._divide()
        self._title.show_texts(*picture.subject.headings(picture.run_task.parameters))
        self._offer_tabs(picture)
        if self.companion is not None:
            self._offer_companion(self.companion.fits(picture))
        for view in self._shown:
            view.refresh(picture)
            if before is None or before.problem is not picture.problem:
                self._hand_on(view)  # a snapshot may be here before its picture
        if not self._describing.isActive():
            self._describing.start()

    def _offer_tabs(self, picture: SessionPicture) -> None:
        """Offer the views that mean anything for the problem, and show one of them."""
        fitting = [key for key, kind in self.views.kinds.items() if kind.fits(picture)]
        with QSignalBlocker(self.tabs):  # hiding a tab makes another the current one
            for place, key in enumerate(self.views):
                if self.tabs.isTabVisible(place) != (key in fitting):
                    self.tabs.setTabVisible(place, key in fitting)
                    self.tabs.updateGeometry()  # which Qt forgets
            self._bring_tab_into_view()
        if self._chosen not in fitting:
            self.choose(next(iter(fitting), ""))
        elif list(self.views)[self.tabs.currentIndex()] != self._chosen:
            self.choose(self._chosen)

    def _bring_tab_into_view(self) -> None:
        """Scroll to the tab that is chosen, which Qt does only when another one is; signals are blocked."""
        place = self.tabs.currentIndex()
        other = next((at for at in range(self.tabs.count()) if at != place and self.tabs.isTabVisible(at)), place)
        self.tabs.setCurrentIndex(other)
        self.tabs.setCurrentIndex(place)

    def _offer_companion(self, fits: bool) -> None:
        """Offer the companion, or do without one where it means nothing."""
        if fits == self._has_companion:
            return
        assert self.companion is not None
        self._has_companion = fits
        self.companion_button.setVisible(fits)
        self.companion.setVisible(fits and self.companion_button.isChecked())
        self._divide()
        self.updateGeometry()
        self.wanted_changed.emit()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        for view in self._shown:
            self._hand_on(view)

    def show_plane(self, patch: LossSlice) -> None:
        """Show the newest plane of parameters; those who are not on screen keep it for when they are."""
        self._plane = patch
        for view in self.views.made.values():
            view.show_plane(patch)

    def set_cursor(self, update: int | None) -> None:
        self._cursor = update
        for view in self.views.made.values():
            view.set_cursor(update)

    def choose(self, key: str) -> None:
        """Show this view beside the companion."""
        if key not in self.views:
            return
        self._chosen = key
        with QSignalBlocker(self.tabs):
            self.tabs.setCurrentIndex(list(self.views).index(key))
        view = self.views[key]
        self._pages.setCurrentWidget(view)
        self._divide()
        self.setFocusProxy(view)
        if self._picture is not None and view.fits(self._picture):  # a file may name the view before it is shown
            view.refresh(self._picture)
            self._hand_on(view)
        self.wanted_changed.emit()

    def reset_view(self) -> None:
        for view in self._shown:
            view.reset_view()

    def image(self) -> QImage:
        """What is on screen, as a picture."""
        return self._split.grab().toImage()

    def view(self) -> dict[str, Any]:
        """The view settings: plain values, as a file keeps them; none of a view that was never shown."""
        kept: dict[str, Any] = {
            f"{self.NAME}_view": self._chosen,
        }
        if self.companion is not None:
            kept[f"{self.NAME}_{self.companion.KEY}"] = self.companion_button.isChecked()
            kept[f"{self.NAME}_split"] = list(self._shares.values())
        for view in self._made_views:
            kept |= view.view()
        return kept

    def apply_view(self, view: Mapping[str, Any]) -> None:
        if self.companion is not None:
            shown = view.get(f"{self.NAME}_{self.companion.KEY}")
            if isinstance(shown, bool):
                self.companion_button.setChecked(shown)
            self.companion.apply_view(view)
        shares = view.get(f"{self.NAME}_split")
        if isinstance(shares, list) and len(shares) == 2 and all(map(_is_share, shares)):
            self._shares = dict(zip(self._shares, map(float, shares), strict=True))
            self._divide()
        begins = {key: f"{kind.GROUP}_{key}_" for key, kind in self.views.kinds.items()}
        told = [key for key, begin in begins.items() if any(name.startswith(begin) for name in view)]
        for key in self.views:
            if key in told or key in self.views.made:
                self.views[key].apply_view(view)
        self.choose(str(view.get(f"{self.NAME}_view", "")))

    @property
    def _shown(self) -> list[StageView]:
        has_companion = self._has_companion and self.companion_button.isChecked()
        shown = [self.companion] if self.companion is not None and has_companion else []
        return [*shown, self.current] if self.current is not None else shown

    def _show_companion(self, on: bool) -> None:
        if self.companion is None or not self._has_companion:
            return
        self.companion.setVisible(on)
        self._divide()
        self.updateGeometry()
        if on and self._picture is not None:
            self.companion.refresh(self._picture)
            self._hand_on(self.companion)
        self.wanted_changed.emit()

    def _hand_on(self, view: StageView) -> None:
        """Show a view the last snapshot, if it is of the problem on screen and answers what the view asks: a race that
        rests brings no other, and one that other views have asked for does not serve.
        """
        snapshot, picture = self._snapshot, self._picture
        if snapshot is None or picture is None or snapshot.subject is not picture.subject:
            return
        if set(map(type, view.queries())) <= set(map(type, snapshot.answers)):
            view.show_snapshot(snapshot)

    def _describe(self) -> None:
        text = " ".join(words for view in self._shown if (words := view.describe()))
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def _view_tabs(self) -> QTabBar:
        tabs = QTabBar()
        tabs.setObjectName(f"{self.NAME}_views")
        tabs.setAccessibleName(f"Views of the {self.NAME}")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.setUsesScrollButtons(True)
        for place, kind in enumerate(VIEWS):
            tabs.addTab(kind.TITLE)
            tabs.setTabToolTip(place, kind.TIP)
        for button in tabs.findChildren(QToolButton):  # that scroll, where there is no room for all
            button.setToolTip(button.accessibleName())
        return tabs

    def _companion_toggle(self) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        if self.companion is None:
            button.hide()
        else:
            title = self.companion.TITLE
            button.setObjectName(f"{self.NAME}_show_{self.companion.KEY}")
            button.setText(title)
            button.setAccessibleName(f"Show the {title.lower()} of the {self.NAME}")
            button.setToolTip(self.companion.TIP)
        button.setChecked(True)
        return button

    def _lay_out(self) -> None:
        self._bar = WrappedRow(self._title, self.companion_button, self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addLayout(self._bar)
        column.addWidget(self._split, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._divided_for != self.size():
            self._divide()
        self.updateGeometry()  # the least size depends on the size

    def minimumSizeHint(self) -> QSize:
        """What the parts need below each other; as long as the stage is too low for that, beside each other."""
        below, beside = self._least_below, self._least_beside
        width = below.width() if self._room.height() >= below.height() else beside.width()
        height = beside.height() if self._room.width() >= beside.width() else below.height()
        bar = self._bar.minimumSize()
        return QSize(max(width, bar.width()), height + SPACING + bar.height())

    @property
    def _room(self) -> QSize:
        """For the diagram and the other view."""
        return self.size() - QSize(0, self._bar.minimumSize().height() + SPACING)

    @property
    def _least_below(self) -> QSize:
        """What the other view needs below the companion, with it."""
        page = self._pages.minimumSizeHint()
        if self.companion is None or self.companion.isHidden():
            return page
        beside = self.companion.minimumSize()
        return QSize(max(page.width(), beside.width()), page.height() + HANDLE + beside.height())

    @property
    def _least_beside(self) -> QSize:
        page = self._pages.minimumSizeHint()
        if self.companion is None or self.companion.isHidden():
            return page
        beside = self.companion.minimumSize()
        return QSize(page.width() + HANDLE + beside.width(), max(page.height(), beside.height()))

    def _divide(self) -> None:
        """Put the companion beside the other view, or above it, with the share of the room that was chosen for that."""
        if self.companion is None:
            return
        self._divided_for = self.size()
        deep = self._picture is not None and len(self._picture.subject.layers) > DEEP
        room, below, beside = self._room, self._least_below, self._least_beside
        wide = self.width() > WIDE * self.height() and not deep
        if wide:
            wide = room.width() >= beside.width() or room.height() < below.height()
        else:
            wide = room.height() < below.height() and room.width() >= beside.width()
        side = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if side != self._split.orientation():
            self._split.setOrientation(side)
        share = self._shares[self._split.orientation()]
        self._split.setSizes([round(1000 * share), round(1000 * (1.0 - share))])

    def _keep_share(self) -> None:
        first, second = self._split.sizes()
        if first and second:
            share = min(max(first / (first + second), MIN_SHARE), 1.0 - MIN_SHARE)
            self._shares[self._split.orientation()] = round(share, 3)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def menu(self, plot: PlotView | None = None) -> ContextMenu:
        """The context menu, of a plot if it is opened there; it deletes itself when it closes."""
        menu = ContextMenu(plot or self)
        menu.setObjectName("stage_menu")
        if plot is not None:
            add_plot_actions(menu, plot)
            menu.addSeparator()
        menu.addAction("Reset view", self.reset_view)
        if self.companion is not None and self._has_companion:
            verb = "Hide" if self.companion_button.isChecked() else "Show"
            menu.addAction(f"{verb} the {self.companion.TITLE.lower()}", self.companion_button.toggle)
        menu.addSeparator()
        menu.addAction("Copy image", lambda: QGuiApplication.clipboard().setImage(self.image()))
        menu.addAction("Export…", lambda: self.export_wanted.emit())
        return menu


class _Split(QSplitter):
    """Divides its room anew when it has another size: to move what it divides first would lay it all out twice."""

    def __init__(self, divide: Callable[[], None]) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._divide = divide

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._divide()


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and MIN_SHARE <= value <= 1.0 - MIN_SHARE
