"""PyTorch as in its tutorials: nn.Sequential, autograd, torch.optim, in float64 on one thread."""

from __future__ import annotations

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.networks import BETA1, BETA2, EPS, MOMENTUM, Peer, Work


def start(work: Work) -> Peer:
    try:
        import torch
    except ImportError:
        raise Missing("PyTorch is not installed") from None
    torch.set_num_threads(1)
    made = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
    layers = []
    for (w, b), activation in zip(work.weights, work.activations, strict=True):
        linear = torch.nn.Linear(w.shape[1], w.shape[0], dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, *([made[activation]()] if activation in made else [])]
    net = torch.nn.Sequential(*layers)
    if work.optimizer == "adam":
        optimizer = torch.optim.Adam(net.parameters(), lr=work.rate, betas=(BETA1, BETA2), eps=EPS)
    else:
        momentum = MOMENTUM if work.optimizer == "momentum" else 0.0
        optimizer = torch.optim.SGD(net.parameters(), lr=work.rate, momentum=momentum)
    inputs, targets = torch.from_numpy(work.inputs), torch.from_numpy(work.targets)
    compare = torch.nn.functional.cross_entropy if work.loss == "softmax" else torch.nn.functional.mse_loss
    scale = 1.0 if work.loss == "softmax" else 0.5
    state = {"update": 0}

    def run(count: int) -> None:
        for _ in range(count):
            at = state["update"] % work.batches * work.batch
            state["update"] += 1
            optimizer.zero_grad()
            loss = scale * compare(net(inputs[at : at + work.batch]), targets[at : at + work.batch])
            loss.backward()
            optimizer.step()

    def theta() -> np.ndarray:
        return np.concatenate([part.detach().numpy().ravel() for part in net.parameters()])

    return Peer("PyTorch eager", run, theta)
