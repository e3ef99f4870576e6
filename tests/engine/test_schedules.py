from __future__ import annotations

import ctypes
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.contracts import SCHEDULE, SettingError, kernel
from engine.schedules import SCHEDULES, Schedule, preview, scheduled_rate
from tests.each import each

REFERENCE = np.load(Path(__file__).parent / "reference" / "schedules.npz")
BASE = float(REFERENCE["base"])
CASES = json.loads(str(REFERENCE["cases"]))
PLATEAUS = json.loads(str(REFERENCE["plateau_cases"]))
PUBLISHED = {"inverse_time", "inverse_sqrt"}  # the libraries lack them: tests below take the published formula

_Address = ctypes.POINTER(ctypes.c_double)
_Kernel = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_int64, _Address, ctypes.c_double, _Address)


def packed(entry: Schedule, values: Mapping[str, Any]) -> np.ndarray:
    assert set(values) <= {knob.name for knob in entry.knobs}
    chosen = [(knob, knob.check(values.get(knob.name, knob.default))) for knob in entry.knobs]
    return np.array([number for knob, value in chosen for number in knob.pack(value)], float)


def rate(
    entry: Schedule,
    t: int,
    base: float = BASE,
    loss: float = math.nan,
    memory: np.ndarray | None = None,
    **values: Any,
) -> float:
    knobs = packed(entry, values)
    memory = np.zeros(max(1, entry.memory)) if memory is None else memory
    call = _Kernel(entry.kernel.address)
    return float(call(base, t, knobs.ctypes.data_as(_Address), loss, memory.ctypes.data_as(_Address)))


def after_losses(losses: np.ndarray, **values: Any) -> np.ndarray:
    entry = SCHEDULES["plateau"]
    memory = np.zeros(entry.memory)
    seen = [math.nan, *losses]
    return np.array([rate(entry, t, loss=float(loss), memory=memory, **values) for t, loss in enumerate(seen)])


def test_every_schedule_has_a_reference() -> None:
    assert {key for key, *_ in CASES} | {"plateau"} | PUBLISHED == set(SCHEDULES)


@each("number", range(len(CASES)))
def test_equals_torch_and_optax(number: int) -> None:
    key, values, warmup, warmup_start = CASES[number]
    expected = REFERENCE[f"rates{number}"]
    entry = SCHEDULES[key]
    n = expected.size
    t, found = preview(entry, packed(entry, values), BASE, warmup, warmup_start, n, n)
    assert np.array_equal(t, np.arange(n))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * BASE)


@pytest.mark.parametrize("number", range(len(PLATEAUS)))
def test_plateau_equals_torch(number: int) -> None:
    for losses, expected in zip(REFERENCE["losses"], REFERENCE["plateau_rates"][number], strict=True):
        found = after_losses(losses, **PLATEAUS[number])
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * BASE)


@pytest.mark.parametrize("entry", SCHEDULES.values(), ids=list(SCHEDULES))
class TestEvery:
    def test_explains_itself(self, entry: Schedule) -> None:
        assert entry.formula and entry.summary.endswith(".") and "http" in entry.source
        for knob in entry.knobs:
            assert knob.help and knob.symbol
            if knob.slider:
                assert knob.low <= knob.slider[0] < knob.slider[1] <= knob.high

    def test_multiplies_the_base(self, entry: Schedule) -> None:
        for t in (0, 1, 137, 1000, 5000):
            assert rate(entry, t, base=2 * BASE) == 2 * rate(entry, t)

    def test_stays_below_the_learning_rate_by_default(self, entry: Schedule) -> None:
        found = [rate(entry, t) for t in range(0, 3000, 7)]
        assert min(found) >= 0 and max(found) <= BASE

    def test_is_a_number_at_every_end_of_every_knob(self, entry: Schedule) -> None:
        for knob in entry.knobs:
            ends = [(), (1e9,) * 8] if knob.kind == "list" else [knob.low, knob.high]
            if knob.kind == "switch":
                ends = [False, True]
            for end in ends:
                for t in (0, 1, 2, 999, 10**8, 2**40):
                    found = rate(entry, t, **{knob.name: end})
                    assert found >= 0, (knob.name, end, t, found)

    def test_preview_is_what_the_run_will_do(self, entry: Schedule) -> None:
        t, found = preview(entry, packed(entry, {}), BASE, 40, 0.1, 2000, 300)
        assert t[0] == 0 and t[-1] == 1999 and t.size == 300
        expected = [BASE * (0.1 + 0.9 * i / 40) if i < 40 else rate(entry, int(i) - 40) for i in t]
        np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_cosine_stays_at_its_end_unless_told() -> None:
    cosine = SCHEDULES["cosine"]
    for t in (100, 150, 10**9):
        assert rate(cosine, t, length=100, final_fraction=0.25) == 0.25 * BASE
    assert rate(cosine, 200, length=100, rise_again=True) == BASE
    assert rate(cosine, 2 * 10**14 + 37, length=100, rise_again=True) == rate(cosine, 37, length=100)


def test_restarts_come_exactly_when_they_should() -> None:
    """Where a logarithm of t would be a rounding error early or late."""
    restarts = SCHEDULES["warm_restarts"]
    for first, growth in ((1, 2), (7, 3), (250, 10), (3, 1)):
        start = 0
        for number in range(12):
            length = first * growth**number
            assert rate(restarts, start, first_length=first, growth=growth) == BASE
            end = rate(restarts, start + length - 1, first_length=first, growth=growth)
            assert end == pytest.approx(BASE * (1 + math.cos(math.pi * (length - 1) / length)) / 2, abs=1e-16)
            start += length


def test_cyclic_has_its_top_at_the_learning_rate_however_late() -> None:
    cyclic = SCHEDULES["cyclic"]
    late = 55 * 10**12
    assert rate(cyclic, late, rise=20, fall=35, floor_fraction=0.5) == 0.5 * BASE
    assert rate(cyclic, late + 20, rise=20, fall=35) == BASE
    assert rate(cyclic, 20 + 3 * 55, rise=20, fall=35, floor_fraction=0.0, cycle_factor=0.5) == BASE / 8


def test_one_cycle_ends_low_and_survives_a_phase_without_length() -> None:
    cycle = SCHEDULES["one_cycle"]
    for t in (9, 10, 11, 10**9):
        assert rate(cycle, t, length=10) == pytest.approx(BASE / 25e4, rel=1e-15)
    for three_phases in (False, True):
        for t in range(10):
            found = rate(cycle, t, length=10, peak_at=0.1, three_phases=three_phases)
            assert BASE / 25e4 * (1 - 1e-15) <= found <= BASE


def test_inverse_sqrt_after_its_warmup_is_the_transformers() -> None:
    n = np.arange(1, 1000)
    published = np.minimum(n**-0.5, n * 64**-1.5) / 64**-0.5
    entry = SCHEDULES["inverse_sqrt"]
    _, found = preview(entry, packed(entry, {"scale": 64}), 1.0, 64, 0.0, 1000, 1000)
    np.testing.assert_allclose(found[1:], published, rtol=1e-14)


def test_inverse_time_is_keras() -> None:
    for t in (0, 1, 50, 10**8):
        published = BASE / (1 + 0.5 * t / 100)
        assert rate(SCHEDULES["inverse_time"], t, half_life=200) == pytest.approx(published, rel=1e-15)


def test_plateau_waits_one_bad_update_longer_than_its_patience() -> None:
    found = after_losses(np.ones(8), patience=3, factor=0.5)
    assert list(found / BASE) == [1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]


def test_plateau_counts_not_a_number_as_bad() -> None:
    found = after_losses(np.full(3, np.nan), patience=1, factor=0.5)
    assert list(found / BASE) == [1, 1, 0.5, 0.5]


def test_plateau_takes_a_slightly_worse_negative_loss_for_better() -> None:
    worse = -1.0 + 1e-3 * np.arange(50)
    assert after_losses(worse, patience=0, threshold=0.01)[-1] == BASE
    assert after_losses(worse, patience=0, threshold=0.01, absolute=True)[-1] < BASE


def test_plateau_follows_a_turned_learning_rate() -> None:
    entry = SCHEDULES["plateau"]
    memory = np.zeros(entry.memory)
    for t in range(3):
        rate(entry, t, loss=1.0, memory=memory, patience=0, factor=0.5)
    assert rate(entry, 3, base=1.0, loss=0.0, memory=memory, patience=0, factor=0.5) == 0.5


def test_a_list_holds_eight_milestones_and_no_more() -> None:
    multi_step = SCHEDULES["multi_step"]
    eight = tuple(range(10, 90, 10))
    assert rate(multi_step, 1000, milestones=eight) == BASE * 0.5**8
    with pytest.raises(SettingError, match="milestones must be up to 8 numbers"):
        rate(multi_step, 0, milestones=(*eight, 90))


def test_the_rate_of_a_steady_schedule_never_changes() -> None:
    """For the loop does not call it."""
    steady = [entry for entry in SCHEDULES.values() if entry.steady]
    assert [entry.address for entry in steady] == [0] and steady == [SCHEDULES["constant"]]
    for entry in steady:
        assert not entry.knobs and not entry.memory
        assert [rate(entry, t, base) for t in (0, 1, 10**9) for base in (0.1, 3.0)] == [0.1, 3.0] * 3
        _, rates = preview(entry, np.zeros(1), 0.1, 4, 0.5, 6, 6)
        np.testing.assert_allclose(rates, 0.1 * np.array([0.5, 0.625, 0.75, 0.875, 1.0, 1.0]), rtol=1e-15)


@kernel(SCHEDULE)
def _warmed(base: float, t: int, knobs: Any, loss: float, memory: Any) -> float:
    return scheduled_rate(int(knobs[0]), base, t, int(knobs[1]), knobs[2], knobs, loss, memory)


def test_warmup_of_a_watching_schedule_shows_it_no_loss() -> None:
    """The memory is first touched at the end of the warm-up."""
    entry = SCHEDULES["plateau"]
    knobs = np.array([0.0, 5.0, 0.2])
    memory = np.zeros(entry.memory)
    call = _Kernel(_warmed.address)
    found = [call(1.0, t, knobs.ctypes.data_as(_Address), 9.0, memory.ctypes.data_as(_Address)) for t in range(5)]
    np.testing.assert_allclose(found, 0.2 + 0.8 * np.arange(5) / 5, rtol=1e-15)
    assert not memory.any()
