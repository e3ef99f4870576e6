"""The shape of a clustering: where each number is in theta, and the models written out in NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.blocks import Block

Array = np.ndarray

NEAREST, SPHERICAL, DIAGONAL, FULL = range(4)  # how many numbers tell the spread of a cluster
LOG_TURN = math.log(2.0 * math.pi)
_NAMES = {SPHERICAL: ("log σ",), DIAGONAL: ("log σ of x", "log σ of y"), FULL: ("log L₁₁", "L₂₁", "log L₂₂")}


@dataclass(frozen=True, slots=True)
class Shape:
    """k clusters. spread: NEAREST for k-means, else of a mixture of Gaussians. floor: what is added to every
    exp(log σ), so that no spread falls below it.

    theta: centres (k, 2); of a mixture then logits of the weights (k,) and spreads (k, spread). A full covariance is
    L L^T with L lower triangular.
    """

    k: int
    spread: int
    floor: float = 0.0

    @property
    def is_mixture(self) -> bool:
        return self.spread != NEAREST

    @property
    def parameters(self) -> int:
        return self.k * (2 + (1 + self.spread if self.is_mixture else 0))

    @property
    def blocks(self) -> tuple[Block, ...]:
        k = self.k
        centres = Block("centres", 0, (k, 2), "point", decays=True)
        if not self.is_mixture:
            return (centres,)
        logits = Block("weights", 2 * k, (k,), "bias", decays=False)
        return centres, logits, Block("spreads", 3 * k, (k, self.spread), "gain", decays=False)

    def name(self, place: int) -> str:
        """Such as `centre 3, x`, `weight 2, logit` and `spread 1, log σ`."""
        k = self.k
        if place < 2 * k:
            return f"centre {place // 2 + 1}, {'xy'[place % 2]}"
        if place < 3 * k:
            return f"weight {place - 2 * k + 1}, logit"
        cluster, part = divmod(place - 3 * k, self.spread)
        return f"spread {cluster + 1}, {_NAMES[self.spread][part]}"

    def centres(self, theta: Array) -> Array:
        """(k, 2)."""
        return theta[: 2 * self.k].reshape(self.k, 2)

    def weights(self, theta: Array) -> Array:
        """(k,), of the sum 1; of k-means all the same."""
        if not self.is_mixture:
            return np.full(self.k, 1.0 / self.k)
        logits = theta[2 * self.k : 3 * self.k]
        with np.errstate(all="ignore"):  # of a run that diverges
            raised = np.exp(logits - logits.max())
            found: Array = raised / raised.sum()
        return found

    def factors(self, theta: Array) -> Array:
        """(k, 2, 2): L of each covariance; of k-means the unit matrix."""
        found = np.zeros((self.k, 2, 2))
        if not self.is_mixture:
            found[:, 0, 0] = found[:, 1, 1] = 1.0
            return found
        told = theta[3 * self.k :].reshape(self.k, self.spread)
        with np.errstate(all="ignore"):
            found[:, 0, 0] = self.floor + np.exp(told[:, 0])
            found[:, 1, 1] = self.floor + np.exp(told[:, -1])
        if self.spread == FULL:
            found[:, 1, 0] = told[:, 1]
        return found

    def packed(self, centres: Array, weights: Array, factors: Array) -> Array:
        """The theta (n,) of these centres (k, 2), weights (k,) and factors (k, 2, 2)."""
        if not self.is_mixture:
            return np.ascontiguousarray(centres, np.float64).ravel().copy()
        tiny = np.finfo(float).tiny
        logs = np.log(np.maximum(factors[:, [0, 1], [0, 1]] - self.floor, tiny))
        if self.spread == FULL:
            spreads = np.column_stack([logs[:, 0], factors[:, 1, 0], logs[:, 1]])
        else:
            spreads = logs[:, : self.spread]
        return np.concatenate([np.ravel(centres), np.log(np.maximum(weights, tiny)), spreads.ravel()])

    def log_densities(self, theta: Array, points: Array) -> Array:
        """(n, k): of a mixture the logarithm of weight times density, of k-means minus half the squared distance."""
        away = points[:, None, :] - self.centres(theta)
        factors = self.factors(theta)
        with np.errstate(all="ignore"):
            one = away[..., 0] / factors[:, 0, 0]
            two = (away[..., 1] - factors[:, 1, 0] * one) / factors[:, 1, 1]
            found: Array = -0.5 * (one * one + two * two)
            if self.is_mixture:
                found += np.log(self.weights(theta)) - np.log(factors[:, 0, 0] * factors[:, 1, 1]) - LOG_TURN
        return found

    def losses(self, log_densities: Array) -> Array:
        """The loss of each point, (n,)."""
        highest: Array = log_densities.max(axis=1)
        if not self.is_mixture:
            nearest: Array = -highest
            return nearest
        with np.errstate(all="ignore"):
            found: Array = -highest - np.log(np.exp(log_densities - highest[:, None]).sum(axis=1))
        return found

    def deviations(self, theta: Array) -> Array:
        """(k, 2): the standard deviations of each component along its axes, the smaller first."""
        found: Array = np.linalg.svd(self.factors(theta), compute_uv=False)[:, ::-1]
        return found
