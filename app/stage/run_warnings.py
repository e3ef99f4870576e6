"""Warnings about the run that a portrait shows: it has diverged, or its answers are not finite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import DIVERGED

if TYPE_CHECKING:
    from engine import Portrait, SessionPicture


def standing(picture: SessionPicture | None, portrait: Portrait | None) -> str:
    """That the run has diverged, or that its answers are not finite; empty if all is well."""
    if portrait is None:
        return ""
    words = ["diverged: last finite state"] if diverged(picture, portrait) else []
    unknown = int(np.count_nonzero(~portrait.known))
    if unknown:
        words.append("no answer is finite" if unknown == len(portrait.answers) else f"{unknown:,} answers not finite")
    return " · ".join(words)


def diverged(picture: SessionPicture | None, portrait: Portrait | None) -> bool:
    """Whether the run that a portrait shows has diverged."""
    if picture is None or portrait is None:
        return False
    return any(run.id == portrait.run and run.status == DIVERGED for run in picture.runs)


def same_shape(before: Portrait | None, portrait: Portrait) -> bool:
    """Whether two portraits are of the same run with a network of the same shape."""
    return (
        before is not None
        and before.run == portrait.run
        and before.learner.network.sizes == portrait.learner.network.sizes
    )
