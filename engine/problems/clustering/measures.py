"""What is measured of clusters while they are found, on all points."""

from __future__ import annotations

from engine.training.measures import LOSS, Measure

_ALL = "on all points, measured now and then"

_COMMON = (
    Measure("points_loss", "Loss on all points", _ALL, direction="falls", role=LOSS, tier="basic"),
    Measure(
        "agreement",
        "Agreement with the groups",
        f"adjusted Rand index of the clusters and the groups that the points are known to come from, {_ALL}: 1 is "
        "perfect, 0 is chance",
        direction="rises",
        shown=True,
        least=-0.1,
        tier="basic",
    ),
    Measure("empty", "Empty clusters", f"to which no point belongs, {_ALL}", direction="falls", tier="basic"),
)
_NARROWEST = Measure(
    "narrowest",
    "Narrowest spread",
    "the smallest standard deviation of any component along any of its axes: a component that shrinks onto a point "
    "has none",
    log=True,
)
_SHARE = Measure(
    "cluster_share",
    "Share of the points",
    f"of each cluster, {_ALL}",
    by_layer=True,
    part="cluster",
    shown=True,
    tier="basic",
)

CENTRE_MEASURES = (*_COMMON, _SHARE)  # of k-means, whose clusters have no spread
CLUSTER_MEASURES = (*_COMMON, _NARROWEST, _SHARE)
