"""PyTorch as in its tutorials: nn.RNN, nn.Conv2d or fused attention, torch.optim.Adam, float64 on one thread."""

from __future__ import annotations

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.architectures import BETA1, BETA2, EPS, Work
from benchmarks.peers.networks import Peer
from engine.architectures.attention.network import AttentionNetwork
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
        cell = {"elman": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[network.cell]
        layer = cell(network.inputs, network.hidden, batch_first=True, dtype=torch.float64)
        last = torch.nn.Linear(network.hidden, 1, dtype=torch.float64)
        layer.bias_hh_l0.requires_grad_(False).zero_()
        tensors = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, last.weight, last.bias]
        if network.cell == "gru":  # of the second biases only those inside the reset are ours
            layer.bias_hh_l0.requires_grad_(True).register_hook(_only_last_third(torch, network.hidden))
            tensors.insert(3, layer.bias_hh_l0)
    elif isinstance(network, AttentionNetwork):
        tensors = [torch.nn.Parameter(torch.empty(shape, dtype=torch.float64)) for _, _, shape in work.parts]
        inputs, net = inputs.long(), _transformer(torch, network, tensors)
    else:
        net = _net(torch, network)
        inputs = inputs[:, None]
        tensors = list(net.parameters())
    with torch.no_grad():
        for tensor, (a, b, shape) in zip(tensors, work.parts, strict=True):
            tensor[-shape[0] :].copy_(torch.from_numpy(work.theta[a:b].reshape(shape)))
    optimizer = torch.optim.Adam(tensors, lr=work.rate, betas=(BETA1, BETA2), eps=EPS)
    held = {"update": 0}

    def loss(x, y):  # type: ignore[no-untyped-def]
        if isinstance(network, RecurrentNetwork):
            return torch.nn.functional.mse_loss(last(layer(x)[0][:, -1])[:, 0], y)
        return torch.nn.functional.cross_entropy(net(x).flatten(0, -2), y.flatten())

    def run(count: int) -> None:
        for _ in range(count):
            at = held["update"] % work.batches * work.batch
            held["update"] += 1
            optimizer.zero_grad()
            loss(inputs[at : at + work.batch], targets[at : at + work.batch]).backward()
            optimizer.step()

    def theta() -> np.ndarray:
        pairs = zip(tensors, work.parts, strict=True)
        return np.concatenate([tensor.detach().numpy()[-shape[0] :].ravel() for tensor, (_, _, shape) in pairs])

    return Peer("PyTorch eager", run, theta)


def _only_last_third(torch, hidden: int):  # type: ignore[no-untyped-def]
    mask = torch.cat([torch.zeros(2 * hidden), torch.ones(hidden)]).double()
    return lambda gradient: gradient * mask


def _net(torch, network: ConvolutionalNetwork):  # type: ignore[no-untyped-def]
    channels, reads = network.planes[1].channels, network.planes[2].size
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, channels, network.stages[0].kernel, dtype=torch.float64),  # type: ignore[union-attr]
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(reads, network.outputs, dtype=torch.float64),
    )


def _transformer(torch, network: AttentionNetwork, tensors):  # type: ignore[no-untyped-def]
    cut = {block.name: tensor for block, tensor in zip(network.blocks, tensors, strict=True)}
    functional = torch.nn.functional

    def dense(name, z):  # type: ignore[no-untyped-def]
        return functional.linear(z, cut[f"{name} weights"], cut[f"{name} biases"])

    def normed(name, z):  # type: ignore[no-untyped-def]
        return functional.layer_norm(z, (network.width,), cut[f"{name} gains"], cut[f"{name} shifts"])

    def net(x):  # type: ignore[no-untyped-def]
        steps = functional.embedding(x, cut["embedding"]) + cut["positions"]
        read = normed("attention 1", steps)
        q, k, v = (
            dense(f"attention 1 {name}", read).unflatten(-1, (network.heads, -1)).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        gathered = functional.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(-2)
        steps = steps + dense("attention 1 output", gathered)
        steps = steps + dense("MLP 1 output", functional.relu(dense("MLP 1", normed("MLP 1", steps))))
        return dense("output", normed("output", steps))

    return net
