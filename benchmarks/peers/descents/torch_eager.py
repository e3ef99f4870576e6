"""PyTorch: gradients by autograd, float64 on one thread."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.descents import Centres, Mixture, Work
from benchmarks.peers.networks import Peer


def start(work: Work) -> Peer:
    try:
        import torch
    except ImportError:
        raise Missing("PyTorch is not installed") from None
    torch.set_num_threads(1)
    theta = torch.from_numpy(work.theta.copy()).requires_grad_()
    optimizer = torch.optim.SGD([theta], lr=work.rate)
    held = {
        name: torch.from_numpy(np.ascontiguousarray(value))
        for name, value in vars(work).items()
        if isinstance(value, np.ndarray)
    }

    def loss():  # type: ignore[no-untyped-def]
        if isinstance(work, Centres):
            away = theta.reshape(-1, 1, 2) - held["points"]
            return 0.5 * (away * away).sum(2).min(0).values.mean()
        if isinstance(work, Mixture):
            k = work.clusters
            x, y = held["points"].T
            spreads = theta[3 * k :].reshape(k, 3)
            first, second = (work.floor + torch.exp(spreads[:, place]) for place in (0, 2))
            z1 = (x - theta[: 2 * k : 2, None]) / first[:, None]
            z2 = (y - theta[1 : 2 * k : 2, None] - spreads[:, 1, None] * z1) / second[:, None]
            weights = torch.log_softmax(theta[2 * k : 3 * k], 0)
            logs = weights - torch.log(first * second) - math.log(2 * math.pi)
            return -torch.logsumexp(logs[:, None] - 0.5 * (z1 * z1 + z2 * z2), 0).mean()
        k = len(work.frequencies)
        logits = held["keys"] @ theta.reshape(k, k).T @ held["values"].T
        return -(held["frequencies"] * torch.log_softmax(logits, 1).diagonal()).sum()

    def run(count: int) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()

    return Peer("PyTorch eager", run, lambda: theta.detach().numpy().copy())
