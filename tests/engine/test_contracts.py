"""Knobs, catalogues and kernels: what every declaration is made of."""

from __future__ import annotations

import math
import sys

import pytest

from engine.contracts import LIST_LENGTH, Catalogue, Hyper, SettingError, shown
from engine.optimizers import OPTIMIZERS
from engine.problems.surface import SURFACES
from engine.problems.surface.task import COORDINATE, NOISE, SEED
from engine.schedules import SCHEDULES
from engine.training.experiment import LEARNING_RATE, STOP, WARMUP, WARMUP_START
from tests.each import each

DEEP: list[object] = []
for _ in range(100_000):
    DEEP = [DEEP]

CATALOGUES = (OPTIMIZERS, SCHEDULES, SURFACES)
KNOBS = [knob for catalogue in CATALOGUES for entry in catalogue.values() for knob in entry.knobs] + [
    LEARNING_RATE,
    WARMUP,
    WARMUP_START,
    NOISE,
    SEED,
    COORDINATE,
    *STOP,
]

OF_NO_KIND = [
    None, "0.5", b"1", 1j, object(), {}, {"a": 1}, math.nan, [math.nan], [[1]], [None], ["x"], DEEP,
    10**5000, -(10**5000), [10**5000],
]  # fmt: skip


@each("knob", KNOBS)
def test_a_knob_takes_its_range_and_nothing_else(knob: Hyper) -> None:
    if knob.kind == "switch":
        good, bad = [True, False], [0, 1, 0.5, []]
    elif knob.kind == "choice":
        good, bad = list(knob.options), [0, True, 0.5, "", knob.options[0].upper() + "?"]
    elif knob.kind == "list":
        good = [[], [knob.low], [knob.high] * LIST_LENGTH]
        bad = [1.0, True, [knob.low - 1], [knob.high * 2], [knob.low] * (LIST_LENGTH + 1), [0.5], [True]]
    elif knob.kind == "choice":
        good, bad = list(knob.options), ["", knob.options[0].upper(), 0, True]
    else:
        good = [knob.default, knob.low, knob.high]
        bad = [True, False, [], [1.0], math.inf]
        bad += [] if knob.low == -math.inf else [-math.inf, knob.low - 1 - abs(knob.low) * 1e-9]
        bad += [knob.high + 1 + abs(knob.high) * 1e-9, math.nextafter(knob.high, math.inf)]
        if knob.kind == "integer":
            bad.append(knob.low + 0.5)
    for value in good:
        kept = knob.check(value)
        assert knob.check(kept) == kept
        assert len(knob.pack(kept)) == knob.width
    for value in [*bad, *OF_NO_KIND]:
        with pytest.raises(SettingError) as refused:
            knob.check(value)
        assert knob.title in str(refused.value), "the sentence names the setting"
        assert knob.range in str(refused.value), "and the range"
        assert len(str(refused.value)) < 300


def test_a_knob_keeps_its_own_type() -> None:
    assert isinstance(LEARNING_RATE.check(1), float)
    assert isinstance(WARMUP.check(5.0), int)


def test_the_sentence_of_a_refusal() -> None:
    with pytest.raises(SettingError, match=r"^learning rate must lie in \[0, 1e\+12\], got -3$"):
        LEARNING_RATE.check(-3)
    with pytest.raises(SettingError, match=r"^warmup must be a whole number in \[0, 1e\+09\], got 1.5$"):
        WARMUP.check(1.5)


def test_what_cannot_be_shown_is_described() -> None:
    assert shown(10**5000) == "something too large to show (int)"
    assert shown(DEEP) == "something too large to show (list)"
    assert shown("x" * 100, 10) == "'xxxxxxxx…"


@each("knob", KNOBS)
def test_a_slider_lies_within_the_range(knob: Hyper) -> None:
    if knob.slider is not None:
        low, high = knob.slider
        assert low < high
        assert knob.kind == "list" or knob.low <= low <= high <= knob.high
        assert not knob.log or low > 0.0
    elif knob.kind in ("real", "integer"):
        assert math.isfinite(knob.low) and math.isfinite(knob.high)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda c: c.kind)
def test_a_catalogue_refuses_with_a_hint(catalogue: Catalogue) -> None:
    first = next(iter(catalogue))
    with pytest.raises(SettingError, match=f"unknown {catalogue.kind} '{first}x'; did you mean .*{first}"):
        catalogue[first + "x"]
    for key in ("", "\0", "🙂" * 5000, None, 3, ("a",)):
        with pytest.raises(SettingError):
            catalogue[key]  # type: ignore[index]
        assert key not in catalogue


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda c: c.kind)
def test_a_catalogue_refuses_contradictions(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="declared twice"):
        catalogue.add(catalogue[next(iter(catalogue))])


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda c: c.kind)
def test_titles_are_distinct_and_entries_documented(catalogue: Catalogue) -> None:
    titles = [entry.title for entry in catalogue.values()]
    assert len(set(titles)) == len(titles)
    for entry in catalogue.values():
        assert entry.summary and entry.source
        assert all(knob.help for knob in entry.knobs), f"{entry.key} has a knob without help"


def test_errors_collect_their_path() -> None:
    error = SettingError("is missing").at("beta1").at("[3]").at("runs")
    assert str(error) == "runs[3].beta1: is missing"
    assert error.sentence == "is missing"


def test_the_recursion_limit_is_untouched() -> None:
    assert sys.getrecursionlimit() <= 3000


def test_a_name_from_a_file_cannot_spoil_a_terminal() -> None:
    error = SettingError("must be a number", "view.\x1b[31m\n").at("\0")
    assert (error.where, str(error)) == ("?.view.?[31m?", "?.view.?[31m?: must be a number")
