"""The transport: its summary of the race, and that it fits the narrowest window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.controls.transport import Transport, short
from app.look.theme import DARK
from app.workers.pace import MAX_SPEED
from app.workers.published import Published
from engine import Session, new_experiment, new_network, new_run

WIDTH = 552  # of the transport in a window of 1280 by 800


@pytest.fixture
def transport(qtbot, themed):
    window = QWidget()
    qtbot.addWidget(window)
    made = Transport(DARK)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(made)
    window.resize(WIDTH, made.sizeHint().height())
    with qtbot.waitExposed(window):
        window.show()
    made.window_ = window
    return made


def published(session: Session, rate: float = 0.0, playing: bool = True) -> Published:
    return Published(session.picture(), 1, 0, playing, MAX_SPEED, rate, {}, None, "", "")


@pytest.mark.parametrize("width", [340, 380, WIDTH])
def test_no_word_of_where_it_stands_is_cut(transport, width):
    session = networks(stop=5000)
    session.advance(3)
    transport.window_.resize(width, transport.window_.height())
    transport.refresh(published(session))
    told = transport.place.text()
    assert told.startswith("update 3 / 5,000") and told[16:] in ("", "  ·  epoch 3")
    assert transport.place.fontMetrics().horizontalAdvance(told) <= transport.place.width()
    assert width < WIDTH or told.endswith("epoch 3")


def networks(stop: int = 0) -> Session:
    runs = [new_run("sgd", batch=10), new_run("adam", batch="full"), new_run("sgd", batch="single")]
    return Session(new_network("circle", runs, hidden=(2,), stop={"updates": stop}))


def test_of_networks_it_says_how_many_examples_all_runs_learn_from(transport):
    transport.refresh(published(networks(), 100.0))
    assert transport.status.text() == f"100 updates/s\n{short(100 * (10 + 250 + 1))} examples/s"
    assert "all runs together" in transport.status.toolTip()


def test_runs_that_have_ended_learn_from_none(transport):
    session = networks(stop=5)
    session.runs[1].advance(5)
    transport.refresh(published(session, 100.0))
    assert transport.status.text().endswith("\n1,100 examples/s")
    session.advance(5)
    transport.refresh(published(session, playing=False))
    assert transport.status.text() == "ended"


def test_what_is_computed_for_long_can_be_stopped_with_the_same_button(transport):
    shown = published(networks(), playing=False)
    for face, state in (
        ("Play", shown),
        ("Play", replace(shown, replaying=0.25)),
        ("Stop", replace(shown, replaying=0.5, can_stop=True)),
        ("Play", shown),
    ):
        transport.refresh(state)
        assert transport.play.text() == face
    transport.refresh(replace(shown, replaying=0.5, can_stop=True))
    assert transport.status.text() == "computing … 50%"


def test_a_surface_has_no_examples(transport):
    transport.refresh(published(Session(new_experiment("rosenbrock", ["adam"])), 412_345.0))
    assert transport.status.text() == "412 k updates/s"


@pytest.mark.parametrize(("rate", "words"), [
    (1.0, "1 update/s"), (0.42, "0.42 updates/s"), (2.0, "2 updates/s"), (9.97, "10 updates/s"),
])  # fmt: skip
def test_one_update_is_one(transport, rate, words):
    transport.refresh(published(Session(new_experiment("rosenbrock", ["adam"])), rate))
    assert transport.status.text() == words


@pytest.mark.parametrize("rate", [9_999.0, 999_999.0, 9.9e6])
def test_nothing_is_cut_off_in_the_narrowest_window(transport, qtbot, rate):
    height = transport.height()
    session = networks(stop=10**9)
    transport.refresh(published(session, rate))
    qtbot.waitUntil(lambda: transport.status.width() > 0)
    metrics = transport.status.fontMetrics()
    for line in transport.status.text().splitlines():
        assert metrics.horizontalAdvance(line) <= transport.status.width(), line
    assert transport.sizeHint().height() == height and transport.minimumSizeHint().width() <= WIDTH
    assert 2 * metrics.lineSpacing() <= transport.play.height()
