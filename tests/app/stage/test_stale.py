"""Values of different networks never meet: whatever arrives late, and whatever was pointed at in the former shape."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from app.look.theme import DARK
from app.stage.diagram.diagram import Diagram
from app.stage.diagram.diagram_item import WEIGHT, DiagramItem
from app.stage.networks.network_stage import NetworkStage
from app.stage.networks.network_view import NetworkView
from app.stage.parameter_path.parameter_path import ParameterPathView
from app.stage.planes.plane_view import PlaneView
from app.stage.stage_view import StageView
from app.stage.views import VIEWS
from engine import (
    DATASETS,
    LossSlice,
    Session,
    SlicePlan,
    choose,
    new_network,
    new_run,
    path_request,
    snapshot_of,
)

RUN = new_run("adam", learning_rate=0.02, batch=10)
NETWORKS = {
    "large": new_network("circle", [RUN], (16, 12)),
    "small": new_network("circle", [RUN], (3,)),
    "other examples": new_network(choose(DATASETS, "circle", {"samples": 90}), [RUN], (16, 12)),
    "other layers": new_network("circle", [RUN], (3, 3, 3)),
    "without hidden layers": new_network("circle", [RUN], ()),
    "more features": new_network("xor", [RUN], (4,), features=("x", "y", "xy", "x2")),
    "three classes": new_network("blobs", [RUN], (5, 4)),
    "one input": new_network("sine", [RUN], (9, 7)),
    "one input, fewer": new_network("step", [RUN], (2,), share=1.0),
    "a regression of two": new_network("reg_plane", [RUN], (6,)),
    "images": new_network("digits", [RUN], (8, 6)),
    "fewer images": new_network(choose(DATASETS, "digits", {}), [RUN], (3,), share=0.2),
    "few columns": new_network("iris", [RUN], (5,)),
    "filters": new_network("digits", [RUN], architecture="convolutional"),
    "more filters": new_network("digits", [RUN], architecture="convolutional", stages=["convolution"] * 2 + ["dense"]),
    "filters on a line": new_network("patterns", [RUN], architecture="convolutional"),
    "a state": new_network("adding", [RUN], architecture="recurrent"),
    "a state at every step": new_network("sine_ahead", [RUN], architecture="recurrent"),
    "classes at every step": new_network("echo", [RUN], architecture={"kind": "recurrent", "units": 4}),
    "numbers in words": new_network("number_words", [RUN], architecture={"kind": "recurrent", "units": 5}),
    "brackets": new_network("brackets", [RUN], architecture={"kind": "recurrent", "cell": "lstm", "units": 3}),
    "images through three": new_network("digits", [RUN], (6, 3, 6), target="inputs"),
    "columns through four": new_network("wine", [RUN], (4,), target="inputs", share=1.0),
    "a plane through one": new_network("line", [RUN], (1,), target="inputs"),
    "a plane through two": new_network(choose(DATASETS, "line", {"samples": 90}), [RUN], (3, 2), target="inputs"),
    "rows of images": new_network("digits", [RUN], architecture={"kind": "recurrent", "cell": "gru", "units": 5}),
    "words": new_network(choose(DATASETS, "spoken", {"samples": 60}), [RUN], architecture="recurrent"),
    "fewer words": new_network(choose(DATASETS, "spoken", {"samples": 30}), [RUN], (3,), share=0.5),
    "tokens": new_network({"kind": "modular", "modulus": 7}, [RUN], architecture={"kind": "attention", "width": 8}),
    "fewer tokens": new_network(
        {"kind": "modular", "modulus": 5},
        [RUN],
        architecture={"kind": "attention", "width": 6, "heads": 3, "blocks": 2},
    ),
}
FEW = (
    "large",
    "small",
    "without hidden layers",
    "one input",
    "images",
    "filters",
    "a state",
)  # for views that fit all, and take long


class Case:
    """A network with all that a view may be handed of it."""

    def __init__(self, name: str) -> None:
        session = Session(NETWORKS[name])
        session.advance(30)
        self.session, self.picture = session, session.picture()
        self.run = self.picture.runs[0]

    def snapshot(self, view: NetworkView):
        known = frozenset(query for query in view.queries() if self.picture.subject.understands(type(query)))
        return snapshot_of(self.picture.problem, self.run.shown.theta, known, self.run.id, self.run.shown.update)

    def slice(self, view: NetworkView) -> LossSlice | None:
        wanted = view.plane_wanted()
        if wanted is None:
            return None
        plan = SlicePlan(path_request(self.picture, self.session, self.run.id, wanted, False), None)
        while not plan.grid.complete:
            nodes, thetas = plan.next(500)
            plan.grid.put(nodes, plan.problem.losses(thetas))
        return LossSlice(
            wanted, plan.problem, plan.plane, plan.weights, self.run.id, plan.update, plan.projected_paths(), plan.home,
            plan.grid.xs, plan.grid.ys, plan.grid.shown(), True, None,
        )  # fmt: skip


_cases: dict[str, Case] = {}


def case(name: str) -> Case:
    if name not in _cases:
        _cases[name] = Case(name)
    return _cases[name]


def look(view: NetworkView) -> None:
    """Everything that a frame and a pointer ask of a view."""
    view.grab()
    view.describe()
    view.set_cursor(17)
    view.queries()
    view.plane_wanted()
    if isinstance(view, PlaneView | ParameterPathView):
        plot = view.chart.view.plot
        for x, y in ((0.2, 0.3), (0.5, 0.5), (0.9, 0.8)):
            view.read(QPointF(plot.left() + x * plot.width(), plot.top() + y * plot.height()))
    view.set_cursor(None)


def point_at_the_last(qtbot, view: NetworkView, at: Case) -> None:
    """Have the highest number in focus that the view offers: it exists in no smaller network."""
    sizes = at.picture.subject.network.sizes
    if isinstance(view, Diagram):
        layout = view.diagram_layout
        last = len(sizes) - 1
        item = DiagramItem(WEIGHT, last, layout.columns[last].shown - 1, layout.columns[last - 1].shown - 1)
        view.look_at(item)
        if layout.holds(item) and not layout.columns[last - 1].block:
            view.edit(item)
    elif isinstance(view, ParameterPathView):
        last = at.picture.subject.network.parameters - 1
        view.apply_view({"stage_path_plane": "weights", "stage_path_weights": [0, last]})
    else:
        corner = QPoint(view.width() - 40, view.height() - 40)
        qtbot.mouseMove(view, corner)
        view.setFocus()
        qtbot.keyClick(view.focusProxy() or view, Qt.Key.Key_End)


def of_networks(kind: type[StageView]) -> bool:
    """Whether a view lies in one of the folders of networks."""
    return kind.__module__.split(".")[2] in ("charts", "examples", "planes")


def fitting(kind: type[NetworkView]) -> list[str]:
    names = [name for name in NETWORKS if kind.fits(case(name).picture)]
    return [name for name in names if name in FEW] if len(names) == len(NETWORKS) else names


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", (Diagram, *filter(of_networks, VIEWS)), ids=lambda kind: kind.KEY)
def test_no_view_mixes_two_networks(qtbot, themed, kind, every: bool) -> None:
    """From one network to another: pictures, snapshots, planes and what has the focus, each of them too late.

    every: to and fro between two, on screen and hidden when it changes, instead of one of them in turns.
    """
    view = kind(DARK)
    qtbot.addWidget(view)
    view.resize(520, 420)
    with qtbot.waitExposed(view):
        view.show()
    tried = 0
    names = fitting(kind)
    neighbours = [*zip(names, names[1:] + names[:1], strict=True)]
    back = [(second, first) for first, second in neighbours]
    ways = [*neighbours, *back] if every or len(names) < 4 else [*neighbours[::2], *back[1::2]]
    for place, (first, second) in enumerate(ways):
        old, new = case(first), case(second)
        late, late_slice = old.snapshot(view), old.slice(view)
        for hidden in (False, True) if every else (place % 2 == 1,):
            view.refresh(old.picture)
            view.show_snapshot(old.snapshot(view))
            if (patch := old.slice(view)) is not None:
                view.show_plane(patch)
            look(view)
            point_at_the_last(qtbot, view, old)
            look(view)
            view.setVisible(not hidden)
            view.refresh(new.picture)
            view.setVisible(True)
            look(view)
            view.show_snapshot(late)
            if late_slice is not None:
                view.show_plane(late_slice)
            look(view)
            view.refresh(new.picture)
            view.show_snapshot(new.snapshot(view))
            look(view)
            if (patch := new.slice(view)) is not None:
                view.show_plane(patch)
            view.show_snapshot(late)
            look(view)
            tried += 1
    assert tried >= 4


@pytest.mark.parametrize("name", ["large", "images", "filters", "a state"])
def test_a_snapshot_that_others_have_asked_for_is_not_handed_to_a_view(qtbot, themed, name) -> None:
    """As one is that comes, or has come, while another view is chosen."""
    stage, shown = NetworkStage(DARK), case(name)
    qtbot.addWidget(stage)
    stage.resize(700, 500)
    with qtbot.waitExposed(stage):
        stage.show()
    stage.refresh(shown.picture)
    fitting = [key for key, kind in stage.views.kinds.items() if kind.fits(shown.picture)]
    asking = [stage.views[key] for key in fitting]
    asking += [stage.companion] if stage.companion.fits(shown.picture) else []
    assert len({frozenset(map(type, view.queries())) for view in asking}) > 1, "they ask different things"
    for view in asking:
        for key in fitting:
            stage.show_snapshot(shown.snapshot(view))
            stage.choose(key)
            look(stage.views[key])
