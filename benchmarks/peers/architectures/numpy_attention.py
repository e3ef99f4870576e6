"""A transformer in NumPy: BLAS for the products, einsum-free batched products for attention, by hand back again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.peers.architectures import Array
from engine.architectures.attention.network import AttentionNetwork

EPSILON = 1e-5


def attention_slope(network: AttentionNetwork, theta: Array, gradient: Array) -> Callable[[Array, Array], None]:
    """take(inputs, targets) writes the gradient; one block, causal, with norms, ReLU and outputs at every step."""
    cut = {block.name: theta[block.start : block.stop].reshape(block.shape) for block in network.blocks}
    into = {block.name: gradient[block.start : block.stop].reshape(block.shape) for block in network.blocks}
    width, heads, length = network.width, network.heads, network.length
    scale, unseen = 1.0 / np.sqrt(width // heads), ~np.tri(length, dtype=bool)

    def dense(name: str, x: Array) -> Array:
        return np.asarray(x @ cut[f"{name} weights"].T + cut[f"{name} biases"])

    def dense_back(name: str, x: Array, delta: Array) -> Array:
        flat = delta.reshape(-1, delta.shape[-1])
        np.dot(flat.T, x.reshape(-1, x.shape[-1]), out=into[f"{name} weights"])
        flat.sum(axis=0, out=into[f"{name} biases"])
        return np.asarray(delta @ cut[f"{name} weights"])

    def normed(name: str, x: Array) -> tuple[Array, Array, Array]:
        away = x - x.mean(axis=-1, keepdims=True)
        inverse = 1.0 / np.sqrt((away * away).mean(axis=-1, keepdims=True) + EPSILON)
        away *= inverse
        return away * cut[f"{name} gains"] + cut[f"{name} shifts"], away, inverse

    def normed_back(name: str, away: Array, inverse: Array, delta: Array) -> Array:
        into[f"{name} gains"][:] = (delta * away).reshape(-1, width).sum(axis=0)
        into[f"{name} shifts"][:] = delta.reshape(-1, width).sum(axis=0)
        delta = delta * cut[f"{name} gains"]
        mean = delta.mean(axis=-1, keepdims=True)
        return np.asarray(inverse * (delta - mean - away * (delta * away).mean(axis=-1, keepdims=True)))

    def split(z: Array) -> Array:
        return np.ascontiguousarray(z.reshape(-1, length, heads, width // heads).transpose(0, 2, 1, 3))

    def joined(z: Array) -> Array:
        return np.ascontiguousarray(z.transpose(0, 2, 1, 3)).reshape(-1, length, width)

    def take(tokens: Array, y: Array) -> None:
        tokens = tokens.astype(np.int64)
        steps = cut["embedding"][tokens] + cut["positions"]
        read, away_1, inverse_1 = normed("attention 1", steps)
        q, k, v = (split(dense(f"attention 1 {name}", read)) for name in ("query", "key", "value"))
        scores = q @ k.swapaxes(2, 3) * scale
        scores[:, :, unseen] = -np.inf
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        gathered = joined(shares @ v)
        middle = steps + dense("attention 1 output", gathered)
        enters, away_2, inverse_2 = normed("MLP 1", middle)
        hidden = np.maximum(dense("MLP 1", enters), 0.0)
        leaves = middle + dense("MLP 1 output", hidden)
        ready, away_3, inverse_3 = normed("output", leaves)
        answers = dense("output", ready)
        delta = np.exp(answers - answers.max(axis=-1, keepdims=True))
        delta /= delta.sum(axis=-1, keepdims=True)
        np.put_along_axis(delta, y[..., None], np.take_along_axis(delta, y[..., None], -1) - 1.0, -1)
        delta /= y.size
        back = normed_back("output", away_3, inverse_3, dense_back("output", ready, delta))
        units = dense_back("MLP 1 output", hidden, back) * (hidden > 0.0)
        back = back + normed_back("MLP 1", away_2, inverse_2, dense_back("MLP 1", enters, units))
        slope = split(dense_back("attention 1 output", gathered, back))
        by_share = slope @ v.swapaxes(2, 3)
        by_score = shares * (by_share - (shares * by_share).sum(axis=-1, keepdims=True)) * scale
        parts = (by_score @ k, by_score.swapaxes(2, 3) @ q, shares.swapaxes(2, 3) @ slope)
        entering = np.zeros_like(read)
        for name, part in zip(("query", "key", "value"), parts, strict=True):
            entering += dense_back(f"attention 1 {name}", read, joined(part))
        back = back + normed_back("attention 1", away_1, inverse_1, entering)
        into["embedding"][:] = 0.0
        np.add.at(into["embedding"], tokens, back)
        back.sum(axis=0, out=into["positions"])

    return take
