"""The surface figure: heat map with contours, paths of the runs, start, known minima and saddles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.records import with_exact_history
from app.export.stage_figure import Drawing, StageFigure
from app.export.style import MM, POINTS, FigureSettings
from app.look.colour_range import DEPTH, widened, without_outliers
from app.look.palettes import ON_LIGHT
from engine import DIVERGED, SurfaceInfo, SurfaceTask, problem_of, thin_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from engine import RunPicture

Array = np.ndarray
Region = tuple[float, float, float, float]

NODES = 480  # grid points along each axis
# Low to high: dark enough to see the valley, light enough for paths; lightness is uniform, so also in grey.
HEAT = ("#3d7396", "#6ea3ad", "#a3c9b9", "#d3e2c8", "#f2f1df", "#fffdf6")
LINES = 12
_TOLERANCE = 0.04  # points of paper by which a thinned path may be off
_MAX_POINTS = 20_000
_MARKS = 4
_MIX = np.int64(0x2545F4914F6CDD1D)  # an odd multiplier that hashes two cells into one key
_GHOST = 0.45  # opacity of where the optimizer is, beside the average of its run
_FAR = 1e12  # times the region: where diverging paths are clipped, to avoid overflow


def draw_surface(axes: Axes, drawing: Drawing) -> list[Entry]:
    """Draw on empty axes, with a colour bar beside them; returns the legend's entries."""
    picture, settings, labels = drawing.picture, drawing.settings, drawing.labels
    task, surface_info = picture.experiment.problem, picture.subject
    assert isinstance(task, SurfaceTask) and isinstance(surface_info, SurfaceInfo)
    start = task.start
    region = drawing.region or _with(surface_info.view, *start)
    _draw_surface(axes, task, surface_info, region, settings)
    entries: list[Entry] = []
    places = {run.id: place for place, run in enumerate(picture.runs)}
    shown = [run for run in picture.runs if run.visible]
    for run in shown:
        path = _path(with_exact_history(picture, run, drawing.progress, drawing.interruption))
        entries.append((_draw_path(axes, run, path, region, settings, places[run.id]), labels[run.id]))
    entries += _draw_marks(axes, surface_info, start, region, settings)
    if any(run.status == DIVERGED for run in shown):
        entries.append((_sign("X", settings, mfc="0.35"), "diverged"))
    axes.set_xlim(region[0], region[1])
    axes.set_ylim(region[2], region[3])
    axes.set_xlabel(clean(surface_info.axes[0]), parse_math=False)
    axes.set_ylabel(clean(surface_info.axes[1]), parse_math=False)
    return entries


def _with(view: Region, x: float, y: float) -> Region:
    """The view, extended to the start if it lies outside."""
    x0, x1, y0, y1 = min(view[0], x), max(view[1], x), min(view[2], y), max(view[3], y)
    room_x, room_y = 0.04 * (x1 - x0), 0.04 * (y1 - y0)
    return (
        view[0] if x >= view[0] else x0 - room_x,
        view[1] if x <= view[1] else x1 + room_x,
        view[2] if y >= view[2] else y0 - room_y,
        view[3] if y <= view[3] else y1 + room_y,
    )


def _draw_surface(
    axes: Axes, task: SurfaceTask, surface_info: SurfaceInfo, region: Region, settings: FigureSettings
) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    xs, ys = np.linspace(region[0], region[1], NODES), np.linspace(region[2], region[3], NODES)
    with np.errstate(all="ignore"):
        values = problem_of(task).values(xs, ys)
        floor = surface_info.lowest or 0.0
        heights = np.ma.masked_invalid(values - floor) if surface_info.log_levels else np.ma.masked_invalid(values)
    heights = np.ma.masked_where(np.abs(heights) > 1e300, heights)
    norm, levels = _levels(heights.compressed(), surface_info.log_levels)
    colours = LinearSegmentedColormap.from_list("fall line", HEAT).with_extremes(bad="#c9ccd2")
    image = axes.imshow(
        heights, cmap=colours, norm=norm, origin="lower", extent=region, aspect="auto", interpolation="bilinear"
    )
    inside = [level for level in levels if heights.count() and heights.min() < level < heights.max()]
    if inside:
        thin = 0.35 * settings.line_width
        axes.contour(xs, ys, heights, levels=inside, colors="#17324a", linewidths=thin, alpha=0.45)
    beyond = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    below = bool(heights.count() and heights.min() < norm.vmin)
    above = bool(heights.count() and heights.max() > norm.vmax)
    bar = axes.figure.colorbar(image, ax=axes, extend=beyond[below, above], pad=0.02, aspect=26, fraction=0.08)
    bar.outline.set_linewidth(0.4 * settings.line_width)
    above_minimum = surface_info.log_levels and floor != 0.0
    bar.set_label("Loss above its minimum" if above_minimum else "Loss")


def _levels(values: Array, log: bool) -> tuple[Any, Array]:
    """The colour normalisation of heights, and the contour levels."""
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.ticker import LogLocator, MaxNLocator

    if not values.size:
        return Normalize(0.0, 1.0), np.empty(0)
    low, high = without_outliers(values)
    if log and high > 0.0:
        low = max(low, DEPTH * float(np.median(values)), 1e-12 * high, 1e-300)
        if low < 0.5 * high:
            decades = np.log10(high / low)
            subs = (1.0, 2.0, 5.0) if decades < 5 else (1.0, 3.0) if decades < 8 else (1.0,)
            return LogNorm(low, high), np.asarray(LogLocator(subs=subs, numticks=40).tick_values(low, high))
    low, high = widened(low, high)
    return Normalize(low, high), np.asarray(MaxNLocator(LINES).tick_values(low, high))


def _path(run: RunPicture) -> Array:
    """The points (n, 2) of a run up to the first that is not finite or where it stands on screen, and that place; of a
    branch from where it leaves its origin.
    """
    history = run.history
    last = history.path_place(run.shown.update)
    first = min(max(history.path_place(run.begins + 1) - 1, 0), last)
    points = np.column_stack(history.path(first, last))
    if len(run.shown.theta) == 2:
        points = np.vstack((points, run.shown.theta))
    known = np.isfinite(points).all(axis=1)
    return points if known.all() else points[: int(np.argmin(known))]


def _draw_path(axes: Axes, run: RunPicture, points: Array, region: Region, settings: FigureSettings, place: int) -> Any:
    from matplotlib.lines import Line2D

    colour = ON_LIGHT[run.colour]
    width = settings.line_width
    spans = np.array([region[1] - region[0], region[3] - region[2]])
    points = np.clip(points, -_FAR * spans, _FAR * spans)
    scales = np.array([settings.width, settings.height]) / MM * POINTS / spans
    line, whole = thinned(points, scales)
    pattern = settings.dash(place) if whole and len(line) <= 2000 else ()
    marker: dict[str, Any] = {"marker": settings.marker(place), "ms": 2.2 * width + 1.8, "mfc": colour}
    marker |= {"mec": "white", "mew": 0.4 * width}
    dash: Any = (0.0, pattern) if pattern else "-"
    axes.plot(*line.T, color="white", lw=width + 1.1, alpha=0.6, zorder=3.0)
    axes.plot(*line.T, color=colour, lw=width * 1.1, ls=dash, zorder=3.2)
    if settings.markers and len(points) > 1:
        axes.plot(*points[_along(points, scales, region)].T, ls="", zorder=3.4, **marker)
    if len(points):
        last = {**marker, "marker": "X" if run.status == DIVERGED else marker["marker"] or "o", "ms": 3.4 * width + 3.0}
        last["mew"] = 0.7 * width
        if run.shown.average is None:
            axes.plot(*np.atleast_2d(points[-1]).T, ls="", zorder=4.0, **last)
        else:
            axes.plot(*np.atleast_2d(points[-1]).T, ls="", zorder=3.9, alpha=_GHOST, **last)
            axes.plot(*np.clip(run.shown.average, -_FAR * spans, _FAR * spans)[:, None], ls="", zorder=4.0, **last)
    return Line2D([], [], color=colour, lw=width * 1.1, ls=dash, **marker)


def thinned(points: Array, scales: Array) -> tuple[Array, bool]:
    """A path that looks the same with few points; the second value is False if it is no longer one line.

    scales: points of paper per unit of x and y. What an oscillating run draws over itself is drawn once; the pieces are
    then separated by NaN.
    """
    if len(points) < 3:
        return points, True
    x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    line = points[thin_path(x, y, float(scales[0]), float(scales[1]), _TOLERANCE)]
    if len(line) <= _MAX_POINTS:
        return line, True
    grain = 2.0 * _TOLERANCE
    while True:
        # The ends of each segment, in cells so fine that two segments between the same cells style alike.
        cells = np.rint(line * scales / grain).astype(np.int64)
        place = (cells[:, 0] << 32) + cells[:, 1]
        ends = np.sort(np.column_stack((place[:-1], place[1:])), axis=1)
        _, first = np.unique(ends[:, 0] * _MIX + ends[:, 1], return_index=True)
        if 3 * len(first) <= 2 * _MAX_POINTS or grain > 4.0:
            break
        grain *= 2.0
    first.sort()
    pieces = np.full((3 * len(first), 2), np.nan)
    pieces[0::3], pieces[1::3] = line[first], line[first + 1]
    return pieces, False


def _along(points: Array, scales: Array, region: Region) -> Array:
    """A few points at equal arc lengths along the visible path."""
    inside = (points[:, 0] >= region[0]) & (points[:, 0] <= region[1])
    inside &= (points[:, 1] >= region[2]) & (points[:, 1] <= region[3])
    lengths = np.hypot(*(np.diff(points, axis=0) * scales).T) * (inside[1:] & inside[:-1])
    gone = np.concatenate(([0.0], np.cumsum(lengths)))
    if not 0.0 < gone[-1] < np.inf:
        return np.empty(0, np.int64)
    wanted = gone[-1] * (np.arange(_MARKS) + 0.7) / _MARKS
    found = np.unique(np.searchsorted(gone, wanted))
    return found[found < len(points)]


def _draw_marks(
    axes: Axes, surface_info: SurfaceInfo, start: tuple[float, float], region: Region, settings: FigureSettings
) -> list[Entry]:
    """The start, global minima, local minima and saddles within the region."""
    kinds = {"minimum": list(surface_info.minima), "saddle": [], "local-min": []}
    for kind, x, y in surface_info.stationary:
        if kind in kinds:
            kinds[kind].append((x, y))
    groups: tuple[tuple[str, list[tuple[float, float]], dict[str, Any]], ...] = (
        ("start", [start], {"marker": "o", "mfc": "none", "mec": "black"}),
        ("minimum", kinds["minimum"], {"marker": "*", "mfc": "white", "mec": "black", "scale": 1.35}),
        ("local minimum", kinds["local-min"], {"marker": "o", "mfc": "white", "mec": "black", "scale": 0.6}),
        ("saddle point", kinds["saddle"], {"marker": "x", "mfc": "none", "mec": "black", "scale": 0.7}),
    )
    entries: list[Entry] = []
    for title, points, style in groups:
        seen = [(x, y) for x, y in points if region[0] <= x <= region[1] and region[2] <= y <= region[3]]
        if seen:
            handle = _sign(style.pop("marker"), settings, **style)
            axes.plot(*np.array(seen).T, zorder=4.5, **_style_of(handle))
            entries.append((handle, title))
    return entries


def _sign(marker: str, settings: FigureSettings, scale: float = 1.0, mfc: str = "white", mec: str = "white") -> Any:
    from matplotlib.lines import Line2D

    size = scale * (2.6 * settings.line_width + 3.2)
    return Line2D([], [], ls="", marker=marker, ms=size, mfc=mfc, mec=mec, mew=0.65 * settings.line_width)


def _style_of(handle: Any) -> dict[str, Any]:
    names = ("marker", "markersize", "markerfacecolor", "markeredgecolor", "markeredgewidth")
    return {"ls": "", **{name: getattr(handle, f"get_{name}")() for name in names}}


def _every(task: SurfaceTask) -> bool:
    return True


SURFACE_FIGURE = StageFigure(
    SurfaceTask.KIND, "stage", "surface and paths", "Stage: surface and paths", _every, draw_surface
)
