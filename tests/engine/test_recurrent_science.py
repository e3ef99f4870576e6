"""What is known of recurrent networks, with its published numbers: gradients through time, memory, clipping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import COLUMNS, Run, Session, Table, new_network, new_run

SEEDS = range(1, 6)


def adding(steps: int, seed: int, samples: int = 8000) -> Table:
    """The adding problem over so many steps: two numbers are marked, one in each half, and their sum is asked for."""
    random = np.random.default_rng(seed)
    numbers, rows = random.random((samples, steps)), np.arange(samples)
    first, second = (random.integers(low, high, samples) for low, high in ((0, steps // 2), (steps // 2, steps)))
    marks = np.zeros((samples, steps))
    marks[rows, first] = marks[rows, second] = 1.0
    inputs = np.stack([numbers, marks], 2).reshape(samples, -1)
    names = tuple(f"{kind} {step}" for step in range(1, steps + 1) for kind in ("number", "mark"))
    sums = numbers[rows, first] + numbers[rows, second]
    return Table("adding", names, "sum", inputs, sums, shape=(steps, 2))


def trained(
    steps: int, seed: int, optimizer: str, rate: float, clip: float, knobs: dict[str, float], **cell: Any
) -> Run:
    """1500 updates of 32 hidden units on batches of 32."""
    run = new_run(optimizer, learning_rate=rate, batch=32, clip_norm=clip, **knobs)
    told = {"scaling": "none", "target_scaling": "none", "architecture": {"kind": "recurrent", "units": 32, **cell}}
    session = Session(new_network(adding(steps, seed), [run], share=0.9, **told, seed=seed, weight_seed=seed))
    session.advance(1500)
    return session.runs[0]


def error(run: Run) -> float:
    return float(run.measures.view().column("validation_loss")[-1])


def largest_gradient(run: Run) -> float:
    history = run.history.view()
    return float(np.nanmax(history.last[COLUMNS.index("gradient_norm"), : history.count]))


@pytest.mark.parametrize("g", [0.9, 1.0, 1.1])
def test_q31_a_linear_cell_multiplies_the_gradient_at_every_step(g: float) -> None:
    architecture = {"kind": "recurrent", "units": 20, "activation": "identity"}
    initializer = {"kind": "orthogonal", "scale": g}
    data = {"kind": "adding", "samples": 60}
    session = Session(new_network(data, ["sgd"], architecture=architecture, initializer=initializer))
    (norms,) = session.runs[0].measures.view().steps
    assert norms == pytest.approx(norms[-1] * g ** np.arange(49.0, -1.0, -1.0), rel=1e-10)


@pytest.mark.slow
def test_n9_a_relu_state_begun_as_the_identity_remembers_sixty_steps() -> None:
    kept = [error(trained(60, seed, "adam", 3e-3, 1.0, {}, activation="relu", start="identity")) for seed in SEEDS]
    lost = [error(trained(60, seed, "adam", 3e-3, 1.0, {}, activation="tanh")) for seed in SEEDS]
    assert max(kept) < 0.03 and min(lost) > 0.14


@pytest.mark.slow
def test_n10_without_clipping_one_explosion_undoes_what_was_learnt() -> None:
    heavy, cell = {"momentum": 0.9}, {"activation": "relu", "start": "identity"}
    free = [trained(20, seed, "momentum", 0.02, 0.0, heavy, **cell) for seed in SEEDS]
    clipped = [trained(20, seed, "momentum", 0.02, 1.0, heavy, **cell) for seed in SEEDS]
    assert all(largest_gradient(run) > 500.0 for run in free) and min(map(error, free)) > 0.15
    assert max(map(error, clipped)) < 0.12
