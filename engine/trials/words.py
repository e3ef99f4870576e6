"""Numbers of a comparison in sentences."""

from __future__ import annotations

from engine.trials.statistics import SignTest

SURE = 0.05  # p from which a difference is no longer called one
_HARDLY = 1e-6  # p below which no number is told


def chance(p: float) -> str:
    """How often luck alone does as much: `once in 400 (p = .0026)`."""
    if p < _HARDLY:
        return f"less than once in {1 / _HARDLY:,.0f}"
    shown = f"p = {p:.2g}".replace("0.", ".", 1)
    return f"once in {1 / p:,.0f} ({shown})" if p < 0.5 else f"more often than not ({shown})"


def paired(one: str, other: str, test: SignTest, p: float, tests: int = 1) -> str:
    """What a sign test of pairs says of `one` against `other`, lower being better.

    p: of the test, corrected for the number of tests that are made.
    """
    count = test.wins + test.losses
    ties = f"; {test.ties} tied, left out" if test.ties else ""
    if not count:
        return f"{one} and {other} end alike for every seed."
    better, worse, wins = (one, other, test.wins) if test.wins >= test.losses else (other, one, test.losses)
    if test.wins == test.losses:
        even = f"{test.wins} seed{'s' * (test.wins != 1)} each{ties}"
        return f"{one} and {other} are lower for {even}: no difference can be told."
    told = f"{better} ends lower than {worse} for {wins} of {count} seed{'s' * (count != 1)}{ties}"
    if p < SURE:
        corrected = f", corrected for {tests} pairs" if tests > 1 else ""
        return f"{told}; luck alone does as much {chance(p)}, by the sign test{corrected}."
    more = " Try more seeds." if count < 20 else ""
    return f"{told}, which luck alone does {chance(p)}: no difference can be told.{more}"


def number(value: float) -> str:
    """A value in a sentence."""
    return f"{value:.3g}" if value == value else "unknown"
