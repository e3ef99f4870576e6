"""A Python loop over NumPy arrays, with a hand-written gradient."""

from __future__ import annotations

import numpy as np

from benchmarks.peers import BETA1, BETA2, EPS, RATE, START, Peer


def start() -> Peer:
    return Peer(f"NumPy {np.__version__}", run)


def run(count: int) -> tuple[float, float]:
    p, m, v = np.array(START), np.zeros(2), np.zeros(2)
    for t in range(1, count + 1):
        x, y = p
        g = np.array([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)])
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        p = p - RATE * (m / (1 - BETA1**t)) / (np.sqrt(v / (1 - BETA2**t)) + EPS)
    return float(p[0]), float(p[1])
