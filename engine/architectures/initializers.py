"""Initializers: the catalogue of ways to draw initial weights and biases.

W (units, inputs) of each layer is drawn separately, with that layer's `inputs` and `units`; `scale` multiplies W alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.architectures.network import Network
from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, Tier
from engine.random_generator import RandomGenerator

Array = np.ndarray
Knobs = Mapping[str, float]

GLOROT = "Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html"
HE = "He et al. 2015, https://arxiv.org/abs/1502.01852"
LECUN = "LeCun et al. 1998, section 4.6, https://doi.org/10.1007/3-540-49430-8_2"

_TRUNCATED_AT = 2.0  # standard deviations at which JAX and Keras truncate a normal distribution
_TRUNCATED_DEVIATION = 0.87962566103423978  # standard deviation of a standard normal distribution truncated there


@dataclass(frozen=True, slots=True)
class Initializer:
    """One way to initialise a layer: draw(rng, knobs, inputs, units) -> (W (units, inputs), biases (units,)).

    fans_out: whether the scale of W depends on how many numbers each input reaches, which are the units of a dense
    layer.
    """

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    formula: str
    source: str
    help: str
    draw: Callable[[RandomGenerator, Knobs, int, int], tuple[Array, Array]]
    tier: Tier = "more"
    fans_out: bool = False


INITIALIZERS: Catalogue[Initializer] = Catalogue("initializer")

_WEIGHTS = 1 << 32  # offset of the layers' random sequences; data of the same seed use the first ones

SCALE = Hyper("scale", "s", 1.0, 0.0, 1000.0, log=True, slider=(0.01, 100.0), help="Multiplies every weight.")


def initial_theta(network: Network, choice: Choice, seed: int) -> Array:
    """The initial theta (n,); the numbers of layer l depend only on (seed, l) and the shape of that layer."""
    theta = np.zeros(network.parameters)
    for layer, (weights, biases) in enumerate(network.unpacked(theta)):
        units, inputs = weights.shape
        weights[:], biases[:] = initial_layer(choice, seed, layer, inputs, units)
    return theta


def initial_layer(
    choice: Choice, seed: int, layer: int, inputs: int, units: int, places: int = 1
) -> tuple[Array, Array]:
    """Initial W (units, inputs) and biases (units,); a function of (seed, layer) and the other arguments.

    places: at how many places of a filter each of its inputs is seen, so that an input reaches units * places numbers.
    """
    entry = INITIALIZERS[choice.kind]
    knobs = dict(zip((knob.name for knob in entry.knobs), choice.packed(entry.knobs), strict=True))
    reached = units * places if entry.fans_out else units
    weights, biases = entry.draw(RandomGenerator(seed).child(_WEIGHTS + layer), knobs, inputs, reached)
    return weights[:units], biases[:units]


def initializer(
    key: str,
    title: str,
    *knobs: Hyper,
    formula: str,
    source: str,
    help: str,
    bias: float = 0.0,
    tier: Tier = "more",
    fans_out: bool = False,
) -> Callable[[Callable[[RandomGenerator, Knobs, int, int], Array]], Initializer]:
    """Decorator: declare an initializer over its unscaled W; the biases are a knob with default `bias`."""
    common = (
        SCALE,
        Hyper(
            "bias", "b", bias, -1000.0, 1000.0, slider=(-1.0, 1.0), help="Initial value of every bias.", tier="expert"
        ),
    )

    def declare(weights: Callable[[RandomGenerator, Knobs, int, int], Array]) -> Initializer:
        def draw(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> tuple[Array, Array]:
            return knobs["scale"] * weights(rng, knobs, inputs, units), np.full(units, knobs["bias"])

        return INITIALIZERS.add(Initializer(key, title, (*knobs, *common), formula, source, help, draw, tier, fans_out))

    return declare


@initializer(
    "zeros",
    "Zeros",
    formula="W = 0",
    source="Goodfellow et al. 2016, section 8.4, https://www.deeplearningbook.org/contents/optimization.html",
    help="All weights are 0: hidden units stay identical, and the first layer's gradient is exactly 0.",
    tier="basic",
)
def zeros(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return np.zeros((units, inputs))


@initializer(
    "constant",
    "Constant",
    Hyper(
        "value",
        "c",
        0.1,
        -1000.0,
        1000.0,
        slider=(-1.0, 1.0),
        help="Value of every weight before scaling.",
        tier="basic",
    ),
    formula="W = c",
    source="Goodfellow et al. 2016, section 8.4, https://www.deeplearningbook.org/contents/optimization.html",
    help="All weights are equal: the units of a layer learn the same thing and stay identical.",
)
def constant(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return np.full((units, inputs), knobs["value"])


@initializer(
    "uniform",
    "Uniform",
    Hyper(
        "bound",
        "a",
        0.1,
        0.0,
        1000.0,
        log=True,
        slider=(1e-3, 10.0),
        help="Weights lie between -a and a.",
        tier="basic",
    ),
    formula="W ~ U(-a, a)",
    source="https://docs.pytorch.org/docs/stable/nn.init.html",
    help="Uniform within a bound that ignores the size of the layer.",
)
def uniform(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return _uniform(rng, knobs["bound"], inputs, units)


@initializer(
    "normal",
    "Normal",
    Hyper(
        "deviation",
        "σ",
        0.1,
        0.0,
        1000.0,
        log=True,
        slider=(1e-3, 10.0),
        help="Standard deviation of the weights.",
        tier="basic",
    ),
    formula="W ~ N(0, σ²)",
    source="https://docs.pytorch.org/docs/stable/nn.init.html",
    help="Normal with a standard deviation that ignores the size of the layer.",
)
def normal(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return knobs["deviation"] * rng.normal((units, inputs))


@initializer(
    "glorot_uniform",
    "Glorot uniform",
    formula="W ~ U(-a, a), a = √(6 / (inputs + units))",
    source=GLOROT,
    help="Preserves the scale of activations and gradients in tanh networks (also called Xavier).",
    tier="basic",
    fans_out=True,
)
def glorot_uniform(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return _uniform(rng, math.sqrt(6.0 / (inputs + units)), inputs, units)


@initializer(
    "glorot_normal",
    "Glorot normal",
    formula="W ~ N(0, 2 / (inputs + units))",
    source=GLOROT,
    help="Preserves the scale of activations and gradients in tanh networks (also called Xavier); not truncated.",
    fans_out=True,
)
def glorot_normal(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return math.sqrt(2.0 / (inputs + units)) * rng.normal((units, inputs))


@initializer(
    "he_uniform",
    "He uniform",
    formula="W ~ U(-a, a), a = √(6 / inputs)",
    source=HE,
    help="Preserves the scale of activations in ReLU networks (also called Kaiming; gain √2).",
    tier="basic",
)
def he_uniform(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return _uniform(rng, math.sqrt(6.0 / inputs), inputs, units)


@initializer(
    "he_normal",
    "He normal",
    formula="W ~ N(0, 2 / inputs)",
    source=HE,
    help="Preserves the scale of activations in ReLU networks (also called Kaiming; gain √2); not truncated.",
)
def he_normal(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return math.sqrt(2.0 / inputs) * rng.normal((units, inputs))


@initializer(
    "lecun_uniform",
    "LeCun uniform",
    formula="W ~ U(-a, a), a = √(3 / inputs)",
    source=LECUN,
    help="Variance 1 / inputs: pre-activations have the scale of the layer's inputs.",
    tier="expert",
)
def lecun_uniform(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return _uniform(rng, math.sqrt(3.0 / inputs), inputs, units)


@initializer(
    "lecun_normal",
    "LeCun normal",
    formula="W ~ N(0, 1 / inputs), truncated at 2 σ and rescaled to keep its variance",
    source=f"{LECUN}; truncated as in https://docs.jax.dev/en/latest/jax.nn.initializers.html",
    help="Variance 1 / inputs, without outliers.",
    tier="expert",
)
def lecun_normal(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    found = rng.normal((units, inputs))
    while (outside := np.abs(found) > _TRUNCATED_AT).any():
        found[outside] = rng.normal(int(np.count_nonzero(outside)))
    return math.sqrt(1.0 / inputs) / _TRUNCATED_DEVIATION * found


@initializer(
    "orthogonal",
    "Orthogonal",
    formula="WᵀW = I or WWᵀ = I, whichever is smaller",
    source="Saxe et al. 2014, https://arxiv.org/abs/1312.6120",
    help="A random rotation: preserves norms exactly, as far as the shape allows.",
    tier="expert",
)
def orthogonal(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    q, r = np.linalg.qr(rng.normal((max(units, inputs), min(units, inputs))))
    # This choice of signs makes the distribution uniform (Mezzadri 2007, arXiv:math-ph/0609050).
    q = q * np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return q if units >= inputs else q.T


@initializer(
    "playground",
    "Playground",
    formula="W ~ U(-0.5, 0.5), b = 0.1",
    source="https://github.com/tensorflow/playground/blob/master/src/nn.ts",
    help="The initialisation of TensorFlow Playground.",
    bias=0.1,
    tier="basic",
)
def playground(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> Array:
    return _uniform(rng, 0.5, inputs, units)


def _torch(rng: RandomGenerator, knobs: Knobs, inputs: int, units: int) -> tuple[Array, Array]:
    bound = 1.0 / math.sqrt(inputs)
    return knobs["scale"] * _uniform(rng, bound, inputs, units), rng.uniform(units, -bound, bound)


INITIALIZERS.add(
    Initializer(
        "torch",
        "PyTorch default",
        (SCALE,),
        formula="W, b ~ U(-a, a), a = 1 / √inputs",
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
        help="The default of PyTorch's Linear; the biases are random too.",
        draw=_torch,
    )
)


def _uniform(rng: RandomGenerator, bound: float, inputs: int, units: int) -> Array:
    return rng.uniform((units, inputs), -bound, bound)
