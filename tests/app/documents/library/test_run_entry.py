from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.documents.library.run_entry import TWEAKS, entry_of
from app.documents.library.thumbnail import HEIGHT, WIDTH, loss_picture
from app.documents.presets import presets
from engine import Session, finish, new_experiment, new_network, new_run
from tests.app.documents.library.entries import a_race, entries_of, finished
from tests.app.documents.test_recovery import a_table


def test_an_entry_tells_settings_results_and_tweaks() -> None:
    session = finished(a_race(0), 10)
    session.tweak("adam", "learning_rate", 0.5)
    session.advance(10)
    session.tweak("adam", "optimizer.beta1", 0.5)  # has no effect yet
    adam, momentum = entries_of(session)
    assert (adam.title, adam.kind, adam.problem, adam.run) == ("Untitled", "Surface", "Rosenbrock", "adam")
    assert adam.name.startswith("Adam, η = 0.02") and adam.updates == 20
    assert adam.settings["optimizer"] == "adam" and adam.settings["optimizer.beta1"] == 0.9
    assert adam.settings["learning_rate"] == 0.02 and adam.settings["stop.updates"] == 0
    assert adam.settings[TWEAKS] == "learning rate 0.5 from update 10" and TWEAKS not in momentum.settings
    history = session.run("adam").history.view()
    assert adam.results["lowest_loss"] == history.column("loss")[0].min()
    assert adam.results["loss"] == session.picture().runs[0].shown.loss
    assert adam.results["status"] == "running" and not {"epochs", "seconds"} & set(adam.results)
    picture = session.picture(step=False)
    assert finish(entry_of(picture, picture.runs[0], 1.5)).results == {**adam.results, "seconds": 1.5}


def test_results_of_every_kind_are_numbers_that_are_known() -> None:
    for place in (22, 48, 56, 58):
        session = Session(presets()[place].experiment())
        session.advance(30)
        for entry in entries_of(session):
            numbers = [value for value in entry.results.values() if isinstance(value, float)]
            assert entry.results["updates"] == 30 and not any(map(math.isnan, numbers))
            assert all(isinstance(value, float | str) for value in entry.settings.values())


def test_a_run_that_diverged_says_where() -> None:
    session = finished(new_experiment("rosenbrock", [new_run("sgd", learning_rate=1.0)], updates=100))
    (entry,) = entries_of(session)
    run = session.picture().runs[0]
    assert entry.results["status"] == "diverged" and entry.results["diverged_at"] == run.diverged_at
    assert entry.results["message"] == run.message


def test_the_digest_is_of_what_decides_the_numbers() -> None:
    """Not of looks, other runs, the title, stop rules or where it ends, but of everything else."""
    base = a_race()
    (one, other) = (entry.digest for entry in entries_of(finished(base)))
    adam = base.runs[0]
    same = (
        replace(base, title="other", note="x", view={"speed": 3}),
        replace(base, stop={**base.stop, "updates": 30}),
        replace(base, runs=base.runs[:1]),
        replace(base, runs=(replace(adam, settings=replace(adam.settings, name="x", colour=5, visible=False)),)),
    )
    assert one != other
    assert [entries_of(finished(each))[0].digest for each in same] == [one] * len(same)
    changed = (
        replace(base, runs=(replace(adam, settings=adam.settings.having("learning_rate", 0.021)),)),
        replace(base, problem=base.problem.having("seed", 2)),
        replace(base, problem=base.problem.having("noise", 1)),
    )
    assert one not in [entries_of(finished(each))[0].digest for each in changed]
    session = finished(a_race(0), 10)
    session.tweak("adam", "learning_rate", 0.5)
    assert entries_of(session)[0].digest == one, "it has no effect yet"
    session.advance(1)
    assert entries_of(session)[0].digest != one


def test_own_data_are_told_by_name_and_kept_apart() -> None:
    table = a_table()
    session = finished(new_network(table, ["adam"], hidden=(2,), scaling="none"), 3)
    (entry,) = entries_of(session)
    assert list(entry.tables) == [table.digest] and table.digest in entry.toml and len(entry.toml) < 3000
    told = entry.settings["data.table"]
    assert isinstance(told, str) and "50 examples" in told and table.digest[:6] in told


def picture_of(losses: np.ndarray) -> np.ndarray:
    """What is painted of losses, as shares (h, w)."""
    session = finished(a_race(0), 3)
    view = session.run("adam").history.view()
    rows = np.zeros((len(view.last), len(losses)))
    rows[0] = losses
    picture = QImage.fromData(
        loss_picture(replace(view, width=1, count=len(losses), updates=len(losses), last=rows, low=rows, high=rows)),
        "PNG",
    )
    assert (picture.width(), picture.height()) == (WIDTH, HEIGHT) and picture.isGrayscale()
    pixels = [[picture.pixelColor(x, y).red() for x in range(WIDTH)] for y in range(HEIGHT)]
    return np.array(pixels) / 255


def heights(pixels: np.ndarray) -> np.ndarray:
    """Where the line lies in each column, NaN where there is none."""
    with np.errstate(invalid="ignore"):
        return (pixels * (np.arange(HEIGHT)[:, None] + 0.5)).sum(axis=0) / pixels.sum(axis=0)


def test_the_picture_is_the_curve() -> None:
    straight = heights(picture_of(np.linspace(1, 2, 500)))
    expected = np.interp(np.arange(WIDTH), [0, WIDTH - 1], [HEIGHT - 2, 2])
    assert np.abs(straight - expected).max() < 1.0, "a straight line"
    decades = heights(picture_of(np.logspace(0, -8, 500)))
    assert np.abs(decades - expected[::-1]).max() < 1.0, "straight by its logarithm"
    flat = picture_of(np.full(10, 3.0))
    assert np.allclose(flat.sum(axis=0), 3.0, atol=0.02), "a line is so many pixels thick"
    jump = picture_of(np.repeat([1.0, 2.0], 100))
    assert (jump.max(axis=1) > 0.4)[3:-3].all(), "without a gap"
    odd = np.array([1.0, np.nan, np.inf, -np.inf, 1e300, 5e-324, -1.7e308, 1.7e308])
    assert np.isfinite(heights(picture_of(odd))).any()
    assert not picture_of(np.array([])).any() and not picture_of(np.full(5, np.nan)).any()
    assert picture_of(np.array([2.0])).any(axis=0).all(), "one update fills the width"


@pytest.mark.parametrize("updates", [0, 1])
def test_a_run_that_has_hardly_begun_has_an_entry(updates: int) -> None:
    (entry, _) = entries_of(finished(a_race(0), updates))
    assert entry.updates == updates and entry.picture
