"""Activation functions: each with its derivative, as a compiled kernel and as a NumPy formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from engine.contracts import Catalogue, Floats, Hyper, Kernel, Tier, caller, inline
from engine.simd import elementary
from engine.simd.vectors import LANES, fma, load, maximum, minimum, positive, splat, store

Array = np.ndarray

# values (n,): output, a(z); slopes (n,): z on entry, da/dz on return; n is a multiple of LANES
ACTIVATE = types.void(Floats, Floats, types.int64)


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation a(z), as files, controls and layers see it.

    value: a in NumPy. kernel: a and da/dz, compiled. range: its two finite limits for large |z|, near which it is
    saturated, if it has two. gates: whether a unit can be dead, that is, have no gradient for any example, as it has
    where its activation is 0.
    """

    key: str
    title: str
    formula: str
    source: str
    value: Callable[[Array], Array]
    range: tuple[float, float] | None
    gates: bool
    kernel: Kernel
    knobs: tuple[Hyper, ...] = ()
    tier: Tier = "more"


ACTIVATIONS: Catalogue[Activation] = Catalogue("activation")


def activation(
    key: str,
    title: str,
    formula: str,
    *,
    source: str,
    value: Callable[[Array], Array],
    range: tuple[float, float] | None = None,
    gates: bool = False,
    tier: Tier = "more",
) -> Callable[[Callable[..., Any]], Kernel]:
    """Decorator: declare an activation over its ACTIVATE function."""

    def declare(function: Callable[..., Any]) -> Kernel:
        kernel = Kernel(function, ACTIVATE)
        ACTIVATIONS.add(Activation(key, title, formula, source, value, range, gates, kernel, tier=tier))
        return kernel

    return declare


@intrinsic
def call_activation(typing_context, address, values, slopes, n):
    """Call the ACTIVATE kernel at an address, inside another kernel."""
    return caller(ACTIVATE, 3)()


@inline
def _put(values, slopes, i, value, slope):
    store(values, i, value)
    store(slopes, i, slope)


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))  # of -|z|: exp of a large z would overflow
    return np.where(z >= 0.0, 1.0, small) / (1.0 + small)


def _softplus(z: Array) -> Array:
    return np.logaddexp(0.0, z)


def _erf(z: Array) -> Array:
    return np.vectorize(math.erf, otypes=[np.float64])(z)


@activation("identity", "Identity", "z", source="", value=lambda z: z + 0.0, tier="basic")
def identity(values, slopes, n):
    for i in range(0, n, LANES):
        _put(values, slopes, i, load(slopes, i), splat(1.0))


@activation(
    "relu",
    "ReLU",
    "max(z, 0)",
    source="Nair & Hinton 2010, https://www.cs.toronto.edu/~hinton/absps/reluICML.pdf",
    value=lambda z: np.maximum(z, 0.0),
    gates=True,
    tier="basic",
)
def relu(values, slopes, n):
    for i in range(0, n, LANES):
        z = load(slopes, i)
        _put(values, slopes, i, maximum(z, splat(0.0)), positive(z, splat(1.0), splat(0.0)))


@activation(
    "leaky_relu",
    "Leaky ReLU",
    "max(z, 0.01 z)",
    source="Maas, Hannun & Ng 2013, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf",
    value=lambda z: np.maximum(z, 0.01 * z),
)
def leaky_relu(values, slopes, n):
    for i in range(0, n, LANES):
        z = load(slopes, i)
        _put(values, slopes, i, maximum(z, splat(0.01) * z), positive(z, splat(1.0), splat(0.01)))


@activation(
    "tanh",
    "Tanh",
    "tanh(z)",
    source="LeCun et al. 1998, section 4.4, https://doi.org/10.1007/3-540-49430-8_2",
    value=np.tanh,
    range=(-1.0, 1.0),
    tier="basic",
)
def tanh(values, slopes, n):
    for i in range(0, n, LANES):
        a = elementary.tanh(load(slopes, i))
        _put(values, slopes, i, a, splat(1.0) - a * a)


@activation(
    "sigmoid",
    "Sigmoid",
    "1 / (1 + e^-z)",
    source="Rumelhart, Hinton & Williams 1986, https://doi.org/10.1038/323533a0",
    value=_sigmoid,
    range=(0.0, 1.0),
    tier="basic",
)
def sigmoid(values, slopes, n):
    for i in range(0, n, LANES):
        a = elementary.sigmoid(load(slopes, i))
        _put(values, slopes, i, a, a * (splat(1.0) - a))


@activation(
    "elu",
    "ELU",
    "z if z > 0 else e^z - 1",
    source="Clevert, Unterthiner & Hochreiter 2015, https://arxiv.org/abs/1511.07289",
    value=lambda z: np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0))),
)
def elu(values, slopes, n):
    for i in range(0, n, LANES):
        z = load(slopes, i)
        a = elementary.expm1(z)
        _put(values, slopes, i, positive(z, z, a), positive(z, splat(1.0), a + splat(1.0)))


@activation(
    "gelu",
    "GELU",
    "z Φ(z)",
    source="Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415",
    value=lambda z: 0.5 * z * (1.0 + _erf(z / math.sqrt(2.0))),
)
def gelu(values, slopes, n):
    """share: Φ(z), the standard normal distribution function; density: its derivative."""
    for i in range(0, n, LANES):
        z = load(slopes, i)
        share = splat(0.5) * (splat(1.0) + elementary.erf(z * splat(0.7071067811865476)))
        density = splat(0.3989422804014327) * elementary.exp(splat(-0.5) * z * z)
        _put(values, slopes, i, z * share, fma(z, density, share))


@activation(
    "silu",
    "SiLU (swish)",
    "z / (1 + e^-z)",
    source="Elfwing, Uchibe & Doya 2017, https://arxiv.org/abs/1702.03118",
    value=lambda z: z * _sigmoid(z),
)
def silu(values, slopes, n):
    for i in range(0, n, LANES):
        z = load(slopes, i)
        share = elementary.sigmoid(z)
        a = z * share
        _put(values, slopes, i, a, fma(a, splat(1.0) - share, share))


@activation(
    "mish",
    "Mish",
    "z tanh(ln(1 + e^z))",
    source="Misra 2019, https://arxiv.org/abs/1908.08681",
    value=lambda z: z * np.tanh(_softplus(z)),
    tier="expert",
)
def mish(values, slopes, n):
    """With w = e^z the tanh is v / (v + 2), v = w (w + 2); from z = 20 on it is 1."""
    for i in range(0, n, LANES):
        z = load(slopes, i)
        w = elementary.exp(minimum(z, splat(20.0)))
        v = w * (w + splat(2.0))
        rest = splat(2.0) / (v + splat(2.0))
        share = v / (v + splat(2.0))
        bend = rest * (splat(1.0) + share) * w / (splat(1.0) + w)
        _put(values, slopes, i, z * share, fma(z, bend, share))


@activation(
    "softplus",
    "Softplus",
    "ln(1 + e^z)",
    source="Dugas et al. 2001, https://papers.nips.cc/paper/1920",
    value=_softplus,
)
def softplus(values, slopes, n):
    for i in range(0, n, LANES):
        z = load(slopes, i)
        _put(values, slopes, i, elementary.softplus(z), elementary.sigmoid(z))


@activation(
    "sine",
    "Sine",
    "sin(z)",
    source="Sitzmann et al. 2020, https://arxiv.org/abs/2006.09661",
    value=np.sin,
    tier="expert",
)
def sine(values, slopes, n):
    for i in range(0, n, LANES):
        z = load(slopes, i)
        _put(values, slopes, i, elementary.sine(z), elementary.cosine(z))
