"""A Python loop over floats, with a hand-written gradient."""

from __future__ import annotations

import math
import platform

from benchmarks.peers import BETA1, BETA2, EPS, RATE, START, Peer


def start() -> Peer:
    return Peer(f"Python {platform.python_version()}", run)


def run(count: int) -> tuple[float, float]:
    x, y = START
    mx = my = vx = vy = 0.0
    power1 = power2 = 1.0
    for _ in range(count):
        valley = y - x * x
        gy = 200 * valley
        gx = -2 * x * gy - 2 * (1 - x)
        power1 *= BETA1
        power2 *= BETA2
        mx = BETA1 * mx + (1 - BETA1) * gx
        my = BETA1 * my + (1 - BETA1) * gy
        vx = BETA2 * vx + (1 - BETA2) * gx * gx
        vy = BETA2 * vy + (1 - BETA2) * gy * gy
        x -= RATE * (mx / (1 - power1)) / (math.sqrt(vx / (1 - power2)) + EPS)
        y -= RATE * (my / (1 - power1)) / (math.sqrt(vy / (1 - power2)) + EPS)
    return x, y
