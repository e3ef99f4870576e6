"""The views in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QSplitter, QWidget

from app.look.theme import DARK
from app.stage.charts.histograms import HistogramsView
from app.stage.examples.confusion import ConfusionView
from app.stage.examples.draw import DrawView
from app.stage.examples.images import ImagesView
from app.stage.networks.network_stage import NetworkStage
from engine import DIVERGED, Session, new_network, new_run


@pytest.fixture
def digits_window(open_window):
    runs = [new_run("adam", learning_rate=0.003, batch=32)]
    return open_window(new_network("digits", runs, hidden=(12, 8), loss="softmax", scaling="min_max"))


def test_a_view_chosen_while_the_race_rests_is_filled_at_once(digits_window):
    stage = digits_window.bench.stages["network"]
    digits_window.advance(30)
    for key, filled in (
        ("confusion", lambda view: view.matrix.counts.sum() > 0),
        ("images", lambda view: view.examples.count > 0),
        ("histograms", lambda view: len(view.list.rows) == 3),
    ):
        stage.choose(key)
        digits_window.until(lambda key=key, filled=filled: filled(stage.views[key]))
        assert stage.current is stage.views[key]


def test_what_is_shown_is_the_network_after_the_last_update(digits_window):
    window, stage = digits_window, digits_window.bench.stages["network"]
    stage.choose("confusion")
    window.advance(40)
    session = Session(window.picture.experiment)
    session.advance(40)
    run, learner = session.picture().runs[0], session.picture().subject
    right = learner.score(learner.outputs(run.shown.theta, learner.validation[0]), learner.validation[1])
    window.until(lambda: stage.views["confusion"].matrix.accuracy == pytest.approx(right))


@pytest.mark.parametrize("kind", [ImagesView, DrawView, ConfusionView, HistogramsView])
def test_a_run_that_diverges_after_its_last_snapshot_is_told(shown, digits, make, kind):
    picture, _ = digits
    view = shown(kind, digits)
    assert "diverged" not in view.describe()
    run = make.replace(picture.runs[0], status=DIVERGED)
    view.refresh(make.replace(picture, runs=(run,)))
    assert "diverged: last finite state" in view.describe()
    view.refresh(picture)
    assert "diverged" not in view.describe()


CASES = {
    "decision": ("circle", {}),
    "fit": ("sine", {"loss": "mse"}),
    "residuals": ("reg_plane", {"loss": "mse"}),
    "path": ("circle", {}),
    "histograms": ("circle", {}),
    "confusion": ("iris", {"loss": "softmax"}),
    "images": ("digits", {"loss": "softmax"}),
    "maps": ("digits", {"architecture": "convolutional"}),
    "steps": ("adding", {"architecture": "recurrent"}),
    "draw": ("digits", {"architecture": "convolutional"}),
    "sought": ("digits", {"architecture": "convolutional"}),
    "spectrogram": ("spoken", {"architecture": "recurrent"}),
}


@pytest.fixture
def stage_of(qtbot, themed):
    """The stage in a size, with one of its views beside the diagram."""
    kept = []

    def make(key: str, width: int, height: int) -> NetworkStage:
        data, settings = CASES[key]
        parts = settings if "architecture" in settings else {"hidden": (4, 4), **settings}
        session = Session(new_network(data, [new_run("adam")], **parts))
        window, stage = QWidget(), NetworkStage(DARK)
        kept.append(window)
        qtbot.addWidget(window)
        stage.setParent(window)
        stage.setGeometry(0, 0, width, height)
        stage.refresh(session.picture())
        stage.choose(key)
        window.resize(width, height)
        with qtbot.waitExposed(window):
            window.show()
        return stage

    return make


@pytest.mark.parametrize("size", [(260, 440), (300, 440), (560, 330), (900, 700)])
@pytest.mark.parametrize("key", CASES)
def test_nothing_of_a_view_is_cut_off_at_any_size_of_the_stage(stage_of, key, size):
    stage = stage_of(key, *size)
    view = stage.current
    least = stage.minimumSizeHint()
    assert least.width() <= size[0] and least.height() <= size[1]
    companion = (stage.companion_button, stage.diagram) if stage.diagram.isVisible() else ()
    for part in (stage.tabs, *companion, view):
        assert stage.rect().contains(QRect(part.mapTo(stage, QPoint()), part.size())), part
    for button in view.findChildren(QAbstractButton):
        if button.isVisible() and button.parentWidget() is not view.findChild(QAbstractScrollArea):
            assert view.rect().contains(QRect(button.mapTo(view, QPoint()), button.size())), button.objectName()
            if button.objectName() != "step-by-one":  # of a stepper, as narrow as its sign
                assert button.width() >= button.minimumSizeHint().width()
    assert view.width() >= view.minimumSizeHint().width() and view.height() >= view.minimumSizeHint().height()


@pytest.mark.parametrize("size", [(260, 440), (560, 330), (900, 700)])
def test_the_splitter_loses_neither_the_diagram_nor_the_view(stage_of, size):
    stage = stage_of("decision", *size)
    splitter = stage.findChild(QSplitter)
    for place in (0, 5000):
        splitter.moveSplitter(place, 1)
        assert min(splitter.sizes()) >= 150
        kept = stage.view()["network_split"]
        assert all(0.05 <= share <= 0.95 for share in kept)
        stage.apply_view({"network_split": kept})
        assert stage.view()["network_split"] == kept


def test_a_narrow_stage_puts_the_view_below_and_a_low_one_beside(stage_of):
    assert stage_of("decision", 300, 500).findChild(QSplitter).orientation() == Qt.Orientation.Vertical
    assert stage_of("decision", 450, 365).findChild(QSplitter).orientation() == Qt.Orientation.Horizontal


@pytest.mark.parametrize("size", [(260, 440), (560, 330)])
@pytest.mark.parametrize("key", CASES)
def test_a_stage_at_rest_asks_for_no_layout(stage_of, key, size):
    """Where the least size of a part depends on its size, one layout could call for the next without end."""
    stage, application = stage_of(key, *size), QApplication.instance()
    counted = Counter(QEvent.Type.LayoutRequest)
    for _ in range(80):  # plots of histograms are made one a turn
        QCoreApplication.processEvents()
    application.installEventFilter(counted)
    for _ in range(10):
        QCoreApplication.processEvents()
    application.removeEventFilter(counted)
    assert stage.isVisible() and counted.count == 0


class Counter(QObject):
    """Counts the events of a type."""

    def __init__(self, type: QEvent.Type) -> None:
        super().__init__()
        self._type, self.count = type, 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == self._type
        return False


def test_the_diagram_is_offered_where_it_means_something(qtbot, themed):
    stage = NetworkStage(DARK)
    qtbot.addWidget(stage)
    stage.resize(900, 700)
    with qtbot.waitExposed(stage):
        stage.show()
    dense, filters = (
        Session(new_network("digits", ["sgd"], **settings)).picture()
        for settings in ({}, {"architecture": "convolutional"})
    )
    for picture, shown in ((dense, True), (filters, False), (dense, True)):
        with qtbot.waitSignal(stage.wanted_changed):
            stage.refresh(picture)
        assert stage.diagram.isVisible() == stage.companion_button.isVisible() == shown
    stage.companion_button.setChecked(False)
    stage.refresh(filters)
    stage.companion_button.setChecked(True)  # as a file may have it
    assert not stage.diagram.isVisible()
    assert [action.text() for action in stage.menu().actions() if "diagram" in action.text()] == []
    stage.refresh(dense)
    assert stage.diagram.isVisible()
