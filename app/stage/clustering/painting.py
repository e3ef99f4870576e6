"""Clusters, drawn: the divided plane as an image, centres with their paths, and ellipses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.look.qt_arrays import polygon
from app.look.strips import draw_strip, sharp_turns
from app.plots.inside import is_inside
from app.stage.markers import SHADE, draw_dot, draw_run
from app.stage.pixels import images, mixed, packed, rgb

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View
    from engine import DividedPlane

Array = np.ndarray

TINT = 0.34  # of the colour of a cluster in its cell
TAKEN = 13.0  # pixels, radius of the ring around a centre that is taken
NODES = 97  # of an ellipse
_CORNERS = 512  # of all paths that go to and fro together; they are drawn anew each frame


def plane_image(divided: DividedPlane, theme: Theme, clusters: int) -> QImage:
    """The cells in the colours of their clusters, or the density as heat, from the top row down."""
    if divided.density is not None:
        known = divided.density[np.isfinite(divided.density)]
        with np.errstate(all="ignore"):  # the root, so that thin tails are seen beside narrow peaks
            heat = np.exp(0.5 * (divided.density - (known.max() if len(known) else 0.0)))
        (image,) = images(heat[None, ::-1], 0.0, 1.0, packed(theme.heat))
        return image
    colours = [mixed(theme.neutral, colour, TINT) for colour in theme.class_colours(clusters)]
    pixels = np.ascontiguousarray(packed(rgb(*colours))[divided.owners[::-1]])
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def draw_plane(painter: QPainter, view: View, image: QImage, region: tuple[float, float, float, float]) -> None:
    """Draw such an image, whose nodes lie at the edges of a region too."""
    x0, x1, y0, y1 = region
    x_half, y_half = 0.5 * (x1 - x0) / max(image.width() - 1, 1), 0.5 * (y1 - y0) / max(image.height() - 1, 1)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    place: QRectF = view.rectangle(x0 - x_half, x1 + x_half, y0 - y_half, y1 + y_half)
    painter.drawImage(place, image)


def draw_paths(painter: QPainter, view: View, paths: Array, colours: tuple[QColor, ...]) -> None:
    """The paths (points, k, 2) of the centres; of those that jump back and forth too often some points."""
    xs = view.plot.left() + (paths[..., 0] - view.x0) * view.x_scale
    ys = view.plot.bottom() + (paths[..., 1] - view.y0) * view.y_scale
    painter.setBrush(Qt.BrushStyle.NoBrush)
    near = (np.abs(xs) < 1e5) & (np.abs(ys) < 1e5)  # Qt draws nothing farther
    every = -(-paths.shape[0] * paths.shape[1] // _CORNERS)
    for place in range(paths.shape[1]):
        shown = near[:, place]
        line = np.column_stack((xs[shown, place], ys[shown, place]))
        if sharp_turns(line) > len(line) // 4:
            line = line[::-1][::every][::-1]
        for colour, width in ((SHADE, 4.0), (colours[place], 2.0)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            draw_strip(painter, *line.T)


def ellipse(centre: Array, factor: Array, deviations: float) -> Array:
    """The points (NODES, 2) so many standard deviations from a centre (2,), for a covariance L L^T."""
    turn = np.linspace(0.0, 2.0 * np.pi, NODES)
    found: Array = centre + deviations * np.column_stack([np.cos(turn), np.sin(turn)]) @ factor.T
    return found


def draw_ellipses(painter: QPainter, view: View, centres: Array, factors: Array, colours: tuple[QColor, ...]) -> None:
    """One and two standard deviations around each centre."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for centre, factor, colour in zip(centres, factors, colours, strict=True):
        for deviations in (1.0, 2.0):
            points = ellipse(centre, factor, deviations)
            xs = view.plot.left() + (points[:, 0] - view.x0) * view.x_scale
            ys = view.plot.bottom() + (points[:, 1] - view.y0) * view.y_scale
            if not (np.isfinite(xs).all() and np.isfinite(ys).all()) or max(abs(xs).max(), abs(ys).max()) > 1e5:
                continue
            for ink, width in ((SHADE, 3.4 if deviations == 1.0 else 2.6), (colour, 2.0 if deviations == 1.0 else 1.3)):
                painter.setPen(QPen(ink, width))
                painter.drawPolygon(polygon(xs, ys))


def draw_centres(painter: QPainter, view: View, centres: Array, colours: tuple[QColor, ...], large: bool) -> None:
    """Discs at the centres (k, 2); those of runs that are not looked at are small."""
    for (x, y), colour in zip(centres.tolist(), colours, strict=True):
        if not (abs(x) < 1e300 and abs(y) < 1e300):
            continue
        at = view.point(x, y)
        if not is_inside(view.plot, at):
            continue
        if large:
            draw_run(painter, at, colour, True)
        else:
            draw_dot(painter, at, colour)


def draw_taken(painter: QPainter, view: View, centre: Array, colour: QColor) -> None:
    """A ring around the centre (2,) that the arrow keys move."""
    at = view.point(float(centre[0]), float(centre[1]))
    if not is_inside(view.plot, at):
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((SHADE, 3.4), (colour, 1.6)):
        painter.setPen(QPen(ink, width))
        painter.drawEllipse(at, TAKEN, TAKEN)
