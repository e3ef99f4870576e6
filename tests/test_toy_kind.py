"""A kind of problem that is declared in this file alone, driven through session, files, table, figures and window."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout

from app.commands import cli
from app.controls.task_panel import KnobPanel
from app.curves.curve_catalogue import CURVES
from app.documents.experiment_file import load, to_text
from app.documents.fresh import fresh
from app.export.csv_table import write_table
from app.export.figure import figure_bytes
from app.export.figure_content import CurveContent, StageContent
from app.export.figures import FIGURES
from app.export.stage_figure import Drawing, StageFigure
from app.export.style import FigureSettings
from app.launch import compile_kernels
from app.stage.stage_view import StageView
from app.stage.views import VIEWS
from app.stage.views_stage import ViewsStage
from engine import (
    NEVER,
    PROBLEMS,
    WATCHED,
    Block,
    Experiment,
    Hyper,
    Measure,
    Offer,
    Problem,
    ProblemKind,
    Query,
    Run,
    Session,
    Setting,
    SettingError,
    Subject,
    experiment_on,
    full_history,
    new_run,
    snapshot_of,
)
from engine.contracts import OBJECTIVE, kernel, no_check
from engine.validation import Entries
from tests.app.conftest import Window, close_and_check

# The kind -----------------------------------------------------------------------------------------------------------

STIFFNESS = Hyper("stiffness", "k", 2.0, 0.1, 100.0, help="how much harder each spring is than the one before it")
REST = Hyper("rest", "r", 1.0, -10.0, 10.0, help="where each spring is at rest")


@kernel(OBJECTIVE)
def three_springs(theta, grad, stream, constants, work):
    """Half the stiffness 1, k, k² of each spring times the square of its stretch."""
    loss = 0.0
    hard = 1.0
    for place in range(3):
        stretch = theta[place] - constants[1]
        grad[place] = hard * stretch
        loss += 0.5 * hard * stretch * stretch
        hard *= constants[0]
    return loss


@dataclass(frozen=True, slots=True)
class SpringTask:
    """Three springs, stretched to 3, -2 and 5."""

    stiffness: float = 2.0
    rest: float = 1.0

    KIND: ClassVar[str] = "springs"
    SEEDS: ClassVar[tuple[str, ...]] = ()
    TIERS: ClassVar[Mapping[str, Any]] = {}
    title = "Three springs"
    parameters = 3
    layout = ("three springs",)
    identity = ("three springs",)

    def to_dict(self, tables: object = None) -> dict[str, Any]:
        return {"stiffness": self.stiffness, "rest": self.rest}

    def having(self, setting: str | Setting, value: Any) -> SpringTask:
        path = Setting.of(setting).path
        if path not in ("stiffness", "rest"):
            raise SettingError(f"springs have no setting {path!r}")
        return SpringKind().read(Entries({**self.to_dict(), path: value}, ""))

    def value(self, setting: str | Setting) -> Any:
        return getattr(self, Setting.of(setting).path)

    def continues(self, other: object) -> bool:
        return isinstance(other, SpringTask)

    def differences(self, other: SpringTask) -> dict[str, Any]:
        return {name: value for name, value in other.to_dict().items() if value != self.value(name)}


@dataclass(frozen=True, slots=True)
class Stretches(Query[np.ndarray]):
    """How far each spring is from its rest, times a scale."""

    scale: float = 1.0


class Springs(Subject):
    measures = (
        Measure(
            "longest_stretch",
            "Longest stretch",
            "of the three springs",
            unit="m",
            log=True,
            direction="falls",
            role=WATCHED,
            shown=True,
        ),
    )
    noun = "spring"

    def __init__(self, rest: float) -> None:
        self._rest = rest

    @property
    def known_minimum(self) -> float:
        return 0.0

    def measured(self, theta, step, penalty, interruption):
        yield from ()
        return np.array([np.abs(theta - self._rest).max()]), None

    def understands(self, query):
        return query is Stretches

    def answers(self, theta, queries, interruption):
        yield from ()
        return {query: query.scale * (theta - self._rest) for query in queries}


class SpringKind(ProblemKind):
    key = "springs"
    title = "Springs"
    plural = "Springs"
    knobs = (STIFFNESS, REST)
    measures = Springs.measures

    @property
    def offers(self):
        return (Offer("springs", "Springs", "Three springs", SpringTask),)

    def read(self, entries, check=no_check):
        task = SpringTask(entries.hyper(STIFFNESS), entries.hyper(REST))
        entries.close()
        return task

    def problem(self, task, check=no_check):
        return Problem(
            task=task,
            objective=three_springs.address,
            constants=np.array([task.stiffness, task.rest]),
            work_size=1,
            start=np.array([3.0, -2.0, 5.0]),
            blocks=(Block("springs", 0, (3,), "point", decays=True),),
            examples=1,
            seed=1,
            subject=Springs(task.rest),
        )

    def kernels(self, task):
        return [three_springs]


class SpringView(StageView):
    KEY = "springs"
    TITLE = "Springs"
    ASKS = (Stretches,)

    def __init__(self, theme) -> None:
        super().__init__(theme)
        self.told = QLabel()
        QVBoxLayout(self).addWidget(self.told)

    def queries(self):
        return frozenset({Stretches(2.0)})

    def show_snapshot(self, snapshot) -> None:
        self.told.setText(" ".join(f"{stretch:.6g}" for stretch in snapshot.answers[Stretches(2.0)]))


def draw_springs(axes, drawing: Drawing):
    theta = drawing.picture.runs[0].shown.theta
    axes.bar(range(len(theta)), theta)
    return []


@pytest.fixture(autouse=True)
def springs():
    """The kind is there for as long as a test takes."""
    figure = StageFigure(SpringTask.KIND, "springs", "springs", "Springs", lambda task: True, draw_springs)
    kind = PROBLEMS.add(SpringKind())
    VIEWS.append(SpringView)
    FIGURES[figure.key] = figure
    yield kind
    del FIGURES[figure.key]
    VIEWS.remove(SpringView)
    PROBLEMS.remove(kind.key)


def race(**task: float) -> Experiment:
    runs = [new_run("sgd", learning_rate=0.1), new_run("adam", learning_rate=0.05)]
    return experiment_on(SpringTask(**task), runs)


def stood(experiment: Experiment, updates: int = 100) -> Session:
    session = Session(experiment)
    session.advance(updates)
    return session


# What is true of it -------------------------------------------------------------------------------------------------


def test_a_session_descends_and_measures_it():
    session = stood(race())
    run = session.runs[0]
    expected = 1.0 + np.array([2.0, -3.0, 4.0]) * (1.0 - 0.1 * np.array([1.0, 2.0, 4.0])) ** 100
    np.testing.assert_allclose(run.machine.theta, expected, rtol=1e-12)
    at, values = session.picture().runs[0].measures.series("longest_stretch")
    assert at[0] == 0 and values[0] == 4.0 and (np.diff(values) < 0.0).all()
    assert len(run.trail().updates) > 10, "its path in the space of its parameters"


def test_a_query_is_answered_in_a_snapshot():
    session = stood(race())
    picture = session.picture()
    theta = picture.runs[0].shown.theta
    found = snapshot_of(picture.problem, theta, [Stretches(3.0)], "sgd", 100)
    np.testing.assert_array_equal(found.answer(Stretches), 3.0 * (theta - 1.0))

    class Unknown(Query[int]):
        pass

    with pytest.raises(SettingError, match="a spring has no answer to Unknown"):
        snapshot_of(picture.problem, theta, [Unknown()])


def test_a_live_change_a_replay_and_a_file_give_the_same_bits(tmp_path):
    session = stood(race(), 50)
    assert session.problem_changed({"stiffness": 3.0}) is False, "theta keeps its layout"
    session.tweak("sgd", "parameter.2", 7.5)
    session.advance(50)
    path = tmp_path / "springs.toml"
    path.write_text(to_text(session.experiment()), "utf-8")
    assert 'kind = "springs"' in path.read_text("utf-8")
    read = load(path)
    assert read == session.experiment()
    again = stood(read)
    for before, after in zip(session.runs, again.runs, strict=True):
        assert before.machine.theta.tobytes() == after.machine.theta.tobytes()
        assert all(
            full_history(before)[name].tobytes() == full_history(after)[name].tobytes() for name in ("loss", "x")
        )
        ours, theirs = before.measures.view(), after.measures.view()
        assert ours.at.tobytes() == theirs.at.tobytes() and ours.values.tobytes() == theirs.values.tobytes()


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            {"kind": "springs", "stiffness": 1e9},
            r"problem\.stiffness: .* must lie in \[0\.1, 100\], got 1000000000.0",
        ),
        ({"kind": "springs", "colour": 1}, r"problem\.colour: unknown entry"),
        ({"kind": "sprigns"}, "unknown kind of problem 'sprigns'; did you mean springs"),
    ],
)
def test_what_a_file_cannot_mean_is_refused(problem, sentence):
    with pytest.raises(SettingError, match=sentence):
        Experiment.from_dict({**race().to_dict(), "problem": problem})


def test_the_table_has_a_column_of_its_measure(tmp_path):
    session = stood(race(), 20)
    write_table(tmp_path / "springs.csv", session.picture())
    with open(tmp_path / "springs.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["longest_stretch"]) == 4.0
    assert [float(row["x"]) for row in rows[:20]] == full_history(session.runs[0])["x"].tolist()


def test_its_curve_and_its_stage_are_drawn():
    picture = stood(race()).picture()
    curve = CURVES["longest_stretch"]
    assert curve.axis_for(picture) == "Longest stretch (m)" and curve.tip == "of the three springs, in m"
    assert curve.needs(picture) and curve.title_for(picture) == "Longest stretch" and not CURVES["x"].needs(picture)
    settings = FigureSettings(dpi=60)
    for plot in (CurveContent("longest_stretch"), StageContent()):
        assert figure_bytes("png", picture, plot, settings).startswith(b"\x89PNG")


def test_without_a_figure_of_its_own_the_stage_is_refused_in_words():
    picture = stood(race()).picture()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SettingError, match="springs has no figure of its stage"):
        patch.delitem(FIGURES, "springs")
        figure_bytes("png", picture, StageContent(), FigureSettings())


def test_the_command_line_runs_it(tmp_path, capsys):
    path = tmp_path / "springs.toml"
    path.write_text(to_text(replace(race(), stop={**race().stop, "updates": 40})), "utf-8")
    assert cli.main(["run", str(path), "--export", str(tmp_path / "out.csv")]) == 0
    head, first, _ = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert head[:5] == ["run", "name", "updates", "loss", "longest_stretch"]
    expected = max(abs(stood(race(), 40).runs[0].machine.theta - 1.0))
    assert float(first[4]) == expected


def test_the_child_compiles_its_kernel_first(tmp_path):
    path = tmp_path / "springs.toml"
    path.write_text(to_text(race()), "utf-8")
    names = [made.name for made in compile_kernels._needed(str(path))]
    assert "three_springs" in names and "network_objective" not in names


def test_early_stopping_waits_for_its_measure():
    session = stood(race(), 10)
    session.stop_at({**NEVER, "patience": 500})
    session.tweak("sgd", "learning_rate", 0.0)  # nothing gets better any more
    session.advance(5000)
    run = session.runs[0]
    assert run.status == "finished" and "no lower longest stretch in" in run.message
    assert run.best is not None and run.best.loss == np.abs(run.best.theta - 1.0).max()


def test_a_run_that_diverges_is_explained():
    session = stood(experiment_on(SpringTask(), [new_run("sgd", learning_rate=9.0)]), 2000)
    assert session.runs[0].status == "diverged"
    assert "no longer finite" in session.runs[0].message and "learning rate" in session.runs[0].message


@pytest.fixture
def window(qtbot, springs):
    made = Window(qtbot, race())
    made.settle()
    yield made
    close_and_check(made)


def test_the_window_shows_it_with_a_panel_of_its_knobs_and_its_view(window):
    bench = window.bench
    panel = bench.problem_panel.panels["springs"]
    assert isinstance(panel, KnobPanel) and panel.isVisible() and list(panel.knobs.knobs) == ["stiffness", "rest"]
    stage = bench.shown_stage
    assert isinstance(stage, ViewsStage) and stage.isVisible()
    shown = [stage.tabs.tabText(place) for place in range(stage.tabs.count()) if stage.tabs.isTabVisible(place)]
    assert shown == ["Parameter path", "Springs"]
    assert "longest_stretch" in bench.curves.cards
    assert "without a lower longest stretch" in bench.stop_panel.knobs.knobs["patience"].hyper.help
    window.advance(50)
    stage.choose("springs")
    view = stage.views["springs"]
    wanted = " ".join(f"{2.0 * (number - 1.0):.6g}" for number in window.picture.runs[0].shown.theta)
    window.until(lambda: view.told.text() == wanted)
    stage.choose("path")
    window.until(lambda: stage.views["path"].shown is not None)


def test_every_run_tells_its_loss(window):
    window.advance(5)
    assert all(np.isfinite(run.shown.loss) and run.shown.loss > 0.0 for run in window.picture.runs)


def test_a_knob_of_the_panel_changes_it_live(window):
    window.advance(20)
    window.let_changes_apply(from_start=False)
    panel = window.bench.problem_panel.panels["springs"]
    window.type(panel.knobs.reveal("stiffness").field, "5")
    window.settle()
    assert window.picture.task == SpringTask(stiffness=5.0) and window.picture.update >= 20
    assert window.current().runs[0].tweaks[-1].value == 5.0


def test_another_kind_and_back_keeps_its_settings(window):
    panel = window.bench.problem_panel
    places = {offer.key: place for place, offer in enumerate(panel._offers)}
    panel.kind.chosen.emit(places["surface"])
    window.settle()
    assert window.picture.kind == "surface"
    panel.kind.chosen.emit(places["springs"])
    window.settle()
    assert window.picture.task == SpringTask()
    assert [run.settings.learning_rate for run in window.picture.runs] == [0.1, 0.05]


def test_a_fresh_one_can_be_begun_with():
    begun = fresh("springs")
    assert begun.problem == SpringTask() and begun.stop["updates"] == 0


def test_a_fork_goes_on_from_there():
    session = stood(race(), 60)
    run: Run = session.fork("sgd", 30, {"learning_rate": 0.01})
    assert run.record().tweaks[-1].update == 30 and run.update == 60


def test_a_snapshot_goes_to_the_stage_of_its_own_kind(window):
    """However late it comes: a person may have gone over to another kind meanwhile."""
    bench, seen = window.bench, []
    window.advance(5)
    bench.shown_stage.choose("springs")
    window.until(lambda: bench.snapshot is not None)
    mine = bench.stages["springs"]
    for kind, stage in bench.stages.items():
        stage.show_snapshot = lambda snapshot, kind=kind: seen.append(kind)
    late = replace(bench.snapshot, update=bench.snapshot.update + 1)
    bench.controller.choose_kind("surface")
    window.settle()
    bench.training.snapshots.newest = late
    window.until(lambda: bench.snapshot is late)
    assert seen and set(seen) == {"springs"} and not mine.isVisible()
