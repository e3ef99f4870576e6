"""Files of comparisons: each figure carries the experiment with its results, and says how fair it is."""

from __future__ import annotations

import math

import pytest

from app.documents.experiment_file import open_file
from app.documents.files import FileError
from app.export.comparison.figure import comparison_bytes, write_comparison
from app.export.comparison.figures import FIGURES, fairness
from app.export.style import FigureSettings
from app.workers.executors import crew_of
from app.workers.plan_work import work_off
from engine import COMPARISONS, ComparisonRecord, SettingError, axis, new_experiment, new_run, plan_of

pytest.importorskip("matplotlib.figure")

RUNS = [new_run("adam", learning_rate=0.02), new_run("sgd", learning_rate=10.0, colour=1)]  # the second diverges
RACE = new_experiment("rosenbrock", RUNS, title="A race")
SMALL = {"updates": 12, "seeds": 2}
RATES = axis("learning_rate", [1e-3, 1e-2, 1e3], log=True)
SETTINGS = FigureSettings.of_size("double column", dpi=60)
CASES = (
    ("race", {**SMALL, "rounds": 0, "tuning_seeds": 1}, ()),
    ("seeds", SMALL, ()),
    ("rates", SMALL, ()),
    ("sweep", SMALL, (RATES,)),
    ("sweep", SMALL, (RATES, axis("noise", [0.0, 1.0]))),
    ("sweep", SMALL, (axis("optimizer", ["adam", "rmsprop"]),)),
    ("sweep", SMALL, (axis("optimizer", ["adam", "rmsprop"]), RATES)),
    ("sweep", {**SMALL, "way": "random", "combinations": 3}, (RATES, axis("noise", [0.0, 1.0]))),
)


def test_every_comparison_has_a_figure() -> None:
    assert set(FIGURES) == set(COMPARISONS)


def test_a_figure_carries_its_comparison_and_a_table_has_every_trial(tmp_path) -> None:
    for place, (kind, values, axes) in enumerate(CASES):
        plan, known = plan_of(RACE, kind, values, axes=axes), {}
        for _ in work_off(plan, crew_of("1 thread"), known):
            pass
        record = ComparisonRecord(plan.choice, (), "", axes).keeping(known)
        path = tmp_path / f"{kind}{place}.svg"
        write_comparison(path, plan, record, known, SETTINGS)
        opened = open_file(path)
        assert opened.is_figure and opened.experiment.comparisons == (record,), kind
        assert plan.result(record.known()) is not None
        png = comparison_bytes("png", plan, record, known, SETTINGS)
        assert place or png == comparison_bytes("png", plan, record, known, SETTINGS)
        told = fairness(plan)
        assert "12 updates each, 2 seeds" in told and ("tuned by as many" in told) == (kind == "race")
        table = tmp_path / f"{kind}{place}.csv"
        write_comparison(table, plan, record, known, SETTINGS)
        assert len(table.read_text("utf-8").splitlines()) == 1 + len(plan.trials(known))
    assert any(math.isinf(summary.value) for summary in known.values()), "what diverged is drawn, too"
    with pytest.raises(FileError, match=r"must end in \.csv, \.png, \.svg, \.pdf"):
        write_comparison(tmp_path / "x.txt", plan, record, known, SETTINGS)


def test_what_is_known_of_the_first_stage_is_drawn_and_nothing_is_refused() -> None:
    for kind, values, axes in (*CASES, ("scores", {}, ())):
        plan, known = plan_of(RACE, kind, values, axes=axes), {}
        record = ComparisonRecord(plan.choice, (), "", axes)
        with pytest.raises(SettingError, match="nothing is known yet"):
            comparison_bytes("png", plan, record, known, SETTINGS)
        for _ in zip(range(2), work_off(plan, crew_of("1 thread"), known), strict=False):
            pass
        assert comparison_bytes("png", plan, record, known, SETTINGS)[:4] == b"\x89PNG", kind


def test_a_map_of_a_sweep_has_whole_cells_and_names_and_points_with_names_have_no_line_between_them() -> None:
    from matplotlib.figure import Figure

    def drawn(axes):
        plan, known = plan_of(RACE, "sweep", {**SMALL, "seeds": 1}, ["adam"], axes=axes), {}
        for _ in work_off(plan, crew_of("1 thread"), known):
            pass
        figure = Figure()
        FIGURES["sweep"](figure, plan, plan.result(known), SETTINGS)
        return figure.axes[0]

    optimizers = axis("optimizer", ["adam", "rmsprop"])
    map_ = drawn((optimizers, axis("learning_rate", [1e-4, 1e-2], log=True)))
    (cells,) = [each for each in map_.collections if hasattr(each, "get_coordinates")]
    assert cells.get_coordinates()[0, :, 0].tolist() == pytest.approx([1e-5, 1e-3, 1e-1])
    assert [label.get_text() for label in map_.get_yticklabels()] == ["Adam", "RMSprop"]
    points = drawn((optimizers,))
    assert [label.get_text() for label in points.get_xticklabels()] == ["Adam", "RMSprop"]
    assert points.get_xlim() == (-0.5, 1.5) and {line.get_linestyle() for line in points.lines[:1]} == {"None"}
