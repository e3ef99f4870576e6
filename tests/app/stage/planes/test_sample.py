"""Of very many examples a plane draws some: every k-th, the extreme ones, and those that are wrong; and it says so."""

from __future__ import annotations

import numpy as np
import pytest

from app.stage.planes import points
from app.stage.planes.boundary import BoundaryView
from app.stage.planes.crowd import Crowd
from app.stage.planes.fit import FitView
from app.stage.planes.residuals import ResidualsView
from app.stage.planes.sample import FEW, MOST, sample_of
from engine import Table
from tests.app.stage.seen import see as see

COUNT = 3 * MOST + 17
DRAWN = MOST + 4 * 513  # with the extremes of two columns


def table(inputs: int, classes: tuple[str, ...] = ()) -> Table:
    """Very many examples; one of them lies far away from all others."""
    random = np.random.default_rng(3)
    x = random.normal(size=(COUNT, inputs))
    x[COUNT // 2] = 40.0
    targets = (x[:, 0] > 0.0).astype(float) if classes else np.sin(x[:, 0])
    if not classes:
        targets[COUNT // 3] = -25.0
    return Table("many", tuple(f"x{place}" for place in range(inputs)), "y", x, targets, classes)


@pytest.fixture
def crowds(monkeypatch):
    """How many points were drawn, each time that a crowd was."""
    drawn: list[int] = []

    class Counted(Crowd):
        def __init__(self, view, spots) -> None:
            drawn.append(len(spots))
            super().__init__(view, spots)

    monkeypatch.setattr(points, "Crowd", Counted)
    return drawn


def test_every_example_is_shown_until_there_are_too_many() -> None:
    few = sample_of(MOST, 30_000)
    assert np.array_equal(few.places, np.arange(MOST)) and (few.train, few.every, few.note) == (30_000, 1, "")
    many = sample_of(COUNT, COUNT // 2, np.array([1, 4, 5]), np.array([COUNT - 1, 4]))
    assert many.every == 4 and {0, 1, 4, 5, 8, COUNT - 1} <= set(many.places.tolist())
    assert (np.diff(many.places) > 0).all() and len(many.places) <= MOST + 4
    assert many.train == np.count_nonzero(many.places < COUNT // 2)
    assert many.note == "1 of every 4 examples is shown, and the extreme ones"


@pytest.mark.parametrize(
    ("kind", "inputs", "classes"),
    [
        (BoundaryView, 2, ("a", "b")), (BoundaryView, 2, ()), (FitView, 1, ("a", "b")), (FitView, 1, ()),
        (ResidualsView, 1, ()),
    ],
)  # fmt: skip
def test_a_plane_draws_no_more_than_fits_into_a_frame(see, crowds, kind, inputs, classes) -> None:
    seen = see(kind, table(inputs, classes), hidden=())
    seen.image()
    view = seen.view
    assert crowds and max(crowds) <= DRAWN
    assert len(view.spots) == len(view.sample.places) <= DRAWN
    assert np.array_equal(view.spots, view.spots_of(view.sample.places))
    note = f"1 of every {view.sample.every} examples is shown, and the extreme ones."
    assert view.sample.every == 4 and note in view.describe()
    exported = sum(len(view._examples(validates)[0]) for validates in (False, True))
    assert exported == COUNT, "numbers that are exported are those of all examples"


def test_what_lies_far_away_is_in_the_sample(see) -> None:
    seen = see(BoundaryView, table(2, ("a", "b")), hidden=())
    assert (seen.view.spots == 40.0).all(axis=1).any()
    assert seen.view.chart.home[1] >= 40.0


def test_the_largest_error_is_drawn(see) -> None:
    seen = see(ResidualsView, table(1), hidden=())
    seen.view.apply_view({"network_residuals_kind": "residual"})
    data = seen.picture.subject.data
    errors = data.targets - seen.snapshot.predicted.predictions
    assert np.abs(seen.view.spots[:, 1]).max() == np.abs(errors).max() > 20.0


@pytest.mark.parametrize(("kind", "inputs"), [(BoundaryView, 2), (FitView, 1)])
def test_each_example_that_is_wrong_is_ringed_if_they_are_few(see, kind, inputs) -> None:
    seen = see(kind, table(inputs, ("a", "b")), hidden=())
    network, theta = seen.picture.subject.network, np.zeros_like(seen.snapshot.theta)
    theta[-1] = 0.02  # the boundary is a little beside the one between the classes
    theta[network.weights(0)] = 1.0, *[0.0] * (inputs - 1)
    seen.show_theta(theta)
    wrong = np.flatnonzero(seen.snapshot.predicted.wrong)
    assert 100 < len(wrong) <= FEW
    assert np.array_equal(seen.view.wrong_spots, seen.view.spots_of(wrong))
    places = seen.view.sample.places
    assert not np.isin(wrong, places).all(), "those that are not in the sample, too"
    seen.show_theta(-theta)
    assert np.count_nonzero(seen.snapshot.predicted.wrong) > COUNT // 2
    among = places[seen.snapshot.predicted.wrong[places]]
    assert np.array_equal(seen.view.wrong_spots, seen.view.spots_of(among)), "many look as many as they are"


def test_what_is_under_the_pointer_is_the_example_that_is_drawn_there(see) -> None:
    seen = see(BoundaryView, table(2, ("a", "b")), hidden=())
    view, data = seen.view, seen.picture.subject.data
    place = int(np.flatnonzero((view.spots == 40.0).all(axis=1))[0])
    example = view.sample.places[place]
    at = view.chart.view.point(*view.spots[place])
    (first, _), *_ = view.example_at(at)
    part = "training" if example < data.train else "validation"
    assert first == f"{part} example: {data.classes[int(data.targets[example])]}"
