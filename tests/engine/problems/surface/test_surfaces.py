"""Every surface against its formula, against differences, and against what it says of itself."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from engine.expressions.expression import parse
from engine.problems.surface import SURFACES, Surface
from tests.each import each

DOUBLES = ctypes.POINTER(ctypes.c_double)
INTEGERS = ctypes.POINTER(ctypes.c_int64)
OBJECTIVE = ctypes.CFUNCTYPE(ctypes.c_double, DOUBLES, DOUBLES, INTEGERS, DOUBLES, DOUBLES)

FAMILIES = [
    "Bowls",
    "Valleys",
    "Saddles",
    "Several minima",
    "Many minima",
    "Kinks and edges",
    "From papers and demos",
]
# Sixth-order central difference: weights of the points h, 2h, 3h to either side.
STENCIL = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
POINTS = 25

every_surface = each("surface", SURFACES.values())


class Called:
    """A surface's kernel as Python calls it, with values for its knobs."""

    def __init__(self, surface: Surface, **knobs: float) -> None:
        packed = [number for k in surface.knobs for number in k.pack(knobs.get(k.name, k.default))]
        self._kernel = OBJECTIVE(surface.kernel.address)
        self._theta = (ctypes.c_double * 2)()
        self._grad = (ctypes.c_double * 2)()
        self._constants = (ctypes.c_double * max(1, len(packed)))(*packed)

    def value(self, x: float, y: float) -> float:
        self._theta[:] = (x, y)
        return float(self._kernel(self._theta, self._grad, None, self._constants, None))

    def gradient(self, x: float, y: float) -> np.ndarray:
        self.value(x, y)
        return np.array(self._grad)

    def hessian(self, x: float, y: float) -> np.ndarray:
        """By central differences of the gradient."""
        h = 1e-5 * max(1.0, abs(x)), 1e-5 * max(1.0, abs(y))
        rows = [
            (self.gradient(x + a, y + b) - self.gradient(x - a, y - b)) / (2.0 * (a + b))
            for a, b in ((h[0], 0.0), (0.0, h[1]))
        ]
        return 0.5 * (np.array(rows) + np.array(rows).T)

    def descend(self, start: tuple[float, float], rate: float, updates: int, clip: float = math.inf) -> np.ndarray:
        """The points of plain gradient descent, as long as they are finite."""
        point = np.array(start)
        path = [point]
        for _ in range(updates):
            gradient = self.gradient(*point)
            norm = math.hypot(*gradient)
            point = point - rate * gradient * (clip / norm if norm > clip else 1.0)
            if not np.isfinite(point).all():
                break
            path.append(point)
        return np.array(path)


def points_in(box: tuple[float, ...], count: int, seed: int = 1) -> Iterator[tuple[float, float]]:
    random = np.random.default_rng(seed)
    yield from zip(
        random.uniform(box[0], box[1], count).tolist(),
        random.uniform(box[2], box[3], count).tolist(),
        strict=True,
    )


def inside(point: tuple[float, ...], box: tuple[float, ...]) -> bool:
    return box[0] <= point[0] <= box[1] and box[2] <= point[1] <= box[3]


@every_surface
def test_says_what_a_person_needs_to_know(surface: Surface) -> None:
    box, view = surface.domain, surface.view
    assert surface.key.isidentifier() and surface.key == surface.key.lower()
    assert surface.title and surface.source and surface.summary.endswith(".")
    assert len(surface.summary) <= 140, "the summary is one line of a menu"
    assert box[0] <= view[0] < view[1] <= box[1] and box[2] <= view[2] < view[3] <= box[3]
    assert inside(surface.start, view)
    assert all(inside(m, box) for m in surface.minima)
    assert all(inside(p[1:], box) for p in surface.stationary)
    assert (surface.fmin == -math.inf) == (not surface.minima)
    assert math.isfinite(surface.fmin) or not surface.log_levels
    assert 0.0 < surface.rate < math.inf


def test_families_stand_together_and_titles_differ() -> None:
    assert [family for family, _ in itertools.groupby(s.family for s in SURFACES.values())] == FAMILIES
    assert len({s.title for s in SURFACES.values()}) == len(SURFACES)


@every_surface
def test_value_is_that_of_the_formula(surface: Surface) -> None:
    if not surface.formula_is_exact:
        pytest.skip("has no closed formula")
    knobs = {k.name: float(k.default) for k in surface.knobs if isinstance(k.default, float)}
    tree = parse(surface.formula, ("x", "y", *knobs))
    called = Called(surface)
    points = [
        surface.start,
        *surface.minima,
        *points_in(surface.domain, POINTS),
        *points_in(surface.view, POINTS),
    ]
    expected = np.array([tree.evaluate({"x": x, "y": y, **knobs}) for x, y in points])
    found = np.array([called.value(x, y) for x, y in points])
    assert np.abs(found - expected).max() <= 1e-13 * max(1.0, np.abs(expected).max())


@every_surface
def test_gradient_is_that_of_differences(surface: Surface) -> None:
    called = Called(surface)
    # A step suits some points and not others (rounding, kinks nearby): the best of several counts.
    steps = np.array(surface.view[1::2]) - np.array(surface.view[::2])
    for x, y in points_in(surface.view, POINTS):
        exact = called.gradient(x, y)
        errors = []
        for h in np.outer((1e-2, 1e-3, 1e-4, 1e-5, 1e-6), steps / 10.0):
            differences = [
                sum(
                    weight * (called.value(x + k * a, y + k * b) - called.value(x - k * a, y - k * b))
                    for k, weight in STENCIL
                )
                / (a + b)
                for a, b in ((h[0], 0.0), (0.0, h[1]))
            ]
            errors.append(np.abs(differences - exact).max())
        # Where the surface is flat the value's own rounding is what the differences show.
        scale = max(np.abs(exact).max(), 1e-5 * abs(called.value(x, y)), 1e-5)
        assert min(errors) <= 1e-7 * scale, f"at ({x}, {y}): {exact}"


@every_surface
def test_minima_are_lowest_and_flat(surface: Surface) -> None:
    called = Called(surface)
    for x, y in surface.minima:
        assert called.value(x, y) == pytest.approx(surface.fmin, rel=1e-13, abs=1e-12)
        gradient = called.gradient(x, y)
        hessian = called.hessian(x, y)
        for axis, (value, low, high) in enumerate(zip((x, y), surface.domain[::2], surface.domain[1::2], strict=True)):
            # On an edge the surface may still fall outwards.
            outwards = (value == low and gradient[axis] > 0.0) or (value == high and gradient[axis] < 0.0)
            assert outwards or abs(gradient[axis]) <= 1e-11 * max(1.0, np.abs(hessian).max())
        if surface.smooth:
            curvatures = np.linalg.eigvalsh(hessian)
            assert curvatures[0] >= -1e-6 * curvatures[1], "a minimum curves upwards"
    for x, y in (*points_in(surface.domain, 1500), *points_in(surface.view, 1500)):
        assert called.value(x, y) >= surface.fmin - 1e-12 * max(1.0, abs(surface.fmin))


@every_surface
def test_stationary_points_are_of_their_kind(surface: Surface) -> None:
    called = Called(surface)
    for kind, x, y in surface.stationary:
        curvatures = np.linalg.eigvalsh(called.hessian(x, y))
        largest = np.abs(curvatures).max()
        assert np.abs(called.gradient(x, y)).max() <= 1e-11 * max(1.0, largest), (kind, x, y)
        assert called.value(x, y) > surface.fmin
        signs = tuple(0 if abs(c) < 1e-4 else int(math.copysign(1, c)) for c in curvatures)
        expected = {"saddle": (-1, 1), "local-min": (1, 1), "local-max": (-1, -1), "degenerate": (0, 0)}
        assert signs == expected[kind], (kind, x, y)


@every_surface
def test_is_a_number_everywhere_near(surface: Surface) -> None:
    called = Called(surface)
    low_x, high_x, low_y, high_y = surface.domain
    corners = list(itertools.product((low_x, 0.0, high_x), (low_y, 0.0, high_y)))
    wide = (2 * low_x - high_x, 2 * high_x - low_x, 2 * low_y - high_y, 2 * high_y - low_y)
    for x, y in (*corners, *points_in(wide, 300)):
        assert math.isfinite(called.value(x, y)), f"({x}, {y})"
        assert np.isfinite(called.gradient(x, y)).all(), f"({x}, {y})"


@every_surface
def test_descent_from_the_start_gets_lower(surface: Surface) -> None:
    called = Called(surface)
    path = called.descend(surface.start, surface.rate, 300)
    values = [called.value(*point) for point in path]
    assert min(values) < values[0] - 1e-3 * abs(values[0])
    assert len(path) == 301 or surface.fmin == -math.inf, "the suggested rate diverges"


@pytest.mark.parametrize("condition", [1.0, 37.0, 1e6])
@pytest.mark.parametrize("rotation", [0.0, 30.0, -120.0])
def test_quadratic_has_the_curvatures_and_axes_of_its_knobs(condition: float, rotation: float) -> None:
    called = Called(SURFACES["quadratic"], condition=condition, rotation=rotation)
    shallow = np.array([math.cos(math.radians(rotation)), math.sin(math.radians(rotation))])
    steep = np.array([-shallow[1], shallow[0]])
    assert called.gradient(*shallow) == pytest.approx(shallow, abs=1e-15 * condition + 1e-15)
    assert called.gradient(*steep) == pytest.approx(condition * steep, rel=1e-12, abs=1e-15 * condition)
    assert called.value(*(shallow + steep)) == pytest.approx((1.0 + condition) / 2.0, rel=1e-12)


@pytest.mark.parametrize(
    "start",
    [(5.5, -2.4), *(pytest.param(other, marks=pytest.mark.slow) for other in ((6.0, -2.7), (5.0, -2.2)))],
    ids=str,
)
def test_cliff_throws_descent_out_unless_clipped(start: tuple[float, float]) -> None:
    """Without clipping the way is chaotic, about three in ten arrive: so a cloud of starts, and a band."""
    called = Called(SURFACES["cliff"])
    near = [(start[0] + x, start[1] + y) for x, y in points_in((-1e-3, 1e-3, -1e-3, 1e-3), 20)]
    clipped = [called.value(*called.descend(point, 0.1, 2000, clip=1.0)[-1]) for point in near]
    free = [called.value(*called.descend(point, 0.1, 2000)[-1]) for point in near]
    assert max(clipped) < 1e-4
    assert sum(value > 0.03 for value in free) >= 7


def test_cliff_gradient_is_that_of_back_propagation() -> None:
    called = Called(SURFACES["cliff"])
    for w, b in points_in(SURFACES["cliff"].domain, POINTS):
        states = [0.5]
        for _ in range(50):
            states.append(w / (1.0 + math.exp(-states[-1])) + b)
        outputs = [1.0 / (1.0 + math.exp(-x)) for x in states]
        delta = 2.0 * (outputs[50] - 0.7) * outputs[50] * (1.0 - outputs[50])
        expected = np.zeros(2)
        for s in reversed(outputs[:50]):
            expected += (delta * s, delta)
            delta *= w * s * (1.0 - s)
        assert called.gradient(w, b) == pytest.approx(expected, rel=1e-10, abs=1e-16)


@pytest.mark.parametrize(("rate", "escapes"), [(0.01, False), (0.047, False), (0.3, True), (1.2, True)])
def test_rate_decides_which_of_two_wells_is_found(rate: float, escapes: bool) -> None:
    called = Called(SURFACES["two_wells"])
    ends = [called.descend((x, 0.3), rate, 1500)[-1] for x in np.linspace(-1.8, -1.2, 9)]
    assert [bool(x > 0.0) for x, _ in ends] == [escapes] * 9


@pytest.mark.parametrize(("exponent", "updates"), [(2, 43), (4, 91), (8, 188), (16, 381)])
def test_saddle_holds_descent_as_long_as_published(exponent: int, updates: int) -> None:
    path = Called(SURFACES["quartic_saddle"]).descend((1.0, 10.0**-exponent), 0.1, 500)
    assert int(np.argmax(np.abs(path[:, 1]) >= 0.5)) == pytest.approx(updates, abs=1)


def test_large_rate_settles_where_the_product_of_weights_is_flat() -> None:
    end = Called(SURFACES["weight_product"]).descend((5.0, 0.1), 0.1, 2000)[-1]
    assert end[0] * end[1] == pytest.approx(1.0, abs=1e-9)
    assert end @ end < 2.0 / 0.1
