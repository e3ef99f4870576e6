"""The value that the training thread publishes: immutable, and pulled by the views once a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine import SessionPicture


@dataclass(frozen=True, slots=True)
class Published:
    """The training as it stood at one moment.

    document: the number of the one that is open. serial: of the last edit that it has seen. clocks: by the ids of runs
    (updates, seconds of their own computation), linear in between. replaying: the share of a replay that is done, or
    None. undo_label, redo_label: what would be taken back or done again, empty if nothing. can_stop: whether nothing
    plays, but a replay has gone on for so long that a person may want to stop it. recompute_seconds: that it takes
    about to compute the runs again from their start, 0 if that is not known.
    """

    picture: SessionPicture
    document: int
    serial: int
    playing: bool
    speed: float
    updates_per_second: float
    clocks: Mapping[str, tuple[np.ndarray, np.ndarray]]
    replaying: float | None
    undo_label: str
    redo_label: str
    mark: int = 0
    can_stop: bool = False
    recompute_seconds: float = 0.0
