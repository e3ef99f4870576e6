"""First weights, against the formulas of their distributions and what networks of them do to signals."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine.architectures.initializers import INITIALIZERS, initial_theta
from engine.architectures.network import Network
from engine.choices import Choice, choose
from engine.contracts import SettingError

Activation = Callable[[np.ndarray], np.ndarray]


def network(*sizes: int) -> Network:
    return Network(sizes, ("tanh",) * (len(sizes) - 1), Choice("mse"))


def layers(key: str, *sizes: int, seed: int = 1, **values: object) -> list[tuple[np.ndarray, np.ndarray]]:
    shape = network(*sizes)
    return shape.unpacked(initial_theta(shape, choose(INITIALIZERS, key, values), seed))


def differs(place: int, **values: object) -> list[str]:
    """The initializers whose weights (0) or biases (1) are others by another seed."""
    shape = 2, 3, 4
    return [
        key
        for key in INITIALIZERS
        if (layers(key, *shape, **values)[0][place] != layers(key, *shape, **values, seed=2)[0][place]).any()
    ]


RANDOM = differs(0)
DRAWN = [key for key in RANDOM if key != "orthogonal"]
CONSTANT_BIAS = [key for key in INITIALIZERS if key not in differs(1)]


def normal_share(x: np.ndarray) -> np.ndarray:
    """The distribution function of the standard normal."""
    return np.array([0.5 * (1.0 + math.erf(value / math.sqrt(2.0))) for value in x])


def uniform_law(bound: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda w: np.clip((w / bound + 1.0) / 2.0, 0.0, 1.0)


def normal_law(deviation: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda w: normal_share(w / deviation)


def truncated_law(deviation: float) -> Callable[[np.ndarray], np.ndarray]:
    """Of a normal distribution cut at two of its deviations, with `deviation` left."""
    outside = 0.5 * math.erfc(math.sqrt(2.0))
    density = math.exp(-2.0) / math.sqrt(2.0 * math.pi)
    kept = math.sqrt(1.0 - 4.0 * density / (1.0 - 2.0 * outside))
    return lambda w: np.clip((normal_share(kept * w / deviation) - outside) / (1.0 - 2.0 * outside), 0.0, 1.0)


def law(key: str, i: int, o: int) -> tuple[Callable[[np.ndarray], np.ndarray], float]:
    """(distribution function, deviation) of the weights between i inputs and o units."""
    bounds = {
        "uniform": 0.1, "glorot_uniform": math.sqrt(6 / (i + o)), "he_uniform": math.sqrt(6 / i),
        "lecun_uniform": math.sqrt(3 / i), "torch": 1 / math.sqrt(i), "playground": 0.5,
    }  # fmt: skip
    deviations = {"normal": 0.1, "glorot_normal": math.sqrt(2 / (i + o)), "he_normal": math.sqrt(2 / i)}
    if key in bounds:
        return uniform_law(bounds[key]), bounds[key] / math.sqrt(3)
    if key in deviations:
        return normal_law(deviations[key]), deviations[key]
    assert key == "lecun_normal", f"the distribution of {key} is not told here"
    return truncated_law(1 / math.sqrt(i)), 1 / math.sqrt(i)


@pytest.mark.parametrize("key", DRAWN)
@pytest.mark.parametrize("inputs, units", [(200, 100), (100, 200)])
def test_weights_have_the_distribution_of_the_formula(key: str, inputs: int, units: int) -> None:
    weights = layers(key, inputs, units)[0][0]
    assert weights.shape == (units, inputs)
    share, deviation = law(key, inputs, units)
    ordered, n = np.sort(weights.ravel()), weights.size
    # Kolmogorov and Smirnov: 2.0 is exceeded by one in 1500.
    assert math.sqrt(n) * np.abs(share(ordered) - (np.arange(n) + 0.5) / n).max() < 2.0
    assert abs(weights.mean()) < 5 * deviation / math.sqrt(n)
    assert abs(weights.std() / deviation - 1) < 5 * math.sqrt(3 / (4 * n))
    # Neither rows nor columns share anything.
    assert np.abs(weights.mean(axis=0)).max() < 5 * deviation / math.sqrt(units)
    assert np.abs(weights.mean(axis=1)).max() < 5 * deviation / math.sqrt(inputs)


def test_lecun_normal_is_cut_where_jax_cuts_it() -> None:
    weights = np.abs(layers("lecun_normal", 400, 300)[0][0]) * math.sqrt(400) * 0.87962566103423978
    assert 1.999 < weights.max() <= 2.0 * (1 + 1e-12)


@pytest.mark.parametrize("inputs, units", [(300, 120), (120, 300), (64, 64), (1, 5), (5, 1), (1, 1)])
@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_orthogonal_keeps_lengths(inputs: int, units: int, scale: float) -> None:
    weights = layers("orthogonal", inputs, units, scale=scale)[0][0]
    product = weights @ weights.T if units <= inputs else weights.T @ weights
    np.testing.assert_allclose(product, scale**2 * np.eye(min(inputs, units)), rtol=0, atol=1e-12 * scale**2)


def test_every_rotation_is_equally_likely() -> None:
    """The trace of a random orthogonal matrix has mean 0 and variance 1; without the choice of signs it has not."""
    traces = np.array([np.trace(layers("orthogonal", 6, 6, seed=seed)[0][0]) for seed in range(2000)])
    assert abs(traces.mean()) < 5 / math.sqrt(2000)
    assert abs(traces.var() - 1) < 5 * math.sqrt(2 / 2000)


@pytest.mark.parametrize("key", INITIALIZERS)
def test_scale_multiplies_the_weights_alone(key: str) -> None:
    for (plain, biases), (scaled, same) in zip(layers(key, 7, 9, 3), layers(key, 7, 9, 3, scale=2.5), strict=True):
        np.testing.assert_array_equal(scaled, 2.5 * plain)
        np.testing.assert_array_equal(same, biases)
    assert all(not weights.any() for weights, _ in layers(key, 7, 9, 3, scale=0.0))


@pytest.mark.parametrize("key", CONSTANT_BIAS)
def test_biases_are_as_set(key: str) -> None:
    default = 0.1 if key == "playground" else 0.0
    assert all((biases == default).all() for _, biases in layers(key, 7, 9, 3))
    assert all((biases == -0.25).all() for _, biases in layers(key, 7, 9, 3, bias=-0.25))


def test_torch_draws_the_biases_as_well() -> None:
    weights, biases = layers("torch", 4, 20_000)[0]
    ordered = np.sort(biases)
    assert math.sqrt(20_000) * np.abs(uniform_law(0.5)(ordered) - (np.arange(20_000) + 0.5) / 20_000).max() < 2.0
    assert not np.isin(biases, weights).any()


def test_weights_without_chance() -> None:
    assert not any(weights.any() for weights, _ in layers("zeros", 3, 4, 2))
    assert all((weights == -1.5).all() for weights, _ in layers("constant", 3, 4, 2, value=-0.5, scale=3.0))


@pytest.mark.parametrize("key, knob", [("uniform", "bound"), ("normal", "deviation")])
def test_the_width_is_a_knob(key: str, knob: str) -> None:
    np.testing.assert_allclose(
        layers(key, 5, 6, **{knob: 0.7})[0][0], 7 * layers(key, 5, 6, **{knob: 0.1})[0][0], rtol=1e-13
    )


def test_knobs_out_of_range_are_refused() -> None:
    with pytest.raises(SettingError, match="scale"):
        layers("he_normal", 2, 2, scale=-1.0)


@pytest.mark.parametrize("key", RANDOM)
def test_a_layer_depends_on_the_seed_its_place_and_its_shape_alone(key: str) -> None:
    found = layers(key, 2, 8, 8, 3)
    for (weights, biases), (again, those) in zip(found, layers(key, 2, 8, 8, 5, 1)[:2], strict=False):
        np.testing.assert_array_equal(weights, again)
        np.testing.assert_array_equal(biases, those)
    np.testing.assert_array_equal(found[1][0], layers(key, 6, 8, 8)[1][0])
    layer_by_layer = [*(weights for weights, _ in layers(key, 8, 8, 8, 8)), layers(key, 8, 8, seed=2)[0][0]]
    assert len(np.unique(np.abs(layer_by_layer))) == 4 * 64


def powers(key: str, width: int, count: int, activation: Activation, seed: int, **values: object) -> np.ndarray:
    """The mean squares of what each layer passes on for normal inputs, the inputs' own first."""
    signals = np.random.default_rng(seed).standard_normal((200, width))
    found = [np.mean(signals**2)]
    for weights, biases in layers(key, *[width] * (count + 1), seed=seed, **values):
        signals = activation(signals @ weights.T + biases)
        found.append(np.mean(signals**2))
    return np.array(found)


@pytest.mark.parametrize(
    "key, values, expected",
    [
        ("uniform", {"bound": 1 / math.sqrt(500)}, [0.212, 0.0624, 0.0200, 0.0065, 0.0022]),
        ("glorot_uniform", {}, [0.394, 0.237, 0.167, 0.128, 0.103]),
        ("glorot_normal", {}, [0.394, 0.237, 0.167, 0.128, 0.103]),
    ],
)
def test_tanh_layers_fade_with_plain_uniform_weights_and_last_with_glorot(
    key: str, values: dict[str, float], expected: list[float]
) -> None:
    """Glorot & Bengio 2010, section 4.2: the mean squares of the activations of five layers of 500 units."""
    found = np.mean([powers(key, 500, 5, np.tanh, seed, **values)[1:] for seed in range(3)], axis=0)
    np.testing.assert_allclose(found, expected, rtol=0.1)


@pytest.mark.parametrize(
    "key, halvings",
    [
        ("he_normal", 0),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in (("he_uniform", 0), ("lecun_normal", 30))),
    ],
)
def test_thirty_relu_layers_last_with_he_and_halve_the_power_with_variance_one_over_n(key: str, halvings: int) -> None:
    """He et al. 2015, section 2.2; about the logarithm's mean, because single networks of 256 units scatter by 2."""
    ratios = []
    for seed in range(6):
        found = powers(key, 256, 30, lambda z: np.maximum(z, 0.0), seed)
        ratios.append(found[-1] / found[0] * 2.0**halvings)
    assert 0.2 < np.exp(np.mean(np.log(ratios))) < 2.5
