"""The origin of a branch: the run whose past it shares, and up to which update."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.contracts import Hyper
from engine.validation import Entries, checked

_FURTHEST = 10**15


@dataclass(frozen=True, slots=True)
class Origin:
    """run: the id of the other run. update: the branching point, from 1 on; all rows before it are those of both."""

    run: str
    update: int

    def until(self, update: int) -> Origin | None:
        """The origin of a branch that is taken back to an update; None if nothing of the past is left."""
        kept = min(self.update, update)
        return replace(self, update=kept) if kept > 0 else None

    def to_dict(self) -> dict[str, Any]:
        return {"run": self.run, "update": self.update}


def read_origin(entries: Entries | None) -> Origin | None:
    """What a file holds of a run's origin. Raises SettingError."""
    if entries is None:
        return None
    place = Hyper("update", "", 1, 1, _FURTHEST, kind="integer")
    origin = Origin(entries.text("run"), int(checked(place, entries.take("update"), entries.at("update"))))  # type: ignore[arg-type]
    entries.close()
    return origin
