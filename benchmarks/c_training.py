"""What C peers of networks share: Adam, and a run that goes on from update to update."""

from __future__ import annotations

import ctypes

import numpy as np

from benchmarks.c_compiler import library
from benchmarks.peers.networks import BETA1, BETA2, EPS, Peer

# A source defines PARAMETERS and slope(theta, gradient, inputs, targets), which writes the gradient of one batch.
LOOP = r"""
void train(double *theta, double *first, double *second, const double *inputs, const TARGET *targets,
           long batches, long update, long count, double rate) {
    static double gradient[PARAMETERS];
    for (long t = update; t < update + count; t++) {
        long place = t % batches * BATCH;
        slope(theta, gradient, inputs + place * FEATURES, targets + place * TARGETS);
        STEP
    }
}
"""
ADAM = rf"""
        double share = rate / (1 - pow({BETA1}, t + 1)), root = 1 / sqrt(1 - pow({BETA2}, t + 1));
        for (long i = 0; i < PARAMETERS; i++) {{
            double g = gradient[i];
            first[i] = {BETA1} * first[i] + (1 - {BETA1}) * g;
            second[i] = {BETA2} * second[i] + (1 - {BETA2}) * g * g;
            theta[i] -= share * first[i] / (sqrt(second[i]) * root + {EPS});
        }}
"""


def peer(
    source: str, step: str, start: np.ndarray, inputs: np.ndarray, targets: np.ndarray, rate: float, **sizes: int
) -> Peer:
    """A peer that trains from a start (parameters,) on inputs (n, ...) and targets, float64 or int64, (n, ...).

    sizes: macros of the source, BATCH among them. Raises Missing.
    """
    kind = "long" if targets.dtype == np.int64 else "double"
    features, each = inputs[0].size, targets[0].size
    head = f"#include <math.h>\n#include <string.h>\ntypedef {kind} TARGET;\n"
    whole = head + source + LOOP.replace("STEP\n", step.strip() + "\n")
    compiled, name = library(whole, **sizes, PARAMETERS=start.size, FEATURES=features, TARGETS=each)
    train = compiled.train
    train.argtypes = [*[ctypes.c_void_p] * 5, *[ctypes.c_long] * 3, ctypes.c_double]
    train.restype = None
    theta, first, second = start.copy(), np.zeros_like(start), np.zeros_like(start)
    inputs, targets = np.ascontiguousarray(inputs), np.ascontiguousarray(targets)
    batches = len(inputs) // sizes["BATCH"]
    held = {"update": 0}

    def run(count: int) -> None:
        pointers = [part.ctypes.data for part in (theta, first, second, inputs, targets)]
        train(*pointers, batches, held["update"], count, rate)
        held["update"] += count

    return Peer(name, run, lambda: theta)
