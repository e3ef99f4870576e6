from __future__ import annotations

import csv

import numpy as np
import pytest

from app.curves.curve_catalogue import CURVES
from app.curves.curve_model import CurveModel
from app.curves.curve_style import CurveStyle
from app.curves.painting import note
from app.export.csv_table import head, write_table
from app.look.theme import DARK
from engine import PROBLEMS, Experiment, Layer, Session, new_network
from tests.app.curves.histories import (
    LAYERS,
    due_until,
    grown,
    history_of,
    measured_of,
    network_of,
    picture_of,
    run_of,
    younger,
)  # fmt: skip
from tests.app.curves.models import draw, pixels, x_axis

AT = due_until(2000)


def model_of(key: str, *runs, style: CurveStyle | None = None, selected: str | None = None, **more) -> CurveModel:
    model = CurveModel(CURVES[key], DARK)
    model.selected = selected
    model.restyle(style or CurveStyle())
    model.pull(network_of(*runs, **more), {})
    return model


def run_with(number: int = 0, updates: int = 2000, **changes):
    return run_of(
        history_of(np.ones(updates)), number, measures=measured_of(due_until(updates), seed=number), **changes
    )


def inked(model: CurveModel, value: float) -> np.ndarray:
    """For each pixel column whether there is ink about a level."""
    row = round(draw(model).y.pixel(value))
    return pixels(model)[row - 2 : row + 3, :, 3].max(axis=0) > 100


def level(values: dict[str, float], updates: int = 2000):
    """A run whose measures are constant."""
    measures = measured_of(due_until(updates))
    for name, value in values.items():
        measures.column(name)[:] = value
    return run_of(history_of(np.ones(updates)), measures=measures)


def test_the_first_measurement_alone_is_seen_as_a_dot_on_either_line():
    model = model_of("losses", level({"training_loss": 0.1, "validation_loss": 1.0}, updates=0))
    begin = round(draw(model).x.pixel(0))
    for value in (0.1, 1.0):
        found = inked(model, value)
        assert found[max(begin - 2, 0) : begin + 3].any() and not found[begin + 8 :].any()


def test_training_is_solid_and_validation_dashed_in_the_colour_of_the_run():
    model = model_of("losses", level({"training_loss": 0.1, "validation_loss": 1.0}))
    begin, end = (round(draw(model).x.pixel(update)) for update in (0, 2000))
    assert inked(model, 0.1)[begin + 1 : end - 1].all()
    dashes = inked(model, 1.0)[begin + 1 : end - 1]
    assert 0.4 < dashes.mean() < 0.75
    assert np.count_nonzero(np.diff(dashes.astype(int)) > 0) == pytest.approx((end - begin) / 10.5, abs=2)
    assert {model.colour(line).name() for line in model.lines} == {DARK.run_colours[0].name()}


def test_nothing_measured_is_a_gap():
    run = level({"training_loss": 1.0})
    begin, end = AT.searchsorted([700, 1200])
    run.measures.values[begin:end, 0] = np.nan
    ink = inked(model_of("losses", run), 1.0)
    assert not ink[150:210].any() and ink[10:100].all() and ink[240:330].all()


@pytest.mark.parametrize("key", ["losses", "score", "layer_gradient_norm"])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("along", ["updates", "epochs"])
def test_drawn_as_it_is_measured_is_drawn_at_once(qapp, key, ratio, along):
    whole, measures = history_of(np.ones(2000)), measured_of(AT)
    measures.values[:, 1] *= 1.0 + 0.3 * np.sin(AT / 60.0)
    growing, afresh = CurveModel(CURVES[key], DARK), CurveModel(CURVES[key], DARK)
    for model in (growing, afresh):
        model.restyle(CurveStyle(along=along))
    ranges = {"x_range": (0.0, 2000.0) if along == "updates" else (0.0, 200.0), "y_range": (1e-3, 3.0)}
    for count in (*range(1, len(AT), 3), len(AT)):
        updates = int(AT[count - 1])
        run = run_of(grown(whole, updates), measures=younger(measures, count))
        growing.pull(network_of(run), {})
        draw(growing, ratio, **ranges)
    afresh.pull(growing.picture, {})
    draw(afresh, ratio, **ranges)
    difference = np.abs(pixels(growing) - pixels(afresh))
    assert pixels(afresh).any()
    assert np.count_nonzero(difference > 128) <= 0.002 * difference.size
    assert difference.mean() < 0.5


@pytest.mark.parametrize("along", ["updates", "epochs", "examples"])
def test_nothing_new_draws_and_places_nothing(qapp, along, monkeypatch):
    run = run_with()
    model = model_of("losses", run, style=CurveStyle(along=along))
    x, _, _ = draw(model)
    later = run_of(history_of(np.ones(1999)), measures=run.measures, examples=tuple(0.9995 * e for e in run.examples))
    model.pull(network_of(later), {})
    assert not model.outgrows(x)
    for line in model.lines:
        monkeypatch.setattr(line.raw, "update", None)
    assert draw(model).left is None


def test_the_cursor_reads_the_last_measurement_of_each_line():
    runs = [run_with(0), run_with(1, updates=300)]
    model = model_of("losses", *runs)
    update = 1111
    place = AT.searchsorted(update, "right") - 1
    found = {(line.run.id, line.part.name): (at, value) for line, at, value in model.values(update)}
    assert found["run0", "training"] == (AT[place], runs[0].measures.values[place, 0])
    assert found["run0", "validation"] == (AT[place], runs[0].measures.values[place, 1])
    assert np.isnan(found["run1", "training"][1])


def test_the_state_after_the_last_update_can_be_read_if_it_was_measured():
    model = model_of("losses", run_with(updates=256))
    assert model.newest == 256 == AT[model.lines[0].bins.count - 1]
    assert model.values(256)[0][2] == model.lines[0].bins.latest


@pytest.mark.parametrize("updates", [1, 128, 1000, 1001, 1999])
def test_all_curves_of_a_run_have_one_x_axis(updates):
    run = run_with(updates=updates)
    assert len({x_axis(model_of(key, run)) for key in ("loss", "losses", "layer_dead")}) == 1


def test_layers_are_those_of_the_selected_run_in_the_colours_of_a_ramp():
    runs = [run_with(0), run_with(1, visible=False)]
    model = model_of("layer_delta_norm", *runs, selected="run1")
    assert [line.part.name for line in model.lines] == list(LAYERS)
    assert {line.run.id for line in model.lines} == {"run1"}
    np.testing.assert_array_equal(model.lines[2].bins.last, runs[1].measures.column("delta_norm", 2))
    assert model.owner == "Run 1" and model.title == "Delta norm by layer"
    assert [model.colour(line) for line in model.lines] == [DARK.layer_colour(layer, 3) for layer in range(3)]
    model.select("run0")
    assert model.owner == "Run 0" and {line.run.id for line in model.lines} == {"run0"}
    model.select("gone")
    assert model.owner == "Run 0"


def test_another_shape_has_other_layers():
    model = model_of("layer_dead", run_with())
    other = run_of(history_of(np.ones(10)), measures=measured_of(due_until(10), 1))
    model.pull(network_of(other, layers=("output",)), {})
    draw(model)
    assert [entry.name for entry in model.legend] == ["output"] and len(model.lines) == 1


def test_curves_of_networks_mean_nothing_on_a_surface_and_the_other_way_round():
    runs = [run_with()]
    networks = network_of(*runs)
    kept = {key for key, curve in CURVES.items() if curve.needs(networks)}
    declared = {
        key: {
            measure.curve or (f"layer_{measure.key}" if measure.by_layer else measure.key) for measure in kind.measures
        }
        for key, kind in PROBLEMS.items()
    }
    of_networks = declared.pop("network")
    others = set().union(*declared.values())
    elsewhere = {"x", "y", "excess_loss", "relative_step", "gain", "bits"}  # bits: of networks that learn a text
    assert elsewhere | (others - of_networks) == set(CURVES) - kept
    networks.subject = picture_of(*runs).subject
    networks.subjects = (networks.subject,)
    model = CurveModel(CURVES["losses"], DARK)
    model.pull(networks, {})
    assert not model.applies and model.lines == []


def test_the_narrowest_spread_is_offered_where_a_run_has_spreads(tmp_path):
    curve = CURVES["narrowest"]
    for own, offered in ((None, False), ({"model": {"kind": "mixture"}}, True)):
        entries = {"problem": {"kind": "clustering"}, "runs": [{"id": "kmeans", "optimizer": "sgd"}]}
        if own is not None:
            entries["runs"].append({"id": "mixture", "optimizer": "sgd", "own": own})
        session = Session(Experiment.from_dict(entries))
        session.advance(10)
        picture = session.picture()
        assert curve.needs(picture) == offered and ("narrowest" in head(picture)) == offered
        write_table(tmp_path / "t.csv", picture)
        rows = list(csv.DictReader((tmp_path / "t.csv").read_text("utf-8").splitlines()))
        assert all(row.get("narrowest", "") == "" for row in rows if row["run"] == "kmeans")
        assert not offered or float(next(row for row in rows if row["run"] == "mixture")["narrowest"]) > 0.0
        model = CurveModel(curve, DARK)
        model.pull(picture, {})
        assert model.applies == offered
        filled = [line.run.id for line in model.lines if line.bins.count]
        assert filled == (["mixture"] if offered else [])


def test_a_terrible_score_does_not_flatten_a_good_one():
    run = level({"training_score": 0.9, "validation_score": 0.8})
    run.measures.values[0, 2] = -1e4
    y = draw(model_of("score", run)).y
    assert (y.low, y.high > 0.9) == (-1.0, True)
    bad = level({"training_score": -50.0, "validation_score": -60.0})
    assert draw(model_of("score", bad)).y.low < -50.0


@pytest.mark.parametrize(("activation", "key", "words"), [
    ("tanh", "layer_dead", "Tanh has no dead units"),
    ("gelu", "layer_dead", "GELU has no dead units"),
    ("identity", "layer_saturated", "Identity has no ends to be saturated at"),
    ("relu", "layer_saturated", "ReLU has no ends to be saturated at"),
])  # fmt: skip
def test_of_what_layers_do_not_have_the_activation_is_named(activation, key, words):
    session = Session(new_network("circle", ["sgd"], (4, 2), activation=activation))
    session.advance(10)
    model = CurveModel(CURVES[key], DARK)
    model.pull(session.picture(), {})
    assert note(model, draw(model).y) == words


def test_of_several_activations_each_is_named():
    session = Session(new_network("circle", ["sgd"], (Layer(4, "tanh"), Layer(3, "gelu"), Layer(2, "tanh"))))
    session.advance(10)
    model = CurveModel(CURVES["layer_dead"], DARK)
    model.pull(session.picture(), {})
    assert note(model, draw(model).y) == "Tanh and GELU have no dead units"


def test_a_loss_that_is_known_beforehand_is_a_line_within_the_axis():
    picture = Session(new_network("iris", ["sgd"], (2,), target="inputs", scaling="standardise")).picture()
    (known,) = picture.subject.references
    for key, is_loss in (("losses", True), ("loss", True), ("score", False)):
        model = CurveModel(CURVES[key], DARK)
        model.pull(picture, {})
        assert model.references == ((known,) if is_loss else ())
    model = CurveModel(CURVES["losses"], DARK)
    model.pull(picture, {})
    _, (low, high) = model.fitted_y(x_axis(model))
    assert low < known.value < high
