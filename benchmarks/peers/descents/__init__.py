"""The alternatives for gradient descent on clusters and on an associative memory, with all points or pairs at once.

Each module has `start(work) -> Peer`, or raises Missing with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Centres:
    """k-means: half the mean squared distance of points (n, 2) to the nearest of the centres (k, 2) in theta."""

    points: Array
    clusters: int
    theta: Array
    rate: float


@dataclass(frozen=True)
class Mixture:
    """A mixture of Gaussians with full covariances L L^T: minus the mean log-likelihood of points (n, 2).

    theta: centres (k, 2), logits of the weights (k,), then (log L11, L21, log L22) of each; floor is added to L11 and
    L22.
    """

    points: Array
    clusters: int
    floor: float
    theta: Array
    rate: float


@dataclass(frozen=True)
class Memory:
    """Cross-entropy of softmax(U W x_i) for the keys x_i, rows of (k, k), and the values, rows of U (k, k), weighted by
    the frequencies (k,); W (k, k) is theta.
    """

    keys: Array
    values: Array
    frequencies: Array
    theta: Array
    rate: float


Work = Centres | Mixture | Memory
