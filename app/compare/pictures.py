"""The picture of each comparison, by its key; one without has its sentences alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.compare.picture import ComparisonPicture
from app.compare.race_picture import RacePicture
from app.compare.rates_picture import RatesPicture
from app.compare.score_picture import ScorePicture
from app.compare.seeds_picture import SeedsPicture
from app.compare.sweep_picture import SweepPicture

if TYPE_CHECKING:
    from app.look.theme import Theme

PICTURES: dict[str, Callable[[Theme], ComparisonPicture]] = {
    "race": RacePicture,
    "seeds": SeedsPicture,
    "rates": RatesPicture,
    "sweep": SweepPicture,
    "scores": ScorePicture,
}
