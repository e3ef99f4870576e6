"""Every view shows a scrubbed update as it showed it when the run stood there."""

from __future__ import annotations

import time

import pytest
from PySide6.QtGui import QImage

from app.stage.views import VIEWS
from app.stage.views_stage import ViewsStage
from engine import (
    Experiment,
    Session,
    new_clustering,
    new_experiment,
    new_memory,
    new_network,
    new_policy,
    new_run,
    text_table,
)
from tests.app.conftest import Window

GATED = {"kind": "recurrent", "cell": "gru", "units": 4}
LEARNED = [new_run("adam", learning_rate=0.02, batch=10)]
TEXT = text_table("Text", "a long way to the sea, and a long way back; " * 30, context=16)
ATTENTION = {"kind": "attention", "width": 8, "heads": 2}
CASES: dict[str, tuple[Experiment, int]] = {
    "surface": (new_experiment("himmelblau", [new_run("adam", learning_rate=0.05)], updates=0), 40),
    "classes": (new_network("circle", LEARNED, (4, 3)), 40),
    "values": (new_network("sine", LEARNED, (4,)), 40),
    "images": (new_network("digits", LEARNED, architecture="convolutional"), 4),
    "images learned again": (new_network("digits", LEARNED, (6, 2, 6), target="inputs"), 10),
    "a plane": (new_network("circle", LEARNED, (4, 1, 4), target="inputs"), 20),
    "sequences": (new_network({"kind": "adding", "samples": 60}, LEARNED, architecture=GATED), 10),
    "sounds": (new_network("spoken", LEARNED, [4], share=0.8, scaling="standardise"), 5),
    "text": (new_network(TEXT, LEARNED, architecture=GATED), 10),
    "tokens": (new_network({"kind": "modular", "modulus": 5}, LEARNED, architecture=ATTENTION, share=0.6), 10),
    "clusters": (new_clustering("blobs", [new_run("adam", learning_rate=0.1)]), 20),
    "memory": (new_memory([new_run("adam", learning_rate=0.1)]), 20),
    "arms": (new_policy("bandit", [new_run("adam", learning_rate=0.1)]), 20),
    "corridor": (new_policy("corridor", [new_run("adam", learning_rate=0.1)]), 20),
    "grid": (new_policy("grid", [new_run("adam", learning_rate=0.1)]), 20),
    "pole": (new_policy("cart_pole", [new_run("adam", learning_rate=0.02)]), 5),
}
WHOLE = {"path", "norms"}  # they show all updates, with a mark at the one on screen
SETTLING = {"histograms"}  # their axes shrink late, by what they have shown before
COMPILED = 120_000  # milliseconds
REST = 0.4  # seconds for which nothing changes


def seen(window: Window, update: int) -> QImage:
    """What is on screen once it is of an update."""
    bench = window.bench
    stage = bench.shown_stage
    understands = window.picture.subject.understands

    def is_there() -> bool:
        wanted = {query for query in stage.queries() if understands(type(query))}  # it may depend on the view's size
        published, snapshot = bench.training.published, bench.snapshot
        run = published.picture.runs[0]
        shown = bench.controller.shown is published and run.shown.update == update
        known = snapshot is not None and snapshot.update == update and wanted <= snapshot.answers.keys()
        return shown and (not wanted or known)

    window.until(is_there)
    image, since = stage.image(), time.perf_counter()
    while time.perf_counter() < since + REST:  # views with many parts paint some of them in each frame
        window.qtbot.wait(40)
        newest = stage.image()
        if newest != image:
            image, since = newest, time.perf_counter()
    return image


def test_every_view_is_among_them() -> None:
    pictures = [Session(experiment).picture() for experiment, _ in CASES.values()]
    assert [view.KEY for view in VIEWS if not any(view.fits(picture) for picture in pictures)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_view_of_the_past_is_that_of_a_run_that_stands_there(qtbot, name: str) -> None:
    """Scales that keep what they have seen are the same then."""
    experiment, step = CASES[name]
    window = Window(qtbot, experiment)
    try:
        qtbot.waitUntil(lambda: window.bench.controller.shown is not None, timeout=COMPILED)
        window.advance(2 * step)
        stage, controller = window.bench.shown_stage, window.bench.controller
        picture, fitting = window.picture, [""]
        if isinstance(stage, ViewsStage):
            fitting = [kind.KEY for kind in VIEWS if kind.fits(picture) and kind.KEY not in WHOLE | SETTLING]
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
            assert name == "surface" or past[key] == there, key  # where the path goes on to the present
    finally:
        window.shell.close()


def choose(stage: object, key: str) -> None:
    if isinstance(stage, ViewsStage):
        stage.choose(key)
