"""PyTorch as in its tutorials: nn.RNN or nn.Conv2d, autograd, torch.optim.Adam, in float64 on one thread."""

from __future__ import annotations

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.architectures import BETA1, BETA2, EPS, Work
from benchmarks.peers.networks import Peer
from engine.architectures.convolutional.network import ConvolutionalNetwork
from engine.architectures.recurrent.network import RecurrentNetwork


def start(work: Work) -> Peer:
    try:
        import torch
    except ImportError:
        raise Missing("PyTorch is not installed") from None
    torch.set_num_threads(1)
    network = work.network
    inputs, targets = torch.from_numpy(work.inputs), torch.from_numpy(work.targets)
    if isinstance(network, RecurrentNetwork):
        layer = torch.nn.RNN(network.inputs, network.hidden, batch_first=True, dtype=torch.float64)
        last = torch.nn.Linear(network.hidden, 1, dtype=torch.float64)
        layer.bias_hh_l0.requires_grad_(False).zero_()
        tensors = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, last.weight, last.bias]
    else:
        net = _net(torch, network)
        inputs = inputs[:, None]
        tensors = list(net.parameters())
    with torch.no_grad():
        for tensor, (a, b, shape) in zip(tensors, work.parts, strict=True):
            tensor.copy_(torch.from_numpy(work.theta[a:b].reshape(shape)))
    optimizer = torch.optim.Adam(tensors, lr=work.rate, betas=(BETA1, BETA2), eps=EPS)
    held = {"update": 0}

    def loss(x, y):  # type: ignore[no-untyped-def]
        if isinstance(network, RecurrentNetwork):
            return torch.nn.functional.mse_loss(last(layer(x)[0][:, -1])[:, 0], y)
        return torch.nn.functional.cross_entropy(net(x), y)

    def run(count: int) -> None:
        for _ in range(count):
            at = held["update"] % work.batches * work.batch
            held["update"] += 1
            optimizer.zero_grad()
            loss(inputs[at : at + work.batch], targets[at : at + work.batch]).backward()
            optimizer.step()

    return Peer("PyTorch eager", run, lambda: np.concatenate([part.detach().numpy().ravel() for part in tensors]))


def _net(torch, network: ConvolutionalNetwork):  # type: ignore[no-untyped-def]
    channels, reads = network.planes[1].channels, network.planes[2].size
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, channels, network.stages[0].kernel, dtype=torch.float64),  # type: ignore[union-attr]
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(reads, network.outputs, dtype=torch.float64),
    )
