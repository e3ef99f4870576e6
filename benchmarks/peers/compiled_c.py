"""Optimised C: nothing but this optimizer on this surface, nothing recorded."""

from __future__ import annotations

import ctypes

from benchmarks.c_compiler import library
from benchmarks.peers import BETA1, BETA2, EPS, RATE, START, Peer

SOURCE = r"""
#include <math.h>
void descend(double *p, long count, double rate, double b1, double b2, double eps) {
    double x = p[0], y = p[1], mx = 0, my = 0, vx = 0, vy = 0, p1 = 1, p2 = 1;
    for (long t = 0; t < count; t++) {
        double valley = y - x * x, gy = 200 * valley, gx = -2 * x * gy - 2 * (1 - x);
        p1 *= b1; p2 *= b2;
        mx = b1 * mx + (1 - b1) * gx; my = b1 * my + (1 - b1) * gy;
        vx = b2 * vx + (1 - b2) * gx * gx; vy = b2 * vy + (1 - b2) * gy * gy;
        double step = rate / (1 - p1), root = 1 / sqrt(1 - p2);
        x -= step * mx / (sqrt(vx) * root + eps);
        y -= step * my / (sqrt(vy) * root + eps);
    }
    p[0] = x; p[1] = y;
}
"""


def start() -> Peer:
    compiled, name = library(SOURCE)
    descend = compiled.descend
    descend.argtypes = [ctypes.c_void_p, ctypes.c_long, *[ctypes.c_double] * 4]
    descend.restype = None

    def run(count: int) -> tuple[float, float]:
        p = (ctypes.c_double * 2)(*START)
        descend(p, count, RATE, BETA1, BETA2, EPS)
        return p[0], p[1]

    return Peer(name, run)
