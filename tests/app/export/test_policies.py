"""The figures of policies, and the columns and lines of their curves."""

from __future__ import annotations

import csv
import re
from dataclasses import replace

import pytest

from app.curves.curve_catalogue import CURVES, first_curves
from app.export.csv_table import write_table
from app.export.figure import figure_bytes
from app.export.figure_content import CurveContent, StageContent
from app.export.figures import figure_on_screen, figures_for
from app.export.style import FigureSettings
from app.look.policy.map_axes import settings_of
from engine import PolicySlice, Session, new_policy, new_run

PLAIN = FigureSettings(dpi=60)
KEYS = {"bandit": "arms", "corridor": "corridor", "grid": "grid", "cart_pole": "policy_map"}


def picture_of(environment: str):
    session = Session(new_policy(environment, [new_run("sgd", learning_rate=0.05), new_run("adam")], title="A title"))
    session.advance(20)
    return session.picture()


@pytest.mark.parametrize("environment", KEYS)
def test_every_policy_has_a_figure(environment):
    picture = picture_of(environment)
    figure = figure_on_screen(picture.task, {})
    assert figure is not None and figure.key == KEYS[environment] and len(figures_for(picture.task)) == 1
    assert figure_bytes("svg", picture, StageContent(), PLAIN).count(b"<path") > 5


def test_the_map_is_of_the_two_numbers_that_the_window_shows():
    picture = picture_of("cart_pole")
    usual = figure_bytes("svg", picture, StageContent(), PLAIN).decode()
    shown = settings_of(PolicySlice("position", "velocity"))
    chosen = replace(picture, experiment=replace(picture.experiment, view={"policy_view": "map", **shown}))
    other = figure_bytes("svg", chosen, StageContent(), PLAIN).decode()
    axes = ("Angle (rad)", "Turning (rad/s)"), ("Position (m)", "Velocity (m/s)")
    for svg, there, elsewhere in ((usual, *axes), (other, *reversed(axes))):
        assert all(f"<!-- {name} -->" in svg for name in there)
        assert not any(f"<!-- {name} -->" in svg for name in elsewhere)


def test_the_best_possible_return_is_drawn_where_it_is_known():
    corridor, cart = picture_of("corridor"), picture_of("cart_pole")
    for key, sign in (("return", 1.0), ("gain", 1.0), ("loss", -1.0)):
        (best,) = CURVES[key].references(corridor)
        assert best.value == pytest.approx(-11.657 * sign, abs=1e-3) and best.title == "best possible"
    svg = figure_bytes("svg", corridor, CurveContent("return"), PLAIN).decode()
    assert re.search("best possible: .11.7", svg)
    assert CURVES["return"].references(cart) == CURVES["entropy"].references(corridor) == ()


def test_the_running_return_is_minus_the_loss():
    picture = picture_of("corridor")
    curve = CURVES["gain"]
    assert curve.title_for(picture) == "Batch return" and curve.needs(picture)
    loss = picture.runs[0].history
    assert first_curves("policy") == ["return", "entropy", "gain"]
    (last, low, high) = curve.combine([(loss.last[0], loss.last[0], loss.last[0] + 1.0)], picture)
    assert (last == -loss.last[0]).all() and (low == last - 1.0).all() and (high == last).all()


def test_the_table_has_columns_of_its_measures(tmp_path):
    write_table(tmp_path / "policy.csv", picture_of("grid"))
    with open(tmp_path / "policy.csv", encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert float(row["entropy"]) == pytest.approx(1.3863, abs=1e-4)
    assert float(row["return"]) == pytest.approx(-float(row["measured_loss"])) and row["value_error"] in ("", "nan")
