"""Clusters on the plane: the points, the centres with their paths, and the cells or the density around them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout

from app.look.clustering.home import home_region
from app.look.number_format import number
from app.plots.line_item import PointsItem
from app.stage.clustering.cluster_chart import ClusterChart
from app.stage.clustering.painting import draw_centres, draw_ellipses, draw_paths, draw_plane, draw_taken, plane_image
from app.stage.plane_chart import Reading, Region
from app.stage.planes.brush_bar import BrushBar
from app.stage.planes.cached_picture import CachedPicture
from app.stage.planes.plane_view import ASK_DELAY, kept_home
from app.stage.planes.points import DotLayer, Dots, columns_of
from app.stage.planes.sample import MOST, Sample, sample_of
from app.stage.stage_view import StageView
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import (
    DIVERGED,
    Clustered,
    Clusters,
    ClustersSeen,
    Division,
    Table,
    block_extremes,
)

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View
    from engine import Query, RunPicture, SessionPicture, Snapshot

Array = np.ndarray

NODE_PIXELS = 3.0
MIN_NODES, MAX_NODES = 24, 220  # nodes along a side
HELD_FRAMES = 30  # how long a centre that was moved here waits to be confirmed by a picture


class ClustersView(StageView):
    """Its brush draws and erases points; before the first update the centres can be moved."""

    GROUP = "clustering"
    KEY = "clusters"
    TITLE = "Clusters"
    TIER = "basic"
    TIP = (
        "The points and their clusters: draw points, erase them, or move a centre before the first update: drag it, or "
        "take it with Enter and move it with the arrow keys"
    )
    ASKS = (Clusters, Division)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.picture: SessionPicture | None = None
        self.snapshot: Snapshot | None = None
        self._subject: Clustered | None = None
        self._moved: Array | None = None  # centres that are being dragged
        self._frames = 0
        self._sample: Sample = sample_of(0, 0)
        self._dots: Dots | None = None
        self._image: QImage | None = None
        self._restored: Region | None = None
        self._asked: object = None
        self._layer, self._painted = DotLayer(), CachedPicture()
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.chart = ClusterChart(theme, self._paint, self.read)
        self.chart.setAccessibleName(self.TITLE)
        self.chart.set_equal(True)
        self.chart.addItem(PointsItem("points", self._points))
        brush = self.brush = self.chart.brush
        brush.part = "points"
        brush.example = lambda x, y, place: (x, y)
        self.bar = BrushBar(theme, brush)
        self.bar.offer_height()
        self.setFocusProxy(self.chart)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.bar))
        column.addWidget(self.chart, 1)
        column.addWidget(self.caption)
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(ASK_DELAY)
        self._wire()

    def _wire(self) -> None:
        self._asking.timeout.connect(self._ask)
        self.chart.looked.connect(self._look)
        self.chart.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, self.chart))
        self.chart.dragged.connect(self._drag)
        self.chart.dropped.connect(self._drop)
        self.brush.edited.connect(self.edited)
        self.brush.settled.connect(self.settled)
        self.brush.chosen.connect(lambda: self.chart.setFocus() if self.brush.on else None)

    def queries(self) -> frozenset[Query[Any]]:
        plot, region = self.chart.view.plot, self.chart.view.region
        columns, rows = plot.width() / NODE_PIXELS, plot.height() / NODE_PIXELS
        less = min(1.0, MAX_NODES / max(columns, rows, 1.0))
        nodes = (max(round(span * less), MIN_NODES) for span in (columns, rows))
        return frozenset({Clusters(), Division(region, *nodes)})

    # What the stage calls

    def refresh(self, picture: SessionPicture) -> None:
        before, self.picture = self.picture, picture
        subject = picture.subject
        if not isinstance(subject, Clustered):
            return
        if subject is not self._subject:
            points = subject.task.points
            drawn = isinstance(points, Table) and points.drawn  # from what was there before
            same = before is not None and before.task.identity == picture.task.identity
            self._take_points(subject, stay=drawn or same)
        if self._moved is not None and self.chart.held_centre is None:
            self._frames -= 1
            if subject.task.centres == tuple(self._moved.ravel().tolist()) or self._frames < 0:
                self._moved = None
        self._show_handles()
        self._tell()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._take_snapshot()
        self._show_handles()
        self._tell()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.chart.set_theme(theme)
        self.bar.set_theme(theme)
        self._take_snapshot()
        self.chart.redraw()

    def reset_view(self) -> None:
        self._restored = None
        self.chart.forget_choice()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.snapshot is not None else ""

    def view(self) -> dict[str, Any]:
        region = self.chart.region
        return {} if region is None else {"clustering_clusters_region": list(region)}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        region = view.get("clustering_clusters_region")
        if isinstance(region, list) and len(region) == 4 and all(isinstance(end, int | float) for end in region):
            x0, x1, y0, y1 = map(float, region)
            if all(map(math.isfinite, (x0, x1, y0, y1))) and x0 < x1 and y0 < y1:
                self._restored = (x0, x1, y0, y1)  # for the points to come
                self.chart.look_at(self._restored)
                return
        self.reset_view()

    # What is shown

    @property
    def run(self) -> RunPicture | None:
        """The run of the newest snapshot."""
        runs = self.picture.runs if self.picture is not None else ()
        shown = self.snapshot.run if self.snapshot is not None else ""
        return next((run for run in runs if run.id == shown), None)

    @property
    def theta(self) -> Array | None:
        """Of the newest snapshot."""
        snapshot = self.snapshot
        if snapshot is None or self._subject is None or snapshot.problem.task.layout != self._subject.task.layout:
            return None
        return snapshot.theta

    @property
    def centres(self) -> Array:
        """(k, 2), as they are drawn."""
        if self._moved is not None:
            return self._moved
        theta, subject = self.theta, self._subject
        if theta is None or subject is None:
            return np.empty((0, 2))
        return subject.shape.centres(theta)

    @property
    def seen(self) -> ClustersSeen | None:
        return self.snapshot.answer(Clusters) if self.snapshot is not None else None

    def read(self, at: QPointF) -> Reading:
        """What is to be read at a point of the plot."""
        subject, theta = self._subject, self.theta
        x, y = self.chart.view.at(at)
        names = subject.found.names if subject is not None else ("x", "y")
        lines: list[tuple[str, QColor | None]] = [(f"{names[0]} {number(x)}   {names[1]} {number(y)}", None)]
        if subject is None or theta is None:
            return lines
        logs = subject.shape.log_densities(theta, np.array([[x, y]]))[0]
        if not np.isfinite(logs).any():
            return lines
        owner, colours = int(np.nanargmax(logs)), self._colours
        if subject.shape.is_mixture:
            with np.errstate(all="ignore"):
                share = float(1.0 / np.exp(logs - logs[owner]).sum())
            lines.append((f"cluster {owner + 1}, {100.0 * share:.0f} %", colours[owner]))
        else:
            lines.append((f"cluster {owner + 1}, {number(math.sqrt(-2.0 * logs[owner]), 3)} away", colours[owner]))
        return lines

    @property
    def _colours(self) -> tuple[QColor, ...]:
        return self.theme.class_colours(self._subject.shape.k if self._subject is not None else 1)

    def _take_points(self, subject: Clustered, stay: bool) -> None:
        fresh = self._subject is None or not stay
        self._subject = subject
        if fresh or (self._moved is not None and len(self._moved) != subject.shape.k):  # it was of other clusters
            self._moved = None
            self.chart.let_go()
        points = subject.points
        extremes = map(block_extremes, points.T) if len(points) > MOST else ()
        self._sample = sample_of(len(points), len(points), *extremes)
        self.brush.spots = self.brush.examples = points
        home = home_region(subject.task.points, points)
        self.chart.set_home(home if fresh else kept_home(self.chart.home, home), not fresh)
        self.chart.set_names(*subject.found.names)
        if self._restored is not None:
            self.chart.look_at(self._restored)
            self._restored = None
        self._take_snapshot()
        self._look()

    def _show_handles(self) -> None:
        movable = self.picture is not None and self.picture.update == 0
        self.chart.show_handles(self.centres if movable else np.empty((0, 2)))

    def _take_snapshot(self) -> None:
        """Colour the points by their clusters, and paint how the plane is divided."""
        subject, snapshot, seen = self._subject, self.snapshot, self.seen
        if subject is None:
            return
        self._image = None
        points = subject.points[self._sample.places]
        spots = columns_of(points[:, 0], points[:, 1])
        current = snapshot is not None and snapshot.subject is subject
        if seen is None or not current:
            dots = Dots(spots, np.zeros(len(spots), np.int64), (self.theme.muted,), len(spots), self.theme.field)
        else:
            owners = seen.owners[self._sample.places]
            dots = Dots(spots, owners, self._colours, len(spots), self.theme.field)
        self._dots = dots
        divided = snapshot.answer(Division) if snapshot is not None and current else None
        if divided is not None and self.theta is not None and np.isfinite(self.theta).all():
            self._image = plane_image(divided, self.theme, subject.shape.k)
        self.chart.redraw()

    def _tell(self) -> None:
        self.chart.redraw()
        snapshot, seen, subject, theta = self.snapshot, self.seen, self._subject, self.theta
        if snapshot is None or seen is None or subject is None or theta is None:
            return
        run = self.run
        parts = [f"update {snapshot.update:,}"]  # then what is least expected, for the end may be cut
        if run is not None and run.status == DIVERGED:
            parts.append("diverged: last finite state")
        collapsed = subject.collapsed(theta)
        if collapsed:
            told = ", ".join(str(cluster + 1) for cluster in collapsed)
            parts.append(f"collapsed onto a point: cluster {told} (raise the least spread, or begin elsewhere)")
        empty = int((seen.shares == 0.0).sum())
        if empty:
            parts.append(f"{empty} empty cluster{'s' * (empty > 1)}")
        parts.append(f"loss {number(seen.loss)}")
        if math.isfinite(seen.agreement):
            parts.append(f"agreement with the groups {seen.agreement:.2f}")
        if self._sample.note:
            parts.append(self._sample.note.replace("examples", "points"))
        self.caption.show_text(" · ".join(parts))

    # Painting

    def _paint(self, painter: QPainter, view: View) -> None:
        key = self.theme.name, self._dots, self._image and self._image.cacheKey()
        self._painted.draw(painter, view, key, lambda own: self._paint_points(own, view))
        subject, theta, colours = self._subject, self.theta, self._colours
        if subject is None or theta is None or self.picture is None:
            return
        run = self.run
        for other in self.picture.runs:
            its = other.shown.problem.subject
            if other.visible and other is not run and isinstance(its, Clustered):
                colours_of = (self.theme.run_colours[other.colour],) * its.shape.k
                draw_centres(painter, view, its.shape.centres(other.shown.evaluated), colours_of, large=False)
        paths = self._paths(run, theta)
        if len(paths) > 1:
            draw_paths(painter, view, paths, colours)
        if subject.shape.is_mixture:
            draw_ellipses(painter, view, self.centres, subject.shape.factors(theta), colours)
        draw_centres(painter, view, self.centres, colours, large=True)
        taken = self.chart.taken
        if taken is not None and self.chart.hasFocus():
            draw_taken(painter, view, self.chart.handles[taken], self.theme.text)

    def _paint_points(self, painter: QPainter, view: View) -> None:
        painter.fillRect(view.plot, self.theme.neutral)
        divided = self._division
        if self._image is not None and divided is not None:
            draw_plane(painter, view, self._image, divided.region)
        if self._dots is not None:
            self._layer.draw(painter, view, self._dots)

    @property
    def _division(self) -> Division | None:
        answers = self.snapshot.answers if self.snapshot is not None else {}
        return next((query for query in answers if isinstance(query, Division)), None)

    def _paths(self, run: RunPicture | None, theta: Array) -> Array:
        """Of the centres up to the snapshot, (points, k, 2)."""
        assert self._subject is not None
        k, snapshot = self._subject.shape.k, self.snapshot
        if run is None or run.trail is None or snapshot is None or self._moved is not None:
            return np.empty((0, k, 2))
        updates = run.trail.updates
        past = [one for at, one in zip(updates, run.trail.thetas, strict=True) if at < snapshot.update]
        if any(len(one) != len(theta) for one in past[:1]):
            return np.empty((0, k, 2))
        return np.stack([one[: 2 * k].reshape(k, 2) for one in (*past, theta)])

    def _points(self) -> tuple[Array, Array]:
        points = self._subject.points if self._subject is not None else np.empty((0, 2))
        return points[:, 0], points[:, 1]

    # What a hand does

    def _drag(self, centre: int, x: float, y: float) -> None:
        moved = self.centres.copy()
        moved[centre] = x, y
        self._moved, self._frames = moved, HELD_FRAMES
        self.chart.handles = moved
        self.chart.redraw()
        self.edited.emit({"centres": tuple(moved.ravel().tolist())})

    def _drop(self) -> None:
        self._frames = HELD_FRAMES
        self.settled.emit()

    def _look(self) -> None:
        if not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        asked = self.queries()
        if asked != self._asked:
            self._asked = asked
            self.wanted_changed.emit()
