"""Who computes trials: workers that can be asked what they are, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from app.workers.trial_worker import Identity
from engine import Summary, Workers


@dataclass(frozen=True, slots=True)
class Member:
    """One of a crew: its address, how many trials it does at once, what it is, and why it is refused, if it is."""

    address: str
    count: int
    identity: Identity | None
    refused: str = ""


class Crew(Workers, Protocol):
    """Workers for `run_trials`, with what a person is told of them. title: as a person names them; preparing: what
    they do until their first trial.
    """

    @property
    def title(self) -> str: ...
    @property
    def preparing(self) -> str: ...

    def members(self) -> tuple[Member, ...]:
        """Who would compute now, and who is refused. It may take seconds until a cluster has answered.

        Raises SettingError where nobody answers, and where nobody is left who may compute.
        """
        ...


def processors(members: Iterable[Member]) -> frozenset[str]:
    """The kinds of processors of those who may compute."""
    return frozenset(member.identity.processor for member in members if member.identity and not member.refused)


def processor_rows(summaries: Iterable[Summary]) -> tuple[tuple[str, int], ...]:
    """The kinds of processors that results come from, each with how many, the most first."""
    return tuple(Counter(summary.processor for summary in summaries if summary.processor).most_common())


def processors_told(summaries: Iterable[Summary]) -> str:
    """Where results come from more than one kind of processor, what that means; empty else."""
    rows = processor_rows(summaries)
    if len(rows) < 2:
        return ""
    listed = ", ".join(f"{name} ({count} trial{'s' * (count != 1)})" for name, count in rows)
    return (
        f"The results come from {len(rows)} kinds of processors, {listed}: equal settings give equal bits on one kind "
        "only."
    )
