"""The surface as a mesh of four-cornered cells, painted from the far side to the near one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from app.look.qt_arrays import wrapped
from app.stage.heat import SHADES, Levels, levels_of
from app.stage.landscape import Landscape
from app.stage.surface.camera import HEIGHT, Camera
from app.stage.terrain import Terrain, cell_of
from app.stage.view import View

Array = np.ndarray

CELLS = 64
SAMPLES = 4  # on each side, whose mean is a node
MESH_NODES = CELLS * SAMPLES  # of a terrain along each side, of which none is passed over
DEPTH = 5e-2  # of the median: less of an abyss than the colours have, whose logarithm goes on for ever
LIGHT = np.array([-0.45, 0.35, 0.82])
AMBIENT = 0.6
SIGHT_STEPS = 56
LIFT = 0.012  # of the box, that a path floats above the mesh


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Heights (CELLS + 1, CELLS + 1) over the box's floor, and each cell's shade in [0, 1]; NaN: unknown.

    levels: how the surface's values became heights, which are HEIGHT times their shades.
    """

    heights: Array
    shades: Array
    levels: Levels

    def height(self, x: Array, y: Array) -> Array:
        """The height of the mesh over points of the floor, NaN beside it."""
        i, up, j, across = _cell(x, y)
        low = self.heights[i, j] * (1 - across) + self.heights[i, j + 1] * across
        high = self.heights[i + 1, j] * (1 - across) + self.heights[i + 1, j + 1] * across
        beside = (np.abs(x) > 1 + 1e-9) | (np.abs(y) > 1 + 1e-9)
        return np.where(beside, np.nan, low * (1 - up) + high * up)

    def slope(self, x: float, y: float) -> tuple[float, float]:
        """How steeply the mesh rises along x and along y at a point of the floor, in units of the box."""
        (i,), (up,), (j,), (across,) = _cell(np.array([x]), np.array([y]))
        (a, b), (c, d) = self.heights[i : i + 2, j : j + 2]
        along_x, along_y = (b - a) * (1 - up) + (d - c) * up, (c - a) * (1 - across) + (d - b) * across
        return float(along_x) * CELLS / 2, float(along_y) * CELLS / 2

    def seen(self, x: Array, y: Array, height: Array, camera: Camera) -> Array:
        """Whether nothing of the mesh stands between each point and the eye."""
        to_x, to_y, to_up = camera.sight
        reach = min((HEIGHT + LIFT) / to_up, 2 * math.sqrt(2) / max(math.hypot(to_x, to_y), 1e-9))
        along = np.linspace(reach / SIGHT_STEPS, reach, SIGHT_STEPS)[:, None]
        with np.errstate(invalid="ignore"):
            ground = self.height(x + along * to_x, y + along * to_y)
            above = ground > height + along * to_up + LIFT / 2
        seen: Array = ~np.any(above, axis=0)
        return seen


def _cell(x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """(row, part of the way to the next, column, part of the way) of points of the floor, or of the nearest cell."""
    column, row = (np.clip((c + 1) / 2 * CELLS, 0, CELLS - 1e-9) for c in (x, y))
    i, j = row.astype(int), column.astype(int)
    return i, row - i, j, column - j


def mesh_of(landscape: Landscape, view: View) -> Mesh:
    """The mesh over the part of the plane that a view shows; what is seen fills the height of the box."""
    terrain = landscape.terrain.part(*view.region)
    levels = levels_of(terrain.thinned(), DEPTH)
    heights = _nodes(terrain, levels.shades(terrain.values), view)
    shades = _nodes(terrain, landscape.levels.shades(terrain.values), view)
    middles = (shades[:-1, :-1] + shades[:-1, 1:] + shades[1:, :-1] + shades[1:, 1:]) / 4
    return Mesh(heights * HEIGHT, middles, levels)


def _nodes(terrain: Terrain, field: Array, view: View) -> Array:
    """A field at the mesh's nodes, each the mean around it: single samples make a saw of a narrow valley."""
    across = _means(terrain.x, field.T, view.x0, view.x1)
    return _means(terrain.y, across.T, view.y0, view.y1)


def _means(places: Array, rows: Array, low: float, high: float) -> Array:
    """Rows (n, m) given at rising places (n,): between them, at the nodes from low to high (CELLS + 1, m).

    Each is the mean of SAMPLES places around the node, none of them beyond low and high.
    """
    nodes, cell = np.linspace(low, high, CELLS + 1), (high - low) / CELLS
    spread = (np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5
    place, along = cell_of(places, np.clip((nodes[:, None] + spread * cell).ravel(), low, high))
    with np.errstate(invalid="ignore", over="ignore"):  # infinite values
        between = rows[place] * (1 - along)[:, None] + rows[place + 1] * along[:, None]
    found: Array = between.reshape(CELLS + 1, SAMPLES, -1).mean(axis=1)
    return found


class MeshPainter:
    """Paints a mesh; keeps the corners of its cells as Qt points from one picture to the next."""

    def __init__(self) -> None:
        self._corners = np.empty((CELLS * CELLS * 4, 2))

    @cached_property
    def _cells(self) -> list[list[QPointF]]:
        """The corners of each cell, made for the first picture: many a window never shows one."""
        points = wrapped(self._corners, QPointF)
        return [points[first : first + 4] for first in range(0, len(points), 4)]

    def draw(self, painter: QPainter, mesh: Mesh, camera: Camera, table: Array) -> None:
        """Paint the cells; table (SHADES + 1,) uint32 are the colours of the heat map."""
        floor = np.linspace(-1.0, 1.0, CELLS + 1)
        nodes = camera.project(*np.meshgrid(floor, floor), mesh.heights)
        cells = np.stack((nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]), axis=2)
        known = np.isfinite(cells).all(axis=(2, 3))
        middle = (floor[:-1] + floor[1:]) / 2
        _, away = camera.turn(*np.meshgrid(middle, middle))
        order = np.argsort(-away[known], kind="stable")
        self._corners[: 4 * len(order)] = cells[known][order].reshape(-1, 2)
        # Without antialiasing neighbours meet exactly: no seams, and no pen is needed to hide them.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for cell, colour in zip(self._cells, _lit(mesh, table)[known][order].tolist(), strict=False):
            painter.setBrush(QColor(colour))
            painter.drawConvexPolygon(cell)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _lit(mesh: Mesh, table: Array) -> Array:
    """The colour of each cell under a light from the upper left, as 0xRRGGBB."""
    rise = np.diff(mesh.heights, axis=1)[:-1] * CELLS / 2, np.diff(mesh.heights, axis=0)[:, :-1] * CELLS / 2
    towards = (LIGHT[2] - rise[0] * LIGHT[0] - rise[1] * LIGHT[1]) / np.sqrt(1 + rise[0] ** 2 + rise[1] ** 2)
    bright = AMBIENT + (1 - AMBIENT) * np.clip(towards / np.linalg.norm(LIGHT), 0.0, 1.0) * 1.15
    colour = table[(np.nan_to_num(mesh.shades) * (SHADES - 1)).astype(int)]
    bright = np.nan_to_num(np.minimum(bright, 1.0))
    lit = np.zeros(colour.shape, np.uint32)
    for shift in (16, 8, 0):
        channel = np.minimum((colour >> shift & 255) * bright, 255).astype(np.uint32)
        lit |= channel << np.uint32(shift)
    return lit | np.uint32(0xFF000000)
