"""The kinds of problem, in the order of the menus."""

from __future__ import annotations

from engine.problems.association.kind import AssociationKind
from engine.problems.clustering.kind import ClusteringKind
from engine.problems.kind import PROBLEMS as PROBLEMS
from engine.problems.policy.kind import PolicyKind
from engine.problems.supervised.kind import NetworkKind
from engine.problems.surface.kind import SurfaceKind

for made in (SurfaceKind(), NetworkKind(), PolicyKind(), ClusteringKind(), AssociationKind()):
    PROBLEMS.add(made)
