"""The training thread as the window uses it: no command waits for what is being computed, and nor does the end."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from app.workers.commands import (
    AddRun,
    ChangeProblem,
    Load,
    LookAt,
    Pause,
    Play,
    Redo,
    Reset,
    Scrub,
    Step,
    StopAt,
    TweakRun,
    Undo,
)
from app.workers.training import Focus
from app.workers.training_thread import TrainingThread
from engine import (
    Activations,
    Field,
    Gradients,
    Predictions,
    RunRecord,
    Setting,
    SliceRequest,
    Table,
    UnitMaps,
    kind_of,
    new_network,
    new_policy,
    new_run,
)

EXAMPLES = 20_000
REGION = (-6.0, 6.0, -6.0, 6.0)
LOOKED_AT = frozenset({Predictions(), Field(REGION, 60, 60), UnitMaps(REGION, 20), Gradients(), Activations()})


def endless(count: int = 1, examples: int = EXAMPLES):
    """Runs of which one update takes seconds."""
    places = np.linspace(0.0, 6.0, examples)
    inputs = np.column_stack((np.cos(places), np.sin(places))) * places[:, None]
    data = Table("spiral", ("x", "y"), "class", inputs, (np.arange(examples) // 7 % 2).astype(float), ("a", "b"))
    runs = [new_run("adam", learning_rate=0.01, id=f"adam{number}") for number in range(count)]
    return new_network(data, runs, (384,) * 4, share=0.9)


class Thread:
    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.training = TrainingThread()
        self.told: list[object] = []
        self.training.failed.connect(self.told.append)
        self.training.refused.connect(lambda sentence, _: self.told.append(sentence))

    def send(self, *commands) -> None:
        """Send commands, and wait until what has come of them is published."""
        for command in commands:
            self.training.send(command)
        serial = self.training.send(StopAt({"updates": 0}))  # changes nothing, and comes after them
        self.qtbot.waitUntil(lambda: self.published is not None and self.published.serial >= serial, timeout=20_000)
        assert not self.told

    @property
    def published(self):
        return self.training.published

    @property
    def runs(self):
        return self.published.picture.runs


@pytest.fixture
def thread(qtbot):
    made = Thread(qtbot)
    yield made
    made.training.stop()
    made.training.deleteLater()


def test_what_is_published_has_seen_every_edit_up_to_its_serial(thread, races):
    thread.send(Load(races.small(), 1), Step(5))
    assert thread.published.picture.update == 5
    thread.training.send(TweakRun("adam", Setting.of("learning_rate"), 0.25))
    thread.send()
    assert thread.runs[0].settings.learning_rate == 0.25
    assert thread.published.picture.experiment.runs[0].tweaks[-1].value == 0.25


def test_no_command_waits_for_an_update(thread):
    """All of these are carried out before the first update is done, and each is answered by itself."""
    thread.send(Load(endless(2), 1))
    assert not thread.runs[0].measures.at.size
    thread.send(LookAt(Focus("adam0", LOOKED_AT, SliceRequest(), True)), Play())
    for command in (
        TweakRun("adam0", Setting.of("learning_rate"), 0.02),
        TweakRun("adam1", Setting.of("optimizer"), "sgd"),
        ChangeProblem({"dropout": 0.1}),
        Scrub(0),
        Scrub(None),
        AddRun(RunRecord(new_run("sgd", id="late"))),
        Undo(),
        Redo(),
        Reset(),
        Pause(),
        Step(2),
    ):
        thread.send(command)
        assert thread.published.picture.update == 0
    settings = {run.id: run.settings for run in thread.runs}
    assert settings["adam0"].learning_rate == 0.02
    assert settings["adam1"].optimizer.kind == "sgd"
    assert thread.published.picture.task.dropout == 0.1
    assert set(settings) == {"adam0", "adam1", "late"}


def test_a_slice_that_waits_is_not_asked_of_another_problem(thread):
    """The view of the former problem is still looked at when one comes whose loss has no slices."""
    thread.send(Load(endless(examples=100), 1), LookAt(Focus("adam0", frozenset(), SliceRequest(), False)))
    thread.send(Load(new_policy("bandit", [new_run("sgd", id="adam0")]), 2), Step(3))
    for _ in range(20):
        thread.send(Step(1))
    thread.qtbot.wait(50)
    assert not thread.told and thread.published.picture.update == 23


def test_a_stream_of_commands_does_not_stop_training(thread):
    """Each of them leaves time for a piece, and what is known of a gradient is kept."""
    thread.send(Load(endless(examples=500), 1), Play())
    for count in range(400):
        thread.send(TweakRun("adam0", Setting.of("learning_rate"), 0.01 + 1e-6 * count))
        if thread.published.picture.update:
            break
    assert thread.published.picture.update


def test_it_ends_whatever_is_being_computed(qtbot):
    made = Thread(qtbot)
    made.send(Load(endless(), 1), LookAt(Focus("adam0", LOOKED_AT, SliceRequest(), True)), Play())
    qtbot.waitUntil(lambda: not made.training.snapshots._jobs.idle, timeout=20_000)
    begun = time.perf_counter()
    made.training.stop()
    assert time.perf_counter() - begun < 1.0
    assert not made.training.is_running and not made.told
    made.training.deleteLater()


def test_it_ends_while_a_problem_is_made(qtbot, races, monkeypatch):
    made, begun = Thread(qtbot), threading.Event()
    made.send(Load(races.small(), 1))

    def endless_making(kind, task, check):
        begun.set()
        end = time.monotonic() + 20.0
        while time.monotonic() < end:
            check()
            time.sleep(0.001)

    experiment = endless(examples=77)
    monkeypatch.setattr(type(kind_of(experiment.problem)), "problem", endless_making)
    made.training.send(Load(experiment, 2))
    assert begun.wait(10.0)
    made.training.stop()
    assert not made.training.is_running and not made.told
    made.training.deleteLater()


def test_what_is_left_of_a_chunk_does_not_part_the_runs(thread, races):
    """Commands interrupt the chunk under way; in a pause all runs stand at the same update again."""
    thread.send(Load(races.small(), 1), Play())
    for _ in range(50):
        thread.send(TweakRun("adam", Setting.of("learning_rate"), 0.02))
    thread.send(Pause())
    thread.qtbot.waitUntil(lambda: thread.published.replaying is None)
    assert len({run.update for run in thread.runs}) == 1 and thread.runs[0].update > 50
