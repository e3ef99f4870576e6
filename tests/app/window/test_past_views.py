"""Every view shows a scrubbed update as it showed it when the run stood there."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from app.stage.views import VIEWS
from app.stage.views_stage import ViewsStage
from engine import (
    Experiment,
    new_clustering,
    new_experiment,
    new_memory,
    new_network,
    new_policy,
    new_run,
)
from tests.app.conftest import Window

LEARNED = [new_run("adam", learning_rate=0.02, batch=10)]
CASES: dict[str, tuple[Experiment, int]] = {
    "surface": (new_experiment("himmelblau", [new_run("adam", learning_rate=0.05)], updates=0), 40),
    "classes": (new_network("circle", LEARNED, (4, 3)), 40),
    "values": (new_network("sine", LEARNED, (4,)), 40),
    "clusters": (new_clustering("blobs", [new_run("adam", learning_rate=0.1)]), 20),
    "memory": (new_memory([new_run("adam", learning_rate=0.1)]), 20),
    "arms": (new_policy("bandit", [new_run("adam", learning_rate=0.1)]), 20),
    "grid": (new_policy("grid", [new_run("adam", learning_rate=0.1)]), 20),
}
WHOLE = {"path"}  # of the parameters, and the gradient in time: they show all updates, with a mark at the one on screen


def seen(window: Window, update: int) -> tuple[QImage, ...]:
    """The view and the numbers on screen once they are those of an update."""
    bench = window.bench
    stage = bench.shown_stage
    wanted = stage.queries()

    def is_there() -> bool:
        published, snapshot = bench.training.published, bench.snapshot
        run = published.picture.runs[0]
        shown = bench.controller.shown is published and run.shown.update == update
        known = snapshot is not None and snapshot.update == update and wanted <= snapshot.answers.keys()
        return shown and (not wanted or known)

    window.until(is_there)
    images: list[QImage] = []

    def is_at_rest() -> bool:
        """Views with many parts paint some of them in each frame."""
        images.append(stage.image())
        return len(images) > 2 and images[-1] == images[-2] == images[-3]

    window.until(is_at_rest)
    return images[-1], bench.runs_panel.rows[0].value.grab().toImage()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_view_of_the_past_is_that_of_a_run_that_stands_there(qtbot, name: str) -> None:
    """Scales that keep what they have seen are the same then."""
    experiment, step = CASES[name]
    window = Window(qtbot, experiment)
    try:
        window.until(lambda: window.bench.controller.shown is not None)
        window.advance(2 * step)
        stage, controller = window.bench.shown_stage, window.bench.controller
        picture, fitting = window.picture, [""]
        if isinstance(stage, ViewsStage):
            fitting = [kind.KEY for kind in VIEWS if kind.fits(picture) and kind.KEY not in WHOLE]
        now, past = {}, {}
        for key in fitting:
            choose(stage, key)
            now[key] = seen(window, 2 * step)
            controller.scrub(step)
            past[key] = seen(window, step)
            controller.scrub(None)
            window.until(lambda: window.picture.cursor is None)
        assert past != now, "nothing would have been seen"
        controller.rewind(step)
        for key in fitting:
            choose(stage, key)
            there = seen(window, step)
            assert past[key][1] == there[1], key
            assert name == "surface" or past[key][0] == there[0], key  # where the path goes on to the present
    finally:
        window.shell.close()


def choose(stage: object, key: str) -> None:
    if isinstance(stage, ViewsStage):
        stage.choose(key)
