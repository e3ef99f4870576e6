"""Timing of contenders that do the same work, interleaved and compared round by round."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

SECONDS = 0.1  # target time of one round of a contender


@dataclass(frozen=True)
class Contender:
    """run(count) does `count` pieces of work; count is fixed if given, else chosen for rounds of SECONDS."""

    name: str
    run: Callable[[int], object]
    count: int | None = None


def per_piece(contenders: Sequence[Contender], rounds: int) -> dict[str, list[float]]:
    """Seconds per piece of work, of every contender in every round; they take turns."""
    counts = {each.name: each.count or _fitting(each.run) for each in contenders}
    found: dict[str, list[float]] = {each.name: [] for each in contenders}
    for _ in range(rounds):
        for each in contenders:
            found[each.name].append(_seconds(each.run, counts[each.name]) / counts[each.name])
    return found


def table(contenders: Sequence[Contender], rounds: int, unit: str = "update") -> Iterator[str]:
    """Lines: median time, its spread, and the ratio to the first contender, by rounds."""
    found = per_piece(contenders, rounds)
    first = found[contenders[0].name]
    width = max(len(each.name) for each in contenders)
    yield f"{'':{width}}  {'per ' + unit:>12}  spread  times the first"
    for each in contenders:
        times = found[each.name]
        median = statistics.median(times)
        spread = (max(times) - min(times)) / median
        ratio = statistics.median(time / reference for time, reference in zip(times, first, strict=True))
        yield f"{each.name:{width}}  {readable(median):>12}  {spread:5.0%}  {ratio:15.2f}"


def readable(seconds: float) -> str:
    for size, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds * 1e9:.3g} ns"


def _fitting(run: Callable[[int], object]) -> int:
    """A count for which one round takes about SECONDS; the first call warms up."""
    run(1)
    count = 1
    while (spent := _seconds(run, count)) < SECONDS / 4:
        count *= 4
    return max(1, round(count * SECONDS / spent))


def _seconds(run: Callable[[int], object], count: int) -> float:
    gc.collect()
    gc.disable()
    try:
        begun = time.perf_counter()
        run(count)
        return time.perf_counter() - begun
    finally:
        gc.enable()
