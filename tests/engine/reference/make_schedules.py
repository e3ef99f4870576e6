"""Writes schedules.npz: learning rates by PyTorch and Optax, with the knobs that should give the same here.

python make_schedules.py        (needs torch and optax, which the project does not)
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax
import torch
from torch.optim import lr_scheduler

jax.config.update("jax_enable_x64", True)
warnings.filterwarnings("ignore")

BASE = 0.1
UPDATES = 200


def rates(name: str, **arguments: Any) -> list[float]:
    """What a torch scheduler does to SGD with learning rate BASE."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = getattr(lr_scheduler, name)(optimizer, **arguments)
    found = []
    for _ in range(arguments.get("total_steps", UPDATES)):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return found


def of(schedule: Callable[[int], Any]) -> list[float]:
    """What an Optax schedule gives."""
    return [float(schedule(t)) for t in range(UPDATES)]


def one_cycle(**arguments: Any) -> list[float]:
    return rates("OneCycleLR", max_lr=BASE, cycle_momentum=False, **arguments)


def cyclic(**arguments: Any) -> list[float]:
    return rates("CyclicLR", base_lr=BASE / 20, max_lr=BASE, cycle_momentum=False, **arguments)


# key, knobs, warm-up, its start, rates
CASES: list[tuple[str, dict[str, Any], int, float, list[float]]] = [
    ("step", {"interval": 7, "gamma": 0.5}, 0, 0.0, rates("StepLR", step_size=7, gamma=0.5)),
    (
        "step",
        {"interval": 30, "gamma": 0.5},
        0,
        0.0,
        of(optax.exponential_decay(BASE, 30, 0.5, staircase=True)),
    ),
    (
        "multi_step",
        {"milestones": [10, 50, 50, 120], "gamma": 0.3},
        0,
        0.0,
        rates("MultiStepLR", milestones=[10, 50, 50, 120], gamma=0.3),
    ),
    (
        "multi_step",
        {"milestones": [80, 20], "gamma": 0.1},
        0,
        0.0,
        rates("MultiStepLR", milestones=[80, 20], gamma=0.1),
    ),
    ("exponential", {"gamma": 0.97}, 0, 0.0, rates("ExponentialLR", gamma=0.97)),
    ("exponential", {"gamma": 0.97}, 0, 0.0, of(optax.exponential_decay(BASE, 1, 0.97))),
    (
        "linear",
        {"length": 5, "start_factor": 1 / 3, "end_factor": 1.0},
        0,
        0.0,
        rates("LinearLR"),
    ),
    (
        "linear",
        {"length": 150, "start_factor": 1.0, "end_factor": 0.1},
        0,
        0.0,
        rates("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=150),
    ),
    ("constant", {}, 50, 0.01, rates("LinearLR", start_factor=0.01, end_factor=1.0, total_iters=50)),
    ("polynomial", {"length": 5, "power": 1.0}, 0, 0.0, rates("PolynomialLR")),
    ("polynomial", {"length": 100, "power": 0.5}, 0, 0.0, rates("PolynomialLR", total_iters=100, power=0.5)),
    (
        "polynomial",
        {"length": 120, "power": 2.0, "final_fraction": 0.1},
        10,
        1.0,
        of(optax.polynomial_schedule(BASE, 0.1 * BASE, 2.0, 120, 10)),
    ),
    ("cosine", {"length": 100}, 0, 0.0, of(optax.cosine_decay_schedule(BASE, 100))),
    (
        "cosine",
        {"length": 130, "final_fraction": 0.01},
        20,
        0.0,
        of(optax.warmup_cosine_decay_schedule(0.0, BASE, 20, 150, 0.01 * BASE)),
    ),
    (
        "cosine",
        {"length": 50, "final_fraction": 0.1, "rise_again": True},
        0,
        0.0,
        rates("CosineAnnealingLR", T_max=50, eta_min=0.1 * BASE),
    ),
    ("cosine", {"length": 199, "rise_again": True}, 0, 0.0, rates("CosineAnnealingLR", T_max=199)),
    *(
        (
            "warm_restarts",
            {"first_length": first, "growth": growth, "final_fraction": 0.01},
            0,
            0.0,
            rates("CosineAnnealingWarmRestarts", T_0=first, T_mult=growth, eta_min=0.01 * BASE),
        )
        for first, growth in ((10, 1), (10, 2), (7, 3))
    ),
    (
        "cyclic",
        {"floor_fraction": 0.05, "rise": 20, "fall": 35},
        0,
        0.0,
        cyclic(step_size_up=20, step_size_down=35),
    ),
    (
        "cyclic",
        {"floor_fraction": 0.05, "rise": 15, "fall": 15, "cycle_factor": 0.5},
        0,
        0.0,
        cyclic(step_size_up=15, mode="triangular2"),
    ),
    (
        "cyclic",
        {"floor_fraction": 0.05, "rise": 25, "fall": 25, "gamma": 0.99},
        0,
        0.0,
        cyclic(step_size_up=25, mode="exp_range", gamma=0.99),
    ),
    ("one_cycle", {"length": 200}, 0, 0.0, one_cycle(total_steps=200)),
    (
        "one_cycle",
        {"length": 97, "straight": True},
        0,
        0.0,
        one_cycle(total_steps=97, anneal_strategy="linear"),
    ),
    (
        "one_cycle",
        {"length": 97, "peak_at": 0.1, "start_divisor": 10.0, "final_divisor": 100.0},
        0,
        0.0,
        one_cycle(total_steps=97, pct_start=0.1, div_factor=10.0, final_div_factor=100.0),
    ),
    (
        "one_cycle",
        {"length": 200, "three_phases": True},
        0,
        0.0,
        one_cycle(total_steps=200, three_phase=True),
    ),
    (
        "one_cycle",
        {"length": 97, "peak_at": 0.25, "three_phases": True, "straight": True},
        0,
        0.0,
        one_cycle(total_steps=97, pct_start=0.25, three_phase=True, anneal_strategy="linear"),
    ),
]

# ours, torch's
PLATEAUS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"factor": 0.1, "patience": 10}, {}),
    ({"factor": 0.5, "patience": 0}, {"factor": 0.5, "patience": 0}),
    ({"factor": 0.1, "patience": 2, "cooldown": 4}, {"patience": 2, "cooldown": 4}),
    ({"factor": 0.1, "patience": 2, "threshold": 0.1}, {"patience": 2, "threshold": 0.1}),
    (
        {"factor": 0.1, "patience": 2, "threshold": 0.05, "absolute": True},
        {"patience": 2, "threshold": 0.05, "threshold_mode": "abs"},
    ),
    ({"factor": 0.1, "patience": 1, "least_fraction": 0.2}, {"patience": 1, "min_lr": 0.2 * BASE}),
    ({"factor": 0.9, "patience": 1, "eps": 0.01}, {"patience": 1, "factor": 0.9, "eps": 0.01 * BASE}),
]


def losses() -> np.ndarray:
    """Three noisy descents: a plain one, one below zero, one with NaN and inf."""
    noise = np.random.default_rng(0).standard_normal((3, 120))
    found = np.exp(-np.arange(120) / 30) + 0.05 * noise
    found[1] -= 2.0
    found[2, 20:40] = np.nan
    found[2, 60] = np.inf
    return found


def after_losses(values: np.ndarray, **arguments: Any) -> list[float]:
    """The rates before the first and after every loss."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **{"eps": 1e-8 * BASE, **arguments})
    found = [BASE]
    for value in values:
        scheduler.step(value)
        found.append(float(optimizer.param_groups[0]["lr"]))
    return found


def main() -> None:
    measured = losses()
    plateaus = [[after_losses(row, **torchs) for row in measured] for _, torchs in PLATEAUS]
    closed = {f"rates{i}": np.array(case[-1]) for i, case in enumerate(CASES)}
    np.savez_compressed(
        Path(__file__).with_name("schedules.npz"),
        base=BASE,
        versions=f"torch {torch.__version__}, optax {optax.__version__}",
        cases=json.dumps([case[:-1] for case in CASES]),
        losses=measured,
        plateau_cases=json.dumps([ours for ours, _ in PLATEAUS]),
        plateau_rates=np.array(plateaus),
        **closed,
    )


if __name__ == "__main__":
    main()
