"""The stage of a network: its diagram, and beside or below it one of the other views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage, QResizeEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from app.plots.plot_menu import add_plot_actions
from app.stage.diagram.diagram import Diagram
from app.stage.network_view import NetworkView
from app.stage.network_views import VIEWS
from app.widgets.title import Title
from app.widgets.wrapped_row import WrappedRow
from engine import NetworkTask, SnapshotParts

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.plots.plot_view import PlotView
    from engine import LossSlice, NetworkSnapshot, SessionPicture, SliceRequest

DESCRIBE_DELAY = 1000  # milliseconds between two descriptions for a screen reader
WIDE = 1.2  # how much wider than high the stage is when the views stand side by side
DEEP = 5  # layers; the diagram of more of them takes the whole width
SPACING, HANDLE = 6, 10  # pixels: below the bar, between the diagram and the other view
MIN_SHARE = 0.05  # of the room, that either is given
TALL_SHARE, WIDE_SHARE = 0.38, 0.5  # of the diagram, above and beside the other view


class _Pages(QStackedWidget):
    """The views; the one that is shown says how much room is needed."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else QSize(0, 0)


class _Views(Mapping[str, NetworkView]):
    """Every view by its key, in the order of their tabs; one is made when it is first asked for."""

    def __init__(self, make: Callable[[type[NetworkView]], NetworkView]) -> None:
        self.kinds = {kind.KEY: kind for kind in VIEWS}
        self.made: dict[str, NetworkView] = {}
        self._make = make

    def __getitem__(self, key: str) -> NetworkView:
        if key not in self.made:
            self.made[key] = self._make(self.kinds[key])
        return self.made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)


class NetworkStage(QWidget):
    """Pulls immutable pictures and snapshots and shows them. It never changes the session.

    wanted_changed: `wanted` or `plane_wanted` tells something new. The other signals are NetworkView's.
    """

    wanted_changed = Signal()
    edited = Signal(object)
    settled = Signal()
    parameter_edited = Signal(int, float)
    cursor_moved = Signal(object)
    export_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network_stage")
        self.setAccessibleName("Stage")
        self._theme = theme
        self.diagram = Diagram(theme)
        self.views = _Views(self._made)
        self._chosen = ""
        self._plane: LossSlice | None = None
        self._cursor: int | None = None
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self._title = Title()
        self._pages = _Pages()
        self.tabs = self._view_tabs()
        self.diagram_button = self._diagram_toggle()
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(HANDLE)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.diagram)
        self._split.addWidget(self._pages)
        self._shares = {Qt.Orientation.Vertical: TALL_SHARE, Qt.Orientation.Horizontal: WIDE_SHARE}
        self._describing = QTimer(self)
        self._describing.setSingleShot(True)
        self._describing.setInterval(DESCRIBE_DELAY)
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        self._wire_view(self.diagram)
        self.diagram_button.toggled.connect(self._show_diagram)
        self.tabs.currentChanged.connect(lambda place: self.choose(list(self.views)[place]))
        self._split.splitterMoved.connect(self._keep_share)
        self._describing.timeout.connect(self._describe)

    def _wire_view(self, view: NetworkView) -> None:
        view.wanted_changed.connect(self.wanted_changed)
        view.edited.connect(self.edited)
        view.settled.connect(self.settled)
        view.parameter_edited.connect(self.parameter_edited)
        view.cursor_moved.connect(self.cursor_moved)
        view.menu_wanted.connect(lambda at, plot: self.menu(plot).popup(at.toPoint()))

    def _made(self, kind: type[NetworkView]) -> NetworkView:
        """A view as it would be if it had been there from the beginning."""
        view = kind(self._theme)
        self._wire_view(view)
        self._pages.addWidget(view)
        if self._plane is not None:
            view.show_plane(self._plane)
        view.set_cursor(self._cursor)
        return view

    @property
    def current(self) -> NetworkView | None:
        """The view beside the diagram."""
        return self.views.made.get(self._chosen)

    def wanted(self) -> SnapshotParts:
        """What the snapshots must hold for the views on screen."""
        shown = [view.wanted() for view in self._shown]
        regions = [wanted.region for wanted in shown if wanted.region is not None]
        most = {
            field.name: max((getattr(wanted, field.name) for wanted in shown), default=0)
            for field in fields(SnapshotParts)
            if field.name not in ("region", "inspect")
        }
        return SnapshotParts(
            region=regions[-1] if regions else None, inspect=any(wanted.inspect for wanted in shown), **most
        )

    def plane_wanted(self) -> SliceRequest | None:
        """Which plane of parameters the views on screen need, if any."""
        return next((plane for view in self._shown if (plane := view.plane_wanted()) is not None), None)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for view in (self.diagram, *self.views.made.values()):
            view.set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        """Show the newest picture; called once a frame, and cheap if nothing is new."""
        if picture is self._picture:
            return
        before, self._picture = self._picture, picture
        if before is None or len(before.layers) != len(picture.layers):
            self._divide()
        task = picture.task
        assert isinstance(task, NetworkTask)
        shape = " – ".join(str(size) for size in task.network.sizes)
        parameters = f"{task.network.parameters:,} parameters"
        self._title.show_texts(f"{shape}   ·   {parameters}", parameters, shape, "")
        self._offer_tabs(picture)
        for view in self._shown:
            view.refresh(picture)
            if before is None or before.learner is not picture.learner:
                self._hand_on(view)  # a snapshot may be here before its picture
        if not self._describing.isActive():
            self._describing.start()

    def _offer_tabs(self, picture: SessionPicture) -> None:
        """Offer the views that mean anything for the network, and show one of them."""
        fitting = [key for key, kind in self.views.kinds.items() if kind.fits(picture)]
        with QSignalBlocker(self.tabs):  # hiding a tab makes another the current one
            for place, key in enumerate(self.views):
                if self.tabs.isTabVisible(place) != (key in fitting):
                    self.tabs.setTabVisible(place, key in fitting)
                    self.tabs.updateGeometry()  # which Qt forgets
        if self._chosen not in fitting:
            self.choose(next(iter(fitting), ""))
        elif list(self.views)[self.tabs.currentIndex()] != self._chosen:
            self.choose(self._chosen)

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        """Show the newest snapshot of the selected run."""
        self._snapshot = snapshot
        for view in self._shown:
            self._hand_on(view)

    def show_plane(self, patch: LossSlice) -> None:
        """Show the newest plane of parameters; those who are not on screen keep it for when they are."""
        self._plane = patch
        for view in self.views.made.values():
            view.show_plane(patch)

    def set_cursor(self, update: int | None) -> None:
        """Mark an update that is pointed at elsewhere."""
        self._cursor = update
        for view in self.views.made.values():
            view.set_cursor(update)

    def choose(self, key: str) -> None:
        """Show this view beside the diagram."""
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
            "network_view": self._chosen,
            "network_diagram": self.diagram_button.isChecked(),
            "network_split": list(self._shares.values()),
        }
        for view in (self.diagram, *self.views.made.values()):
            kept |= view.view()
        return kept

    def apply_view(self, view: Mapping[str, Any]) -> None:
        """Restore what `view` told; entries that are missing or make no sense are passed over."""
        if isinstance(view.get("network_diagram"), bool):
            self.diagram_button.setChecked(view["network_diagram"])
        shares = view.get("network_split")
        if isinstance(shares, list) and len(shares) == 2 and all(map(_is_share, shares)):
            self._shares = dict(zip(self._shares, map(float, shares), strict=True))
            self._divide()
        told = [key for key in self.views if any(name.startswith(f"network_{key}_") for name in view)]
        for part in (self.diagram, *(self.views[key] for key in self.views if key in told or key in self.views.made)):
            part.apply_view(view)
        self.choose(str(view.get("network_view", "")))

    @property
    def _shown(self) -> list[NetworkView]:
        shown: list[NetworkView] = [self.diagram] if self.diagram_button.isChecked() else []
        return [*shown, self.current] if self.current is not None else shown

    def _show_diagram(self, on: bool) -> None:
        self.diagram.setVisible(on)
        self._divide()
        self.updateGeometry()
        if on and self._picture is not None:
            self.diagram.refresh(self._picture)
            self._hand_on(self.diagram)
        self.wanted_changed.emit()

    def _hand_on(self, view: NetworkView) -> None:
        """Show a view the last snapshot, if it is of the network on screen: a race that rests brings no other."""
        snapshot, picture = self._snapshot, self._picture
        if snapshot is not None and picture is not None and snapshot.learner is picture.learner:
            view.show_snapshot(snapshot)

    def _describe(self) -> None:
        text = " ".join(words for view in self._shown if (words := view.describe()))
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def _view_tabs(self) -> QTabBar:
        tabs = QTabBar()
        tabs.setObjectName("network_views")
        tabs.setAccessibleName("Views of the network")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.setUsesScrollButtons(True)
        for place, kind in enumerate(VIEWS):
            tabs.addTab(kind.TITLE)
            tabs.setTabToolTip(place, kind.TIP)
        return tabs

    def _diagram_toggle(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("network_show_diagram")
        button.setText("Diagram")
        button.setAccessibleName("Show the diagram of the network")
        button.setToolTip(self.diagram.TIP)
        button.setCheckable(True)
        button.setChecked(True)
        return button

    def _lay_out(self) -> None:
        self._bar = WrappedRow(self._title, self.diagram_button, self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addLayout(self._bar)
        column.addWidget(self._split, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
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
        """What the other view needs below the diagram, with it."""
        page, diagram = self._pages.minimumSizeHint(), self.diagram.minimumSize()
        if self.diagram.isHidden():
            return page
        return QSize(max(page.width(), diagram.width()), page.height() + HANDLE + diagram.height())

    @property
    def _least_beside(self) -> QSize:
        page, diagram = self._pages.minimumSizeHint(), self.diagram.minimumSize()
        if self.diagram.isHidden():
            return page
        return QSize(page.width() + HANDLE + diagram.width(), max(page.height(), diagram.height()))

    def _divide(self) -> None:
        """Put the diagram beside the other view, or above it, with the share of the room that was chosen for that."""
        deep = self._picture is not None and len(self._picture.layers) > DEEP
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

    def menu(self, plot: PlotView | None = None) -> QMenu:
        """The context menu, of a plot if it is opened there; it deletes itself when it closes."""
        menu = QMenu(self)
        menu.setObjectName("stage_menu")
        menu.aboutToHide.connect(menu.deleteLater)
        if plot is not None:
            add_plot_actions(menu, plot)
            menu.addSeparator()
        menu.addAction("Reset view", self.reset_view)
        menu.addAction(
            "Hide the diagram" if self.diagram_button.isChecked() else "Show the diagram", self.diagram_button.toggle
        )
        menu.addSeparator()
        menu.addAction("Copy image", lambda: QGuiApplication.clipboard().setImage(self.image()))
        menu.addAction("Export…", lambda: self.export_wanted.emit())
        return menu


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and MIN_SHARE <= value <= 1.0 - MIN_SHARE
