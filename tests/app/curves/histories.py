"""Histories made up for the curves: what a run might have recorded, without training anything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from engine import COLUMNS, LAYER_MEASURES, MEASURES, PROBLEMS, HistoryView, MeasuresView, Subject, new_run


def history_of(loss: Any, width: int = 1, capacity: int = 0) -> HistoryView:
    """A history whose every column is the loss, but for x (rising from 0 to 1) and the learning rate."""
    loss = np.asarray(loss, float)
    rows = np.stack([loss] * len(COLUMNS))
    rows[COLUMNS.index("learning_rate")] = 0.01
    rows[COLUMNS.index("x")] = np.linspace(0.0, 1.0, len(loss))
    count = len(loss) // width
    bins = rows[:, : count * width].reshape(len(COLUMNS), count, width)
    tables = np.zeros((3, len(COLUMNS), max(count, capacity)))
    if count:
        tables[:, :, :count] = bins[:, :, -1], np.fmin.reduce(bins, 2), np.fmax.reduce(bins, 2)
    latest = tuple(rows[:, -1].tolist()) if len(loss) else ()
    return HistoryView(width, count, len(loss), *tables, latest)


def grown(whole: HistoryView, updates: int) -> HistoryView:
    """The same history when it was younger: the same arrays, as the engine publishes them."""
    count = updates // whole.width
    place = min((updates - 1) // whole.width, whole.count - 1)
    latest = tuple(whole.last[:, place].tolist()) if updates else ()
    return HistoryView(whole.width, count, updates, whole.last, whole.low, whole.high, latest)


def run_of(history: HistoryView, number: int = 0, **changes: Any) -> SimpleNamespace:
    settings = new_run("adam")
    run = SimpleNamespace(
        id=f"run{number}",
        name=f"Run {number}",
        colour=number,
        visible=True,
        begins=0,
        status="running",
        initial=settings,
        tweaks=(),
        history=history,
        examples=(np.array([0.0, max(history.updates, 1)]), np.array([0.0, 10.0 * max(history.updates, 1)])),
        evaluations=(np.array([0.0, max(history.updates, 1)]),) * 2,
        shown=SimpleNamespace(theta=np.zeros(2)),
        standing=None,
    )
    run.__dict__.update(changes)
    return run


def picture_of(*runs: SimpleNamespace, cursor: int | None = None, lowest: float | None = 0.0) -> Any:
    picture = SimpleNamespace(
        runs=runs, examples=100, cursor=cursor, subject=told(known_minimum=lowest, is_plane=True), kind="surface",
        task=None,
        update=max((run.history.updates for run in runs), default=0),
    )  # fmt: skip
    return all_about(picture)


def all_about(picture: SimpleNamespace) -> SimpleNamespace:
    """The picture, with runs whose problems are all that of the experiment."""
    picture.subjects = (picture.subject,)
    for run in picture.runs:
        run.shown.problem = SimpleNamespace(subject=picture.subject)
    return picture


def told(**known: Any) -> Subject:
    """A subject of which is known what it is told."""
    return type("Told", (Subject,), known)()


EVERY = 8  # measurements to one of the layers
LAYERS = ("hidden 1", "hidden 2", "output")
ROLES = {"loss": 0, "watched": 1}


def due_until(updates: int) -> np.ndarray:
    """Updates at which a network may be measured, up to one: each at first, then 64 to 128 from each doubling."""
    at = [0]
    while (due := at[-1] + (1 << max(0, (at[-1] // 128).bit_length() - 1))) <= updates:
        at.append(due)
    return np.array(at, float)


def measured_of(at: Any, layers: int = len(LAYERS), capacity: int = 0, seed: int = 0) -> MeasuresView:
    """Measures that could be: losses that fall, scores that rise, layers apart by powers of ten."""
    at = np.asarray(at, float)
    layers_at = at[::EVERY]
    noise = np.random.default_rng(seed)
    fall, rare = np.exp(-at / 300.0) + 0.02, np.exp(-layers_at / 300.0) + 0.02
    values = np.stack([fall, 1.3 * fall + 0.01, 1.0 - 0.5 * fall, 0.95 - 0.5 * fall, 0.1 * at / 300.0], 1)
    rough = np.exp(0.1 * noise.standard_normal((len(layers_at), layers, len(LAYER_MEASURES))))
    whole = rare[:, None, None] * 10.0 ** -np.arange(layers)[::-1][None, :, None] * rough
    return MeasuresView(
        MEASURES, LAYER_MEASURES, ROLES, *(_with_room(table, capacity) for table in (at, values, layers_at, whole))
    )


def _with_room(table: np.ndarray, capacity: int) -> np.ndarray:
    """The table as a view of a larger one."""
    larger = np.zeros((max(len(table), capacity), *table.shape[1:]))
    larger[: len(table)] = table
    return larger[: len(table)]


def younger(whole: MeasuresView, count: int) -> MeasuresView:
    """The same measures when there were fewer: the same arrays, as the engine publishes them."""
    rare = -(-count // EVERY)
    return MeasuresView(
        MEASURES,
        LAYER_MEASURES,
        ROLES,
        whole.at[:count],
        whole.values[:count],
        whole.layers_at[:rare],
        whole.layers[:rare],
    )


def network_of(
    *runs: SimpleNamespace, purpose: str = "classification", layers: tuple[str, ...] = LAYERS, text: bool = False
) -> Any:
    """A picture of networks; runs without measures get some. text: whether bits are measured, as they learn a text."""
    for number, run in enumerate(runs):
        if not hasattr(run, "measures"):
            run.measures = measured_of(due_until(run.history.updates), len(layers), seed=number)
    picture = picture_of(*runs, lowest=None)
    titles = {"loss": "Loss, running batch", "score": "Accuracy" if purpose == "classification" else "R²"}
    known = {*MEASURES, *LAYER_MEASURES}
    measures = tuple(measure for measure in PROBLEMS["network"].measures if text or measure.key in known)
    subject = told(measures=measures, layers=layers, curve_titles=titles)
    picture.__dict__.update(kind="network", subject=subject)
    return all_about(picture)


_noise = np.random.default_rng(4)
_t = np.arange(2000)
HARD = {
    "smooth": 5.0 * np.exp(-_t / 200),
    "noisy": np.exp(-_t / 500 + 0.5 * _noise.standard_normal(2000)),
    "spikes": np.where(_t % 500 == 100, 300.0, 0.5),
    "diverging": 2.0 * 1.6 ** np.arange(300),
    "to the end of floats": np.array([1.0, 1e150, 1e300, 1.7e308]),
    "NaN tail": np.where(_t < 1000, 1.0, np.nan),
    "infinite": np.where(_t == 700, np.inf, 1.0),
    "zero": np.zeros(100),
    "negative": np.sin(_t / 50),
    "denormal": 10.0 ** -np.linspace(0, 323, 2000),
    "one": np.array([4.0]),
    "two": np.array([4.0, 2.0]),
    "nothing": np.empty(0),
}
