"""Warnings about the run that a snapshot shows: it has diverged, or its outputs are not finite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import DIVERGED

if TYPE_CHECKING:
    from engine import NetworkSnapshot, SessionPicture


def run_warnings(picture: SessionPicture | None, snapshot: NetworkSnapshot | None) -> str:
    """A warning that the run has diverged, or that outputs are not finite; empty if all is well."""
    if snapshot is None:
        return ""
    words = ["diverged: last finite state"] if diverged(picture, snapshot) else []
    unknown = snapshot.predicted.unknown
    if unknown:
        words.append(
            "no output is finite" if unknown == len(snapshot.predicted.outputs) else f"{unknown:,} outputs not finite"
        )
    return " · ".join(words)


def diverged(picture: SessionPicture | None, snapshot: NetworkSnapshot | None) -> bool:
    """Whether the run of a snapshot has diverged."""
    if picture is None or snapshot is None:
        return False
    return any(run.id == snapshot.run and run.status == DIVERGED for run in picture.runs)


def same_shape(before: NetworkSnapshot | None, snapshot: NetworkSnapshot) -> bool:
    """Whether two snapshots are of the same run with a network of the same shape."""
    return (
        before is not None
        and before.run == snapshot.run
        and before.learner.network.sizes == snapshot.learner.network.sizes
    )
