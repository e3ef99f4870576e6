"""The activations of a layer: each with its derivative beside it, compiled, and as a plain formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.contracts import Catalogue, Hyper, inline
from engine.networks import elementary
from engine.networks.vectors import LANES, fma, load, maximum, minimum, positive, splat, store

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation a(z), as files, controls and the compiled layers see it.

    code: its number for the kernels. piece: compiled, a vector z -> (a, da/dz). value: a in NumPy. range: what a
    stays between, if z far from 0 brings it to these ends; a layer that is there is saturated. gates:
    whether a unit can be dead, which is to say that its a is 0 or below for every example.
    """

    key: str
    title: str
    code: int
    formula: str
    source: str
    piece: Callable[..., Any]
    value: Callable[[Array], Array]
    knobs: tuple[Hyper, ...] = ()
    range: tuple[float, float] | None = None
    gates: bool = False


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
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: declare an activation over its compiled piece."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        piece = inline(function)
        ACTIVATIONS.add(
            Activation(key, title, len(ACTIVATIONS), formula, source, piece, value, range=range, gates=gates)
        )
        return piece

    return declare


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))  # of -|z|: exp of a large z would overflow
    return np.where(z >= 0.0, 1.0, small) / (1.0 + small)


def _softplus(z: Array) -> Array:
    return np.logaddexp(0.0, z)


def _erf(z: Array) -> Array:
    return np.vectorize(math.erf, otypes=[np.float64])(z)


@activation("identity", "Identity", "z", source="", value=lambda z: z + 0.0)
def identity(z):
    return z, splat(1.0)


@activation(
    "relu",
    "ReLU",
    "max(z, 0)",
    source="Nair & Hinton 2010, https://www.cs.toronto.edu/~hinton/absps/reluICML.pdf",
    value=lambda z: np.maximum(z, 0.0),
    gates=True,
)
def relu(z):
    return maximum(z, splat(0.0)), positive(z, splat(1.0), splat(0.0))


@activation(
    "leaky_relu",
    "Leaky ReLU",
    "max(z, 0.01 z)",
    source="Maas, Hannun & Ng 2013, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf",
    value=lambda z: np.maximum(z, 0.01 * z),
)
def leaky_relu(z):
    return maximum(z, splat(0.01) * z), positive(z, splat(1.0), splat(0.01))


@activation(
    "tanh",
    "Tanh",
    "tanh(z)",
    source="LeCun et al. 1998, section 4.4, https://doi.org/10.1007/3-540-49430-8_2",
    value=np.tanh,
    range=(-1.0, 1.0),
)
def tanh(z):
    a = elementary.tanh(z)
    return a, fma(-a, a, splat(1.0))


@activation(
    "sigmoid",
    "Sigmoid",
    "1 / (1 + e^-z)",
    source="Rumelhart, Hinton & Williams 1986, https://doi.org/10.1038/323533a0",
    value=_sigmoid,
    range=(0.0, 1.0),
)
def sigmoid(z):
    a = elementary.sigmoid(z)
    return a, fma(-a, a, a)


@activation(
    "elu",
    "ELU",
    "z if z > 0 else e^z - 1",
    source="Clevert, Unterthiner & Hochreiter 2015, https://arxiv.org/abs/1511.07289",
    value=lambda z: np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0))),
)
def elu(z):
    below = elementary.expm1(z)
    return positive(z, z, below), positive(z, splat(1.0), below + splat(1.0))


@activation(
    "gelu",
    "GELU",
    "z Φ(z)",
    source="Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415",
    value=lambda z: 0.5 * z * (1.0 + _erf(z / math.sqrt(2.0))),
    gates=True,
)
def gelu(z):
    """Φ: the standard normal distribution, by the error function."""
    share = fma(splat(0.5), elementary.erf(z * splat(0.7071067811865476)), splat(0.5))
    density = splat(0.3989422804014327) * elementary.exp(splat(-0.5) * z * z)
    return z * share, fma(z, density, share)


@activation(
    "silu",
    "SiLU (swish)",
    "z / (1 + e^-z)",
    source="Elfwing, Uchibe & Doya 2017, https://arxiv.org/abs/1702.03118",
    value=lambda z: z * _sigmoid(z),
    gates=True,
)
def silu(z):
    share = elementary.sigmoid(z)
    a = z * share
    return a, fma(a, splat(1.0) - share, share)


@activation(
    "mish",
    "Mish",
    "z tanh(ln(1 + e^z))",
    source="Misra 2019, https://arxiv.org/abs/1908.08681",
    value=lambda z: z * np.tanh(_softplus(z)),
    gates=True,
)
def mish(z):
    """With w = e^z, tanh(ln(1 + w)) is n / (n + 2), n = w (w + 2); above z = 30 it is 1."""
    w = elementary.exp(minimum(z, splat(30.0)))
    n = w * (w + splat(2.0))
    rest = splat(2.0) / (n + splat(2.0))
    share = n / (n + splat(2.0))
    bent = rest * (splat(1.0) + share) * w / (splat(1.0) + w)
    return z * share, fma(z, bent, share)


@activation(
    "softplus",
    "Softplus",
    "ln(1 + e^z)",
    source="Dugas et al. 2001, https://papers.nips.cc/paper/1920",
    value=_softplus,
)
def softplus(z):
    return elementary.softplus(z), elementary.sigmoid(z)


@activation(
    "sine",
    "Sine",
    "sin(z)",
    source="Sitzmann et al. 2020, https://arxiv.org/abs/2006.09661",
    value=np.sin,
)
def sine(z):
    return elementary.sine(z), elementary.cosine(z)


def _chosen(pieces: tuple[Callable[..., Any], ...], code: int) -> Callable[..., Any]:
    """The loop of the activation `code`, or else of one behind it: a new activation needs no other place."""
    piece = pieces[code]
    others = _chosen(pieces, code + 1) if code + 1 < len(pieces) else None

    @inline
    def loop(chosen, a, slopes, n):
        for i in range(0, n, LANES):
            value, slope = piece(load(slopes, i))
            store(a, i, value)
            store(slopes, i, slope)

    if others is None:
        return loop

    @inline
    def branch(chosen, a, slopes, n):
        if chosen == code:
            loop(chosen, a, slopes, n)
        else:
            others(chosen, a, slopes, n)

    return branch


# code, a (n,) out, slopes (n,): z at first, then da/dz; n is a multiple of LANES.
activate = _chosen(tuple(entry.piece for entry in ACTIVATIONS.values()), 0)
