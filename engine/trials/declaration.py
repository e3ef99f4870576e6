"""What each comparison declares of itself: its question and its knobs."""

from __future__ import annotations

from engine.contracts import Catalogue, Hyper, Tier


class Declaration:
    """A comparison as panels, files and the command line know it.

    question: what it answers, as a person would ask. least: how many runs there must be. has_axes: whether it varies
    settings that a person names. has_runs: whether it compares runs of the experiment.
    """

    key: str
    title: str
    question: str
    help: str
    knobs: tuple[Hyper, ...]
    tier: Tier = "basic"
    least: int = 1
    has_axes: bool = False
    has_runs: bool = True


DECLARED: Catalogue[Declaration] = Catalogue("comparison")
