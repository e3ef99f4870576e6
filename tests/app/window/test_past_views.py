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
        return shown and (not wanted or (snapshot is not None and snapshot.update == update))

    window.until(is_there)
    window.qtbot.wait(30)
    return stage.image(), bench.runs_panel.rows[0].value.grab().toImage()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_view_of_the_past_is_the_view_that_was_there(qtbot, name: str) -> None:
    experiment, step = CASES[name]
    window = Window(qtbot, experiment)
    try:
        window.settle()
        window.advance(step)
        stage = window.bench.shown_stage
        fitting = [""]
        if isinstance(stage, ViewsStage):
            picture = window.picture
            fitting = [kind.KEY for kind in VIEWS if kind.fits(picture) and kind.KEY not in WHOLE]
        then = {}
        for key in fitting:
            if key:
                stage.choose(key)
            then[key] = seen(window, step)
        window.advance(step)
        differs = 0
        for key in fitting:
            if key:
                stage.choose(key)
            now = seen(window, 2 * step)
            window.bench.controller.scrub(step)
            past = seen(window, step)
            if name != "surface":  # whose path goes on to the present
                assert past[0] == then[key][0], key
            differs += past != now
            window.bench.controller.scrub(None)
            window.until(lambda: window.picture.cursor is None)
        assert differs, "nothing would have been seen"
    finally:
        window.shell.close()
