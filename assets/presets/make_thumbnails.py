"""Draw the thumbnail of every preset in this folder, as it will look when it has run.

    python -m assets.presets.make_thumbnails [NAME ...]

from the project's folder; without names, all of them.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from app.look.theme import DARK, apply
from app.stage.heat import polygon
from app.stage.landscape import Landscape, placing
from app.stage.markers import draw_run, draw_start
from app.stage.terrain import Terrain
from app.stage.view import View
from assets.presets.network_thumbnails import network_thumbnail
from assets.presets.policy_thumbnails import policy_thumbnail
from assets.presets.view_thumbnails import view_thumbnail
from engine import COLUMNS, Agent, Clustered, Experiment, Memory, Run, Session, SurfaceInfo, thin_path

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 320, 200  # twice the displayed size, for high-resolution screens
MARGIN = 0.16  # around the paths, as a share of their extent
MIN_SHARE = 0.55  # minimum share of the surface's view that is shown, however short the paths
FAR = 1e4  # a run beyond this is outside every preset's view
TOLERANCE = 0.2  # pixels by which a drawn path may be off
SHADE = QColor(8, 12, 24, 110)
X, Y = COLUMNS.index("x"), COLUMNS.index("y")

Box = tuple[float, float, float, float]


def main(names: list[str]) -> None:
    """Draw the named presets (all without a name) beside their files."""
    application = QApplication([])
    apply(application, DARK)
    for path in sorted(FOLDER.glob("*.toml")):
        if not names or path.stem in names:
            experiment = Experiment.from_dict(tomllib.loads(path.read_text(encoding="utf-8")))
            target = path.with_suffix(".png")
            save(thumbnail(experiment), target)
            print(f"{target.name}  {target.stat().st_size / 1024:.0f} KB")
    application.quit()


def save(image: QImage, target: Path) -> None:
    """Write a PNG with an optimised palette of 256 colours: a third of the size, without visible difference."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    size, stride = (image.width(), image.height()), plain.bytesPerLine()
    picture = Image.frombytes("RGB", size, bytes(plain.constBits()), "raw", "RGB", stride)
    few = picture.quantize(256, Image.Quantize.MEDIANCUT, kmeans=5, dither=Image.Dither.NONE)
    few.save(target, optimize=True)


def thumbnail(experiment: Experiment) -> QImage:
    """A small image of the stage after the updates of the experiment's stop rule."""
    session = Session(experiment)
    session.advance(int(experiment.stop["updates"]))
    surface_info = session.problem.subject
    if isinstance(surface_info, Agent):
        return policy_thumbnail(session, dict(experiment.view), QSize(WIDTH, HEIGHT))
    if isinstance(surface_info, Clustered | Memory):
        return view_thumbnail(session, dict(experiment.view), QSize(WIDTH, HEIGHT))
    if not isinstance(surface_info, SurfaceInfo):
        return network_thumbnail(session, dict(experiment.view), QSize(WIDTH, HEIGHT))
    x0, x1, y0, y1 = framed([seen(run, surface_info) for run in session.runs], surface_info.view)
    x, y = np.linspace(x0, x1, WIDTH), np.linspace(y0, y1, HEIGHT)
    landscape = Landscape(Terrain(surface_info, x, y, session.problem.values(x, y)), DARK)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    painter = QPainter(image)
    view = View(x0, x1, y0, y1, QRectF(0, 0, WIDTH, HEIGHT))
    landscape.draw(painter, view, DARK)
    selected = str(experiment.view["selected"])
    runs = sorted(session.runs, key=lambda run: run.settings.id == selected)
    for run in runs:
        draw_path(painter, run, view)
    draw_small(painter, view.point(*experiment.problem.start), lambda: draw_start(painter, QPointF(), False))
    for run in runs:
        x, y = run.machine.theta
        if view.plot.contains(at := view.point(x, y)):
            colour = DARK.run_colours[run.settings.colour]
            draw_small(painter, at, lambda colour=colour: draw_run(painter, QPointF(), colour, False))
    painter.end()
    return image


def seen(run: Run, surface_info: SurfaceInfo) -> np.ndarray:
    """The points (2, k) of a run's path within the view of its surface."""
    points = run.history.view().last[[X, Y], : run.history.view().count]
    x0, x1, y0, y1 = surface_info.view
    inside = (x0 <= points[0]) & (points[0] <= x1) & (y0 <= points[1]) & (points[1] <= y1)
    return points[:, inside]


def framed(paths: list[np.ndarray], view: Box) -> Box:
    """The part of a surface's view that shows these paths well."""
    points = np.concatenate(paths, axis=1)
    (x0, x1), (y0, y1) = (span(points[axis], *view[2 * axis : 2 * axis + 2]) for axis in (0, 1))
    return x0, x1, y0, y1


def span(values: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """A padded range of the values, inside (low, high) and not too narrow."""
    first, last = float(values.min()), float(values.max())
    length = min(max((last - first) * (1 + 2 * MARGIN), (high - low) * MIN_SHARE), high - low)
    start = min(max((first + last - length) / 2, low), high - length)
    return start, start + length


def draw_path(painter: QPainter, run: Run, view: View) -> None:
    """The line of a run in its colour, over a shadow that sets it off from the heat map."""
    history = run.history.view()
    points = history.last[[X, Y], : history.count]
    x, y = np.ascontiguousarray(points[:, np.abs(points).max(axis=0) < FAR])
    kept = thin_path(x, y, view.x_scale, view.y_scale, TOLERANCE)
    path = QPainterPath()
    path.addPolygon(polygon(x[kept], y[kept]))
    path = placing(view).map(path)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((SHADE, 4.6), (DARK.run_colours[run.settings.colour], 2.8)):
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)


def draw_small(painter: QPainter, at: QPointF, draw: Callable[[], None]) -> None:
    """A symbol of the stage at a point, at the scale of a thumbnail."""
    painter.save()
    painter.translate(at)
    painter.scale(1.25, 1.25)
    draw()
    painter.restore()


if __name__ == "__main__":
    main(sys.argv[1:])
