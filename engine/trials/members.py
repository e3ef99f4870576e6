"""The comparisons, in the order of the workspace."""

from engine.trials.comparison import COMPARISONS
from engine.trials.seeds import Seeds

for _comparison in (Seeds(),):
    COMPARISONS.add(_comparison)

__all__ = ["COMPARISONS"]
