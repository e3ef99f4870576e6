"""The comparisons, in the order of the workspace."""

from engine.trials.comparison import COMPARISONS
from engine.trials.race import FairRace
from engine.trials.rate_sweep import RateSweep
from engine.trials.score_sheet import ScoreSheet
from engine.trials.seeds import Seeds
from engine.trials.sweep import Sweep

for _comparison in (FairRace(), Seeds(), RateSweep(), Sweep(), ScoreSheet()):
    COMPARISONS.add(_comparison)

__all__ = ["COMPARISONS"]
