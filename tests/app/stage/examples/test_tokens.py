"""Views of a network that reads tokens: its attention, the table of its answers, and the spectrum of its embedding."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from app.look.networks.token_tables import places_of_pairs, spectrum
from app.look.theme import DARK, LIGHT
from app.stage.charts.spectrum import SpectrumView
from app.stage.examples.answers import AnswersView
from app.stage.examples.attention import AttentionView
from engine import Attention, Session, TokenVectors, new_network, new_run, snapshot_of

P = 11


@pytest.fixture(scope="module")
def modular() -> Session:
    run = new_run("adam", learning_rate=0.01)
    form = {"kind": "attention", "width": 8, "heads": 2, "blocks": 2, "mlp": 6}
    session = Session(new_network({"kind": "modular", "modulus": P}, [run], architecture=form, share=0.6))
    session.advance(60)
    return session


def snapshot(session: Session, view, theta=None):
    picture = session.picture()
    run = picture.runs[0]
    theta = run.shown.theta if theta is None else theta
    return snapshot_of(picture.problem, theta, view.queries(), run.id, run.update)


@pytest.fixture
def show(qtbot, modular):
    def made(kind, size=(560, 520)):
        view = kind(DARK)
        qtbot.addWidget(view)
        view.resize(*size)
        with qtbot.waitExposed(view):
            view.show()
        view.refresh(modular.picture())
        view.show_snapshot(snapshot(modular, view))
        return view

    return made


def test_each_view_is_offered_where_it_means_something(modular):
    steps = Session(new_network({"kind": "adding", "samples": 20}, ["sgd"], architecture="attention")).picture()
    one_hot = Session(new_network({"kind": "modular", "modulus": 3}, ["sgd"], hidden=(3,))).picture()
    plane = Session(new_network("circle", ["sgd"])).picture()
    for view, offered in (
        (AttentionView, (True, True, False, False)),
        (AnswersView, (True, False, True, False)),
        (SpectrumView, (True, False, False, False)),
    ):
        assert tuple(view.fits(each) for each in (modular.picture(), steps, one_hot, plane)) == offered, view


def test_the_maps_are_the_shares_of_each_head(qtbot, show, modular):
    view = show(AttentionView)
    found = snapshot(modular, view).answer(Attention)
    assert all((one == other).all() for one, other in zip(view.maps.shares, found.shares, strict=True))
    a, b, _ = (int(place) for place in found.inputs)
    assert view.maps.names == (str(a), str(b), "=")
    layout = view.maps._layout()
    corner = view.maps._box(1, layout).topLeft()
    told = view.maps.read(corner + QPoint(layout.cell[0] + 2, 2))
    assert told.startswith(f"block 1, head 2: step 1 ({a}) attends to step 2 ({b}) with")
    last = view.maps.read(view.maps._box(3, layout).topLeft() + QPoint(2, 2))
    assert last.startswith("block 2, head 2: step 3 (=) attends to step 1"), "the last block asks there alone"
    assert view.maps.read(QPoint(0, 0)) == ""
    assert "The last step attends most to step" in view.caption.text()
    train = modular.problem.subject.data.train
    with qtbot.waitSignal(view.wanted_changed):
        view.picker.place.changed.emit(3)
    assert Attention(train + 2) in view.queries()
    assert view.view() == {"network_attention_part": "validation", "network_attention_example": 3}
    view.set_theme(LIGHT)
    assert not view.grab().isNull()


def test_every_cell_is_the_answer_to_its_pair(qtbot, show, modular):
    view = show(AnswersView)
    learner, found = modular.problem.subject, snapshot(modular, view).predicted
    data, answers = learner.data, view.table.answers
    for a, b in ((0, 0), (3, 9), (10, 10)):
        (place,) = np.flatnonzero((data.raw[:, 0] == a) & (data.raw[:, 1] == b))
        assert answers.predicted[a, b] == found.predictions[place] and answers.true[a, b] == (a + b) % P
        assert answers.trained[a, b] == (place < data.train)
    right = (answers.predicted == answers.true)[answers.trained].sum()
    words = f"Of {data.train} learned {right} are right · Of {data.validation} never seen"
    assert view.caption.text().startswith(words)
    qtbot.mouseClick(view.table, Qt.MouseButton.LeftButton, pos=view.table.cell(4, 7).center())
    assert [stepper.value for stepper in view.asked] == [4, 7] and view.table.current == (4, 7)
    shares = np.exp(found.outputs[places_of_pairs(data)[4, 7]])
    assert view.answer.text().startswith(f"= {answers.predicted[4, 7]}, with ")
    assert f"{100 * shares.max() / shares.sum():.1f}" in view.answer.text() or "99.9" in view.answer.text()
    qtbot.keyClick(view.table, Qt.Key.Key_Right)
    view.asked[0].changed.emit(5)
    assert view.view() == {"network_answers_first": 4, "network_answers_second": 8}
    view.asked[0].set_value(99)
    view.asked[0].changed.emit(99)
    assert view.table.current == (P - 1, 8), "beyond the last number the last is meant"
    view.apply_view({"network_answers_first": 2, "network_answers_second": "x"})
    assert view.table.current == (2, 1)


def test_what_is_not_finite_is_said_and_painted(show, modular):
    theta = np.full(modular.problem.start.size, np.nan)
    for kind, words in ((AttentionView, "attention is not finite"), (AnswersView, "no output is finite")):
        view = show(kind)
        view.show_snapshot(snapshot(modular, view, theta))
        assert words in view.caption.text() and words in view.describe()
        assert not view.grab().isNull()
    view = show(SpectrumView)
    view.show_snapshot(snapshot(modular, view, theta))
    assert np.isnan(view.plot.shares).all() and not view.grab().isNull()


def test_the_bars_are_the_spectrum_of_the_numbers(show, modular):
    view = show(SpectrumView)
    vectors = snapshot(modular, view).answer(TokenVectors)
    (bars,) = view.plot.plotItem.listDataItems()
    frequencies, shares = bars.getOriginalDataset()
    assert frequencies.tolist() == [1, 2, 3, 4, 5] and (shares == spectrum(vectors[:P])).all()
    assert shares.sum() == pytest.approx(1.0) and "of 5 frequencies" in view.caption.text()
    view.plot.hovered.emit(QPointF(view.plot.scales[0].pixel(2.2), 20.0))
    assert view.plot.read(2).startswith("frequency 2: ")
    view.set_theme(LIGHT)
    assert not view.grab().isNull()


def test_a_wave_has_one_frequency_and_noise_has_all() -> None:
    turns = 2.0 * np.pi * np.arange(23) / 23
    wave = np.column_stack([np.cos(3 * turns), np.sin(3 * turns)])
    assert spectrum(wave).argmax() == 2 and spectrum(wave).max() == pytest.approx(1.0)
    noise = spectrum(np.random.default_rng(1).standard_normal((24, 400)))
    assert noise == pytest.approx(np.where(np.arange(12) < 11, 2.0, 1.0) / 23, abs=0.02)
