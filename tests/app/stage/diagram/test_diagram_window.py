"""The diagram in the real window: what is done on it becomes tweaks and changes, and can be taken back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtTest import QTest

from app.stage.diagram.diagram_item import WEIGHT, DiagramItem
from engine import Activations, Experiment, Gradients, Layer, Session, UnitMaps, new_network, new_run, snapshot_of

LEFT = Qt.MouseButton.LeftButton
ITEM = DiagramItem(WEIGHT, 1, 0, 1)


def compiled(experiment) -> None:
    """Let every kernel be compiled that the window will need, which no patience of its tests allows for."""
    session = Session(experiment)
    session.advance(1)
    picture = session.picture()
    snapshot_of(picture.problem, picture.runs[0].shown.theta, [UnitMaps((0, 1, 0, 1), 2), Gradients(), Activations()])


@pytest.fixture
def window(used_window):
    runs = [new_run("adam", learning_rate=0.01, batch=10), new_run("sgd", learning_rate=0.03, batch=10)]
    experiment = new_network("circle", runs)
    compiled(experiment)
    window = used_window(experiment)
    window.shell.resize(1280, 800)
    window.until(lambda: diagram(window).snapshot is not None)
    return window


def diagram(window):
    return window.bench.stages["network"].diagram


def posed(window) -> None:
    """Until the diagram shows the network as it stands."""
    window.settle()

    def shown() -> bool:
        seen, run = diagram(window).snapshot, window.run(window.bench.controller.selected)
        return seen is not None and seen.run == run.id and np.array_equal(seen.theta, run.shown.theta)

    window.until(shown)


def on_line(window):
    """A point on the line of ITEM."""
    links = diagram(window).diagram_layout.links
    link = np.flatnonzero((links.column == 1) & (links.unit == ITEM.unit) & (links.source == ITEM.source))[0]
    x0, y0, x1, y1 = links.ends[link]
    return QPointF(x0 + 0.1 * (x1 - x0), y0 + 0.028 * (y1 - y0)).toPoint()


def type_weight(window, text: str) -> None:
    QTest.mouseClick(diagram(window), LEFT, pos=on_line(window))
    QTest.keyClicks(diagram(window).editor.field, text)
    QTest.keyClick(diagram(window).editor.field, Qt.Key.Key_Return)
    window.settle()


def test_a_weight_set_with_the_mouse_is_a_tweak_of_the_selected_run_and_can_be_undone(window):
    window.bench.controller.select("sgd")
    window.advance(5)
    posed(window)
    place = ITEM.place(diagram(window).shape.network)
    before = window.run("sgd").shown.theta[place]
    type_weight(window, "1.25")
    run = window.run("sgd")
    assert [(tweak.setting.path, tweak.value, tweak.update) for tweak in run.tweaks] == [
        (f"parameter.{place}", 1.25, 5)
    ]
    assert run.shown.theta[place] == 1.25 and not window.run("adam").tweaks
    posed(window)
    assert diagram(window).snapshot.theta[place] == 1.25
    window.bench.document.undo()
    window.settle()
    window.until(lambda: window.update == 5)
    assert not window.run("sgd").tweaks and window.run("sgd").shown.theta[place] == before
    window.bench.document.redo()
    window.settle()
    window.until(lambda: window.update == 5)
    assert window.run("sgd").shown.theta[place] == 1.25


def test_a_drag_of_the_slider_is_one_step_of_undo_and_replays_to_the_bit(window):
    window.advance(3)
    posed(window)
    QTest.mouseClick(diagram(window), LEFT, pos=on_line(window))
    slider = diagram(window).editor.slider
    slider.setSliderDown(True)
    for position in (550, 600, 720):
        slider.setSliderPosition(position)
    slider.setSliderDown(False)
    window.settle()
    value = diagram(window).editor.value
    place = ITEM.place(diagram(window).shape.network)
    assert window.run("adam").shown.theta[place] == value
    window.advance(4)
    again = Session(Experiment.from_dict(window.picture.experiment.to_dict()))
    again.advance(7)
    assert again.run("adam").machine.theta.tobytes() == window.run("adam").shown.theta.tobytes()
    window.bench.document.undo()
    window.settle()
    assert not window.run("adam").tweaks


def test_plus_changes_the_shape_and_begins_again(window):
    window.advance(5)
    posed(window)
    QTest.mouseClick(diagram(window).headers.headers[0].more, LEFT)
    window.settle()
    assert window.picture.task.hidden == (Layer(5), Layer(2)) and window.update == 0
    posed(window)
    assert diagram(window).diagram_layout.columns[1].shown == 5
    window.bench.document.undo()
    window.settle()
    assert window.picture.task.hidden == (Layer(4), Layer(2))


def test_another_activation_goes_on_live(window):
    window.advance(5)
    posed(window)
    menu = diagram(window).headers.headers[1].menu()
    next(action for action in menu.actions() if action.text() == "ReLU").trigger()
    menu.deleteLater()
    window.settle()
    assert window.picture.task.hidden == (Layer(4), Layer(2, "relu")) and window.update == 5
    posed(window)
    assert "ReLU" in diagram(window).headers.headers[1].name.text()


def test_a_change_that_is_refused_is_said_and_changes_nothing(window):
    posed(window)
    diagram(window).edited.emit({"hidden": tuple(Layer(512) for _ in range(9))})
    window.until(lambda: window.bench.toast.isVisible())
    assert "up to 8 layers" in window.bench.toast.text.text()
    assert window.picture.task.hidden == (Layer(4), Layer(2))


def test_the_diagram_can_be_hidden_and_the_file_knows(window):
    stage = window.bench.stages["network"]
    QTest.mouseClick(stage.companion_button, LEFT)
    assert not stage.diagram.isVisible()
    assert window.current().view["network_diagram"] is False
    QTest.mouseClick(stage.companion_button, LEFT)
    assert stage.diagram.isVisible()
    posed(window)


def test_the_views_stand_side_by_side_where_there_is_room(window):
    stage = window.bench.stages["network"]
    posed(window)
    assert stage._split.orientation() == Qt.Orientation.Vertical
    window.shell.resize(1920, 1080)
    window.until(lambda: stage._split.orientation() == Qt.Orientation.Horizontal)
    posed(window)
    left, right = stage._split.sizes()
    assert 0.4 < left / (left + right) < 0.6
    stage._split.moveSplitter(round(0.3 * (left + right)), 1)
    kept = stage.view()["network_split"]
    assert kept[1] == pytest.approx(0.3, abs=0.03)
    stage.apply_view({"network_split": [0.4, 0.6]})
    assert stage.view()["network_split"] == [0.4, 0.6]
    for senseless in (["wide"], [0.5, float("nan")], [0.0, 0.5], 3, [0.5, 0.5, 0.5]):
        stage.apply_view({"network_split": senseless})
    assert stage.view()["network_split"] == [0.4, 0.6]


class Resized(QObject):
    """Counts how often a widget is given another size."""

    def __init__(self, watched) -> None:
        super().__init__()
        self.times = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() == QEvent.Type.Resize
        return False


@pytest.mark.parametrize(("size", "most"), [((1300, 830), 1), ((1920, 1000), 2)], ids=["wider", "side by side"])
def test_the_diagram_is_laid_out_once_for_a_size_and_once_for_its_place(window, size, most):
    posed(window)
    resized = Resized(diagram(window))
    window.shell.resize(*size)
    assert 1 <= resized.times <= most


def test_a_tab_shows_its_view(window):
    stage = window.bench.stages["network"]
    posed(window)
    keys = list(stage.views)
    place = next(place for place in range(len(keys)) if stage.tabs.isTabVisible(place) and keys[place] != "decision")
    QTest.mouseClick(stage.tabs, LEFT, pos=stage.tabs.tabRect(place).center())
    assert stage.current is stage.views[keys[place]] and stage.current.isVisible()
    assert window.current().view["network_view"] == keys[place]


def test_what_is_not_of_this_network_has_no_tab(window):
    stage = window.bench.stages["network"]
    shown = {key for place, key in enumerate(stage.views) if stage.tabs.isTabVisible(place)}
    assert "decision" in shown and not shown & {"fit", "images", "residuals"}
    assert shown == {key for key, view in stage.views.items() if view.fits(window.picture)}


def test_other_data_bring_a_view_that_fits_them(window):
    stage = window.bench.stages["network"]
    posed(window)
    for data, key in (("sine", "fit"), ("digits", "images"), ("circle", "decision")):
        window.bench.controller.change_problem({"data": data})
        posed(window)
        assert stage.current is stage.views[key]
        assert list(stage.views)[stage.tabs.currentIndex()] == key
        assert stage.current.fits(window.picture)


def test_a_deep_network_has_the_whole_width(window):
    stage = window.bench.stages["network"]
    window.shell.resize(1920, 1080)
    window.until(lambda: stage._split.orientation() == Qt.Orientation.Horizontal)
    window.bench.controller.change_problem({"hidden": (Layer(2),) * 8})
    posed(window)
    assert stage._split.orientation() == Qt.Orientation.Vertical


def test_the_tabs_take_no_more_room_than_they_need(window):
    stage = window.bench.stages["network"]
    posed(window)
    last = max(place for place in range(stage.tabs.count()) if stage.tabs.isTabVisible(place))
    assert stage.tabs.width() == stage.tabs.sizeHint().width() <= stage.tabs.tabRect(last).right() + 2
    assert stage._title.text() and "…" not in stage._title._cut()
