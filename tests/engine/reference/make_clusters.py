"""Makes clusters.npz: losses and gradients of k-means and of Gaussian mixtures, as PyTorch's autograd has them.

    pip install torch        (made with torch 2.13.0)
    python make_clusters.py

All in float64. The file holds
- points (40, 2)
- cases: JSON, a list of {k, spread, floor}, spread 0 for k-means; for place i of it theta/i, loss/i, gradient/i
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

torch.set_default_dtype(torch.float64)
R = np.random.default_rng(7)
CASES = [
    {"k": 1, "spread": 0, "floor": 0.0},
    {"k": 5, "spread": 0, "floor": 0.0},
    {"k": 3, "spread": 1, "floor": 0.0},
    {"k": 4, "spread": 2, "floor": 0.05},
    {"k": 1, "spread": 3, "floor": 0.0},
    {"k": 3, "spread": 3, "floor": 0.2},
]


def loss_of(theta, points, k, spread, floor):
    centres = theta[: 2 * k].reshape(k, 2)
    if spread == 0:
        return 0.5 * (torch.cdist(points, centres) ** 2).min(dim=1).values.mean()
    logits, told = theta[2 * k : 3 * k], theta[3 * k :].reshape(k, spread)
    first, last = floor + told[:, 0].exp(), floor + told[:, -1].exp()
    cross = told[:, 1] if spread == 3 else torch.zeros(k)
    rows = [torch.stack([first, torch.zeros(k)], -1), torch.stack([cross, last], -1)]
    parts = MultivariateNormal(centres, scale_tril=torch.stack(rows, -2))
    return -MixtureSameFamily(Categorical(logits=logits), parts).log_prob(points).mean()


points = np.concatenate([R.normal(size=(20, 2)), [3.0, -2.0] + 0.5 * R.normal(size=(20, 2))])
saved = {"points": points, "cases": json.dumps(CASES)}
for place, case in enumerate(CASES):
    k, spread = case["k"], case["spread"]
    size = 2 * k + (k * (1 + spread) if spread else 0)
    theta = torch.tensor(R.normal(size=size), requires_grad=True)
    loss = loss_of(theta, torch.tensor(points), **case)
    loss.backward()
    saved |= {f"theta/{place}": theta.detach().numpy(), f"loss/{place}": loss.item(), f"gradient/{place}": theta.grad}
np.savez_compressed(Path(__file__).with_name("clusters.npz"), **saved)
