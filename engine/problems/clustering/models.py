"""Models of clusters: what a theta means, and which loss says how well it fits the points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, Kernel, Tier, Value
from engine.problems.clustering.objective import kmeans_objective, mixture_objective
from engine.problems.clustering.shape import DIAGONAL, FULL, NEAREST, SPHERICAL, Shape

_SPREADS = {"spherical": SPHERICAL, "diagonal": DIAGONAL, "full": FULL}
SPREAD = Hyper(
    "spread",
    "Σ",
    "full",
    kind="choice",
    options=tuple(_SPREADS),
    titles=("circles", "upright ellipses", "ellipses"),
    help="which covariances the components may have: circles, ellipses along the axes, or any ellipses",
    tier="basic",
)
LEAST_SPREAD = Hyper(
    "least_spread",
    "σ₀",
    0.01,
    0.0,
    100.0,
    log=True,
    slider=(1e-4, 1.0),
    help="added to every standard deviation. With 0 a component may shrink onto a single point, and then the loss "
    "falls without end",
)


@dataclass(frozen=True, slots=True)
class Model:
    """One model. formula: of the loss. fixed_point: the classical algorithm whose fixed points have no gradient."""

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    formula: str
    summary: str
    source: str
    kernel: Kernel
    fixed_point: str
    tier: Tier = "basic"


MODELS: Catalogue[Model] = Catalogue("model of clusters")
KMEANS = MODELS.add(
    Model(
        "kmeans",
        "k-means",
        (),
        "½ mean of minⱼ |x - cⱼ|²",
        "Every point belongs to its nearest centre, and half the mean squared distance is to fall.",
        "Bottou & Bengio 1994, Convergence properties of the k-means algorithms, "
        "https://papers.nips.cc/paper/1994/hash/a1140a3d0df1c81e24ae954d935e8926-Abstract.html",
        kmeans_objective,
        "Lloyd's algorithm",
    )
)
MODELS.add(
    Model(
        "mixture",
        "Gaussian mixture",
        (SPREAD, LEAST_SPREAD),
        "-mean of log Σⱼ πⱼ N(x | μⱼ, Σⱼ)",
        "Every point comes from one of several Gaussians, and its likelihood is to rise.",
        "Xu & Jordan 1996, On convergence properties of the EM algorithm for Gaussian mixtures, "
        "https://doi.org/10.1162/neco.1996.8.1.129",
        mixture_objective,
        "EM",
    )
)


def shape_of(model: Choice, clusters: int) -> Shape:
    """The shape of a model with so many clusters."""
    values: Mapping[str, Any] = model.values
    if model.kind == KMEANS.key:
        return Shape(clusters, NEAREST)
    spread: Value = values[SPREAD.name]
    return Shape(clusters, _SPREADS[str(spread)], float(values[LEAST_SPREAD.name]))
