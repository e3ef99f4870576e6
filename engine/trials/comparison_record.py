"""A comparison that a document holds: what is compared, and the results, if they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.choices import Choice
from engine.contracts import Check, SettingError, shown
from engine.optimizers import OPTIMIZERS
from engine.trials.axes import MAX_AXES, Axis
from engine.trials.declaration import DECLARED
from engine.trials.summary import Summary, line_of, of_line
from engine.validation import Entries, chosen

MAX_RESULTS = 30_000
MAX_CHARACTERS = 64 * 2**20  # of all results
_COUNTS_WITH_FRESH_SEEDS = 7  # the first format whose score sheets do
_CHECKED = 200  # results between two checks


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """Which comparison, with which knobs; the ids of the runs, and the optimizers that are compared with them without
    being runs, each as it is by default, without any of either the visible runs; the measure that counts, "" for what
    suits the problem; and the settings that are varied.

    results: of trials that are finished, a line each (see `line_of`), so that a long comparison need not be computed
    again. A result is found by its trial's key: those of trials that are no longer in the plan do nothing.
    """

    choice: Choice
    runs: tuple[str, ...] = ()
    counted: str = ""
    axes: tuple[Axis, ...] = ()
    results: str = ""
    optimizers: tuple[str, ...] = ()

    def known(self) -> dict[str, Summary]:
        """The results, by the keys of their trials."""
        return dict(map(of_line, self.results.splitlines()))

    def keeping(self, known: Mapping[str, Summary]) -> ComparisonRecord:
        """This comparison with these results, in the order of their keys. Raises SettingError if they are too many."""
        _check_number(len(known))
        return replace(self, results="".join(f"{line_of(key, known[key])}\n" for key in sorted(known)))

    def to_dict(self, ids: Collection[str]) -> dict[str, Any]:
        """Plain data. ids: of the runs that there are; others are left out."""
        runs = [run for run in self.runs if run in ids]
        return {
            **self.choice.to_dict(),
            **({"runs": runs} if runs else {}),
            **({"optimizers": list(self.optimizers)} if self.optimizers else {}),
            **({"counted": self.counted} if self.counted else {}),
            **({"axes": [axis.to_dict() for axis in self.axes]} if self.axes else {}),
            **({"results": self.results} if self.results else {}),
        }


def read_comparisons(
    data: object, path: str, ids: Collection[str], version: int, check: Check
) -> tuple[ComparisonRecord, ...]:
    """A list of what `to_dict` returned, or a person typed, of each kind one; or one by itself, as files up to format 5
    have it. ids: of the runs that there are. version: of the file's format. Raises SettingError.
    """
    if not isinstance(data, list):
        return (_comparison(data, path, ids, version, check),)
    records = tuple(_comparison(each, f"{path}[{place}]", ids, version, check) for place, each in enumerate(data, 1))
    kinds = [record.choice.kind for record in records]
    twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    if twice is not None:
        raise SettingError(f"there is one comparison of each kind, got {kinds.count(twice)} of kind {twice}", path)
    return records


def _comparison(data: object, path: str, ids: Collection[str], version: int, check: Check) -> ComparisonRecord:
    table = Entries(_tuning_seeds_of_old(data) if version < _COUNTS_WITH_FRESH_SEEDS else data, path)
    runs = table.take("runs", [])
    if not isinstance(runs, list) or not all(isinstance(run, str) for run in runs):
        raise SettingError(f"must be a list of ids of runs, got {shown(runs, 60)}", table.at("runs"))
    for run in runs:
        if run not in ids:
            raise SettingError(f"must be ids among {shown(', '.join(ids), 120)}, got {run[:60]!r}", table.at("runs"))
    optimizers = _optimizers(table.take("optimizers", []), table.at("optimizers"))
    counted = table.text("counted", "")
    axes = _axes(table.take("axes", []), table.at("axes"))
    results = table.take("results", "")
    if isinstance(results, memoryview):  # as a file's reader hands on what is long
        results = str(results, "ascii")
    if not isinstance(results, str) or len(results) > MAX_CHARACTERS:
        told = f"must be text of at most {MAX_CHARACTERS / 2**20:g} million characters, got {shown(results, 60)}"
        raise SettingError(told, table.at("results"))
    choice = chosen(DECLARED, table.rest(), path)
    if axes and not DECLARED[choice.kind].has_axes:
        raise SettingError(f"{DECLARED[choice.kind].title} varies no settings that are named", table.at("axes"))
    kept = _results(results, table.at("results"), check)
    return ComparisonRecord(choice, tuple(runs), counted, axes, kept, optimizers)


def _tuning_seeds_of_old(data: object) -> object:
    """A score sheet from when optimizers counted with the seeds that they are tuned with: it names the latter."""
    if not isinstance(data, dict) or data.get("kind") != "scores" or "seeds" not in data:
        return data
    return {"tuning_seeds" if name == "seeds" else name: value for name, value in data.items()}


def _optimizers(data: object, path: str) -> tuple[str, ...]:
    if not isinstance(data, list) or len(data) > len(OPTIMIZERS) or not all(isinstance(key, str) for key in data):
        raise SettingError(f"must be a list of keys of optimizers, got {shown(data, 60)}", path)
    try:
        return tuple(OPTIMIZERS[key].key for key in dict.fromkeys(data))
    except SettingError as error:
        raise error.at(path) from None


def _axes(data: object, path: str) -> tuple[Axis, ...]:
    if not isinstance(data, list) or len(data) > MAX_AXES:
        raise SettingError(f"must be a list of at most {MAX_AXES} settings, got {shown(data, 60)}", path)
    found = []
    for place, each in enumerate(data, 1):
        try:
            found.append(Axis.from_dict(each))
        except SettingError as error:
            raise error.at(f"{path}[{place}]") from None
    return tuple(found)


def _results(text: str, path: str, check: Check) -> str:
    """The results if every line is one. Raises SettingError."""
    lines = text.splitlines()
    _check_number(len(lines), path)
    for place, line in enumerate(lines, 1):
        if place % _CHECKED == 0:
            check()
        try:
            of_line(line)
        except SettingError as error:
            raise error.at(f"{path}[{place}]") from None
    return text


def _check_number(count: int, path: str = "results") -> None:
    if count > MAX_RESULTS:
        raise SettingError(f"a document keeps at most {MAX_RESULTS:,} results, got {count:,}", path)
