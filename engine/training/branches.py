"""Branches: how runs that share a past hang together as a tree, and which of them draws what they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.training.experiment import RunRecord
from engine.training.origin import Origin

_LOOKS = ("id", "name", "colour", "visible", "pinned")  # settings that change no number


def with_true_origins(records: Iterable[RunRecord]) -> tuple[RunRecord, ...]:
    """The records with those origins that hold: of a run that stands before the branch and has the same past."""
    found: dict[str, RunRecord] = {}
    for record in records:
        origin = record.origin
        if origin is not None and not _shares(record, found.get(origin.run), origin.update):
            record = replace(record, origin=None)
        found[record.settings.id] = record
    return tuple(found.values())


def _shares(branch: RunRecord, other: RunRecord | None, update: int) -> bool:
    """Whether two runs have the same numbers before an update."""
    if other is None:
        return False
    looks = {name: getattr(branch.settings, name) for name in _LOOKS}
    return replace(other.settings, **looks) == branch.settings and _before(branch, update) == _before(other, update)


def _before(record: RunRecord, update: int) -> list[object]:
    return [tweak for tweak in record.tweaks if tweak.update < update]


def origin_at(records: Mapping[str, RunRecord], id: str, update: int) -> Origin | None:
    """The origin of a branch that leaves a run at an update.

    Where that run itself was still another one, of which it is a branch, it is that one.
    """
    origin: Origin | None = Origin(id, update)
    while origin is not None and (own := records[origin.run].origin) is not None and update < own.update:
        origin = Origin(own.run, update)
    return origin.until(update) if origin is not None else None


def place_of_branch(records: Sequence[RunRecord], origin: Origin) -> int:
    """Where a new branch is put into the list of runs: below the run that it leaves, and the branches of that."""
    parents = {record.settings.id: record.origin.run if record.origin else "" for record in records}
    ids = list(parents)
    place = ids.index(origin.run) + 1
    while place < len(ids) and _descends(ids[place], origin.run, parents):
        place += 1
    return place


def _descends(id: str, ancestor: str, parents: Mapping[str, str]) -> bool:
    while id:
        id = parents[id]
        if id == ancestor:
            return True
    return False


def origins_without(records: Iterable[RunRecord], id: str) -> dict[str, Origin | None]:
    """The origins of the runs by their ids, once run `id` is gone: its branches are then those of its own origin, or
    else of the first of them.
    """
    found = {record.settings.id: record.origin for record in records}
    own = found.pop(id)
    for branch, origin in list(found.items()):
        if origin is None or origin.run != id:
            continue
        if own is None:
            found[branch], own = None, Origin(branch, origin.update)
        else:
            found[branch] = own.until(origin.update)
    return found


def depths(origins: Mapping[str, Origin | None]) -> dict[str, int]:
    """How many branching points each run is away from a run that is no branch. origins: by id, in the runs' order."""
    found: dict[str, int] = {}
    for id, origin in origins.items():
        found[id] = found[origin.run] + 1 if origin is not None and origin.run in found else 0
    return found


def beginnings(origins: Mapping[str, Origin | None], drawn: Iterable[str]) -> dict[str, int]:
    """From which update on each run that is drawn is drawn: what it shares with one drawn before is drawn once.

    origins: of all runs by their ids, in their order. drawn: the ids of those that are drawn, in the same order.
    """
    found: dict[str, int] = {}
    pasts: list[dict[str, float]] = []
    for id in drawn:
        past = _past(origins, id)
        shared = [min(past[run], other[run]) for other in pasts for run in past.keys() & other.keys()]
        found[id] = int(max(shared, default=0))
        pasts.append(past)
    return found


def _past(origins: Mapping[str, Origin | None], id: str) -> dict[str, float]:
    """The runs that a run was, by their ids, each with the update up to which."""
    past, until = {id: float("inf")}, float("inf")
    while (origin := origins.get(id)) is not None:
        until = min(until, origin.update)
        id = origin.run
        past[id] = until
    return past
