"""The stage of a surface: descent is seen from above or in 3-D."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from app.plots.plot_menu import add_plot_actions
from app.stage.stage import Stage, StageCommand
from app.stage.surface.mesh import MESH_NODES
from app.stage.surface.surface_3d import Surface3D
from app.stage.surface.surface_info import surface_of
from app.stage.surface.surface_plane import MIN_NODES, SurfacePlane
from app.stage.surface.toolbar import Toolbar
from app.stage.terrain import Terrain
from app.widgets.context_menu import ContextMenu
from engine import SurfaceInfo, SurfaceTask

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.loss_grids import LossGrid
    from engine import Problem, SessionPicture

DESCRIBE_DELAY = 1000  # milliseconds between two descriptions for a screen reader
FIRST_GRID = 240  # nodes along each axis, before the view has said what it needs


class SurfaceStage(Stage):
    """Shows the runs over a terrain. The old one stays until the grid that was asked for is there.

    A start that is dragged is an edit; one that is placed begins the race, too.
    """

    KIND: ClassVar[str] = SurfaceTask.KIND

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("stage")
        self.toolbar = Toolbar()
        self.plane = SurfacePlane(theme)
        self.surface_3d = Surface3D(theme)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.plane)
        self._pages.addWidget(self.surface_3d)
        self._terrain: Terrain | None = None
        self._picture: SessionPicture | None = None
        self._info: SurfaceInfo | None = None
        self._problem: Problem | None = None
        self._shown: LossGrid | None = None
        self._describing = QTimer(self)
        self._describing.setSingleShot(True)
        self._describing.setInterval(DESCRIBE_DELAY)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.toolbar)
        column.addWidget(self._pages, 1)
        self.setFocusProxy(self.plane)
        self._wire()

    def _wire(self) -> None:
        self.plane.region_wanted.connect(self.grid_wanted)
        self.plane.start_dragged.connect(self._drag_start)
        self.plane.start_placed.connect(self._place_start)
        self.plane.cursor_moved.connect(self.cursor_moved)
        self.plane.menu_wanted.connect(lambda at: self.menu().popup(at.toPoint()))
        self.plane.looked.connect(self._take_landscape)
        self.surface_3d.zoom_wanted.connect(self._zoom)
        self.surface_3d.reset_wanted.connect(self.reset_view)
        self.toolbar.arrows_chosen.connect(self.plane.set_arrows)
        self.toolbar.arrows_chosen.connect(self.surface_3d.set_arrows)
        self.toolbar.equal_chosen.connect(self.plane.set_equal)
        self.toolbar.surface_3d_chosen.connect(self._show_surface_3d)
        self.toolbar.reset_asked.connect(self.reset_view)
        self._describing.timeout.connect(self._describe)

    @property
    def value_at(self) -> Callable[[float, float], float] | None:
        """The surface's value at (x, y) for the read-out; without it the terrain is interpolated."""
        return self.plane.value_at

    @value_at.setter
    def value_at(self, value_at: Callable[[float, float], float] | None) -> None:
        self.plane.value_at = value_at

    @property
    def grid_of(self) -> Problem | None:
        return self._problem

    def commands(self) -> list[StageCommand]:
        return [StageCommand("surface_3d", "3-D view", self.toolbar.surface_3d.toggle, "3")]

    def begin(self) -> None:
        self._info = None

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plane.set_theme(theme)
        self.surface_3d.set_theme(theme)

    def set_terrain(self, terrain: Terrain) -> None:
        """Show these values of the surface, unless newer ones have come before."""
        if self._terrain is not None and terrain.serial < self._terrain.serial:
            return
        self._terrain = terrain
        self.toolbar.set_title(surface_of(terrain).title)
        self.plane.set_terrain(terrain)
        self._take_landscape()

    def set_selected(self, id: str) -> None:
        """The run whose arrows are shown."""
        self.plane.set_selected(id)
        self.surface_3d.set_selected(id)

    def set_cursor(self, update: int | None) -> None:
        """Mark the point of an update on every path."""
        self.plane.set_cursor(update)
        self.surface_3d.set_cursor(update)

    def refresh(self, picture: SessionPicture) -> None:
        """Show the newest picture; called once a frame, and cheap if nothing is new."""
        if picture is self._picture:
            return
        self._picture = picture
        info = picture.subject
        assert isinstance(info, SurfaceInfo)
        if info != self._info:
            self._show_surface(picture.problem, info)
        self.toolbar.tell_how(picture.update > 0)
        self._current.refresh(picture)
        if not self._describing.isActive():
            self._describing.start()

    def _show_surface(self, problem: Problem, info: SurfaceInfo) -> None:
        """Switch to another surface, starting with its default region."""
        self._info, self._problem = info, problem
        self.value_at = lambda x, y: float(problem.values(np.array([x, x]), np.array([y]))[0, 0])
        self.grid_wanted.emit(*info.view, FIRST_GRID, FIRST_GRID)

    def show_grid(self, grid: LossGrid) -> None:
        if grid is self._shown or grid.problem is not self._problem or self._info is None:
            return
        self._shown = grid
        self.set_terrain(Terrain(self._info, grid.xs, grid.ys, grid.values, grid.number))

    def _drag_start(self, x: float, y: float) -> None:
        """Move the start. Dragged values are rounded to six digits."""
        self.edited.emit({"start": (float(f"{x:.6g}"), float(f"{y:.6g}"))})

    def _place_start(self, x: float, y: float) -> None:
        """Move the start, and play from there if nothing has run yet."""
        self._drag_start(x, y)
        self.settled.emit()
        self.begun.emit()

    def reset_view(self) -> None:
        """Show the whole surface, from where it is seen at first."""
        if self._is_3d:
            self.surface_3d.reset_view()
        self.plane.show_all()

    def image(self) -> QImage:
        """What is on screen, as a picture."""
        return self._current.grab().toImage()

    def view(self) -> dict[str, Any]:
        """The view settings: plain values, as a file keeps them."""
        bar = self.toolbar
        return {
            "stage_arrows": [key for key, button in bar.arrows.items() if button.isChecked()],
            "stage_equal": bar.equal.isChecked(),
            "stage_relief": bar.surface_3d.isChecked(),
        }

    def apply_view(self, view: Mapping[str, Any]) -> None:
        """Restore what `view` told; entries that are missing or make no sense are passed over."""
        bar, arrows = self.toolbar, view.get("stage_arrows")
        if isinstance(arrows, list):
            for key, button in bar.arrows.items():
                button.setChecked(key in arrows)
        for key, button in (("stage_equal", bar.equal), ("stage_relief", bar.surface_3d)):
            if isinstance(view.get(key), bool):
                button.setChecked(view[key])

    @property
    def _is_3d(self) -> bool:
        return self._pages.currentWidget() is self.surface_3d

    @property
    def _current(self) -> SurfacePlane | Surface3D:
        return self.surface_3d if self._is_3d else self.plane

    def _show_surface_3d(self, on: bool) -> None:
        self._pages.setCurrentWidget(self.surface_3d if on else self.plane)
        self.setFocusProxy(self._current)
        self.plane.set_least_nodes(MESH_NODES if on else MIN_NODES)
        self._take_landscape()
        if self._picture is not None:
            self._current.refresh(self._picture)

    def _zoom(self, factor: float, x: float, y: float) -> None:
        """Zoom in 3-D: both pictures show the same part of the plane."""
        self.plane.zoom(factor, self.plane.view.point(x, y))

    def _take_landscape(self) -> None:
        """Show in 3-D what is seen from above, unless 3-D is not on screen."""
        if self._is_3d and self.plane.landscape is not None:
            self.surface_3d.set_landscape(self.plane.landscape, self.plane.view.region)

    def _describe(self) -> None:
        text = self.plane.describe(self._picture.runs if self._picture is not None else ())
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def menu(self) -> ContextMenu:
        """The context menu, which deletes itself when it closes."""
        menu = ContextMenu(self._current)
        menu.setObjectName("stage_menu")
        if self._is_3d:
            menu.addAction("Reset view", self.reset_view)
            menu.addAction("Show from above", self.toolbar.surface_3d.toggle)
        else:
            add_plot_actions(menu, self.plane)
            menu.addAction("Show in 3-D", self.toolbar.surface_3d.toggle)
        menu.addSeparator()
        menu.addAction("Copy image", self._copy)
        menu.addAction("Export…", lambda: self.export_wanted.emit())
        return menu

    def _copy(self) -> None:
        QGuiApplication.clipboard().setImage(self.image())
