"""The rule with live numbers is the step that the compiled loop takes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import OPTIMIZERS, Formula, Session, explain, formula, new_experiment, new_network, new_run, symbol
from tests.each import each

AT = (0, 1, 2, 5, 6, 50)


def peeks(optimizer: str, surface="himmelblau", **knobs):
    run = new_run(optimizer, learning_rate=0.01, batch="single", **knobs)
    session = Session(new_experiment(surface, [run], noise=0.1, updates=0))
    session.advance(60)
    for update in AT:
        yield session.runs[0].peek(update)


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_last_line_is_the_step(optimizer: str, decay: float) -> None:
    knobs = {"weight_decay": decay, "decoupled": False}
    for peek in peeks(optimizer, **knobs):
        for coordinate in (0, 1):
            lines = explain(peek, coordinate)
            assert lines[-1].name == "Δθ"
            assert lines[-1].value == pytest.approx(peek.step[coordinate], rel=1e-9, abs=1e-13)


@each("optimizer", OPTIMIZERS)
def test_the_new_values_of_the_slots_are_those_of_the_next_update(optimizer: str) -> None:
    run = new_run(optimizer, learning_rate=0.01, batch="single")
    session = Session(new_experiment("himmelblau", [run], noise=0.1, updates=0))
    session.advance(10)
    for update in range(9):
        now, later = session.runs[0].peek(update), session.runs[0].peek(update + 1)
        for coordinate in (0, 1):
            values = {line.name: line.value for line in explain(now, coordinate)}
            for name, slot in later.slots.items():
                if symbol(name) in values:
                    assert values[symbol(name)] == pytest.approx(slot[coordinate], rel=1e-9, abs=1e-13), name


@pytest.mark.parametrize("clip", ["clip_norm", "clip_value"])
def test_the_gradient_shown_is_the_clipped_one(clip: str) -> None:
    for peek in peeks("sgd", **{clip: 0.5}):
        norm = np.hypot(*peek.gradient) if clip == "clip_norm" else np.abs(peek.gradient).max()
        assert norm <= 0.5 < peek.gradient_norm
        assert explain(peek, 0)[-1].value == pytest.approx(peek.step[0], rel=1e-12)


def test_the_rate_of_a_layer_has_a_line_of_its_own() -> None:
    run = new_run("adam", learning_rate=0.01, batch=10, rates={"hidden 1": 0.5, "output": 0.0})
    session = Session(new_network("moons", [run], (3, 2)))
    session.advance(5)
    peek = session.runs[0].peek()
    for coordinate, rate in ((0, 0.5), (8, 0.5), (9, 1.0), (-1, 0.0)):
        lines = explain(peek, coordinate % peek.theta.size)
        assert lines[-1].value == pytest.approx(peek.step[coordinate], rel=1e-9, abs=1e-13)
        assert [line.name for line in lines].count("Δθ") == (1 if rate == 1.0 else 2)
        assert rate == 1.0 or lines[-1].numbers.startswith(f"{rate:g} · ")


def test_decoupled_decay_stands_beside_the_rule() -> None:
    for peek in peeks("adamw", weight_decay=0.1):
        shrunk = peek.theta * -0.01 * 0.1
        assert explain(peek, 1)[-1].value == pytest.approx(peek.step[1] - shrunk[1], rel=1e-6)


@each("optimizer", OPTIMIZERS)
def test_the_text_is_complete_and_short(optimizer: str) -> None:
    entry = OPTIMIZERS[optimizer]
    peek = next(iter(peeks(optimizer)))
    lines = explain(peek, 0)
    assert formula(optimizer)[-1].startswith("Δθ = ")
    further = 2 + len(entry.matrix.lines(peek.settings.optimizer.values)) if entry.matrix is not None else 0
    assert len(formula(optimizer)) == len(entry.rule) + len(set(entry.given) & set(entry.buffers)) + further
    for line in lines:
        assert line.formula.startswith(f"{line.name} = ")
        assert line.numbers
        assert math.isfinite(line.value)
        for knob in entry.knobs[: entry.own]:
            assert knob.name not in line.numbers or knob.name == knob.symbol
    assert all(len(line.numbers) < 200 for line in lines)


@each("optimizer", OPTIMIZERS)
def test_the_rule_survives_zero_and_huge_gradients(optimizer: str) -> None:
    for text, start in (("0*x + 0*y", (1.0, 1.0)), ("x^2 + y^2", (0.0, 0.0)), ("x^40 + y^40", (300.0, -20.0))):
        session = Session(new_experiment(Formula(text), [new_run(optimizer, weight_decay=0.0)], start=start))
        session.advance(3)
        peek = session.runs[0].peek()
        lines = explain(peek, 0)
        if np.isfinite(peek.step).all():
            assert lines[-1].value == pytest.approx(peek.step[0], rel=1e-6, abs=1e-12)
