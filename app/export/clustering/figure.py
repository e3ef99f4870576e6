"""The figure of clusters: the points, the centres with their paths, and the cells or ellipses around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import class_colour
from app.export.networks.dots import distinct, size
from app.export.records import selected_run
from app.export.stage_figure import StageFigure
from app.look.clustering.home import home_region
from engine import DIVERGED, Clustered, ClusteringTask, Clusters, Division, snapshot_pieces

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.stage_figure import Drawing
    from engine import Query, RunPicture, Snapshot

Array = np.ndarray

_NODES = 320  # of the longer side of the plane
_TURN = np.linspace(0.0, 2.0 * np.pi, 121)


def draw(axes: Axes, drawing: Drawing) -> list[Entry]:
    """The selected run; returns the legend's entries."""
    from matplotlib.colors import to_rgb

    run, settings = selected_run(drawing.picture), drawing.settings
    subject = run.shown.problem.subject
    assert isinstance(subject, Clustered)
    region = drawing.region or home_region(subject.task.points, subject.points)
    x0, x1, y0, y1 = region
    longer = max(x1 - x0, y1 - y0)
    columns, rows = (max(round(_NODES * span / longer), 2) for span in (x1 - x0, y1 - y0))
    division = Division(region, columns, rows)
    snapshot = _answered(drawing, run, Clusters(), division)
    seen, divided = snapshot.answer(Clusters), snapshot.answers[division]
    assert seen is not None
    theta, shape, points = snapshot.theta, subject.shape, subject.points
    colours = np.array([to_rgb(class_colour(cluster)) for cluster in range(shape.k)])
    axes.set_aspect("equal")
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    look: dict[str, Any] = {"origin": "lower", "extent": region, "aspect": "equal", "zorder": 0.5}
    if divided.density is None:
        axes.imshow(1.0 - 0.25 * (1.0 - colours[divided.owners]), interpolation="nearest", **look)
    elif np.isfinite(divided.density).any():
        with np.errstate(all="ignore"):
            heat = np.exp(0.5 * (divided.density - divided.density[np.isfinite(divided.density)].max()))
        axes.imshow(heat, cmap="Greys", vmin=0.0, vmax=2.2, interpolation="bilinear", **look)
    side = size(settings, len(points))
    kept = distinct(points, seen.owners, axes, settings, drawing.check)
    dots: dict[str, Any] = {"s": side * side, "edgecolors": "white", "linewidths": 0.1 * side}
    axes.scatter(points[kept, 0], points[kept, 1], c=colours[seen.owners[kept]], zorder=2.0, **dots)
    entries = _draw_centres(axes, drawing, run, theta, subject, colours)
    lost = ", diverged" if run.status == DIVERGED else ""
    told = f"{drawing.labels.get(run.id, run.name)}, update {run.shown.update:,}{lost}: loss {seen.loss:.4g}"
    axes.set_title(clean(told), fontsize=0.9 * settings.font_size, color="0.2", parse_math=False)
    x, y = map(clean, subject.found.names)
    axes.set_xlabel(x, parse_math=False)
    axes.set_ylabel(y, parse_math=False)
    return entries


def _draw_centres(
    axes: Axes, drawing: Drawing, run: RunPicture, theta: Array, subject: Clustered, colours: Array
) -> list[Entry]:
    width, shape = drawing.settings.line_width, subject.shape
    centres = shape.centres(theta)
    past = [] if run.trail is None else [
        one for at, one in zip(run.trail.updates, run.trail.thetas, strict=True) if at < run.shown.update
    ]  # fmt: skip
    paths = np.stack([shape.centres(one) for one in (*past, theta) if len(one) == len(theta)])
    for cluster, colour in enumerate(colours):
        path = paths[:, cluster]
        axes.plot(path[:, 0], path[:, 1], color="0.1", linewidth=1.0 * width, zorder=3.0)
        if shape.is_mixture:
            around = np.column_stack([np.cos(_TURN), np.sin(_TURN)]) @ shape.factors(theta)[cluster].T
            for deviations in (1.0, 2.0):
                line = centres[cluster] + deviations * around
                axes.plot(line[:, 0], line[:, 1], color=colour * 0.8, linewidth=width / deviations, zorder=3.2)
    marker: dict[str, Any] = {"marker": "o", "s": 12.0 * width + 26.0, "edgecolors": "0.1", "linewidths": width}
    dots = axes.scatter(centres[:, 0], centres[:, 1], c=colours, zorder=4.0, **marker)
    return [(dots, "centres")]


def _answered(drawing: Drawing, run: RunPicture, *queries: Query[Any]) -> Snapshot:
    theta, update = run.shown.evaluated, run.shown.update
    pieces = snapshot_pieces(run.shown.problem, theta, frozenset(queries), run.id, update, drawing.interruption)
    while True:
        drawing.check()
        try:
            next(pieces)
        except StopIteration as end:
            found: Snapshot = end.value
            return found


CLUSTER_FIGURE = StageFigure(
    ClusteringTask.KIND,
    "clusters",
    "Clusters",
    "Clusters of the points",
    lambda task: True,
    draw,
    seen=lambda view: view.get("clustering_view") == "clusters",
)
