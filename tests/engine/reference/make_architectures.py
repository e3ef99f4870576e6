"""Makes architectures.npz: losses, gradients and trajectories of convolutional and recurrent networks, by PyTorch.

    pip install torch        (made with torch 2.13.0)
    python make_architectures.py

All in float64. `cases` is JSON, a list; for place i of it the file holds inputs/i, targets/i, theta/i, loss/i,
gradient/i, outputs/i, and end/i: theta after UPDATES steps of plain gradient descent on the whole batch. A case has
kind, loss, classes, and
- convolutional: dimensions, shape, stages (a list of [name, settings]), outputs
- recurrent: cell, activation, length, inputs, hidden, outputs, every, truncation
theta is laid out as the engine's networks say it: weights, then biases, layer by layer. PyTorch's second bias of
recurrent layers stays 0, except that inside a GRU's reset.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)

UPDATES, RATE, ROWS = 50, 0.1, 13
R = np.random.default_rng(77)
BEND = {"tanh": torch.tanh, "relu": F.relu, "identity": lambda z: z, "sigmoid": torch.sigmoid, "gelu": F.gelu}
CASES, STORED = [], {}


def compared(loss, outputs, targets):
    if loss == "softmax":
        return F.cross_entropy(outputs.reshape(-1, outputs.shape[-1]), targets.reshape(-1))
    if loss == "bce":
        return F.binary_cross_entropy_with_logits(outputs, targets.double())
    return F.mse_loss(outputs, targets)


def keep(case, forward, theta, inputs, targets):
    """Store a case whose outputs are forward(theta, inputs)."""
    place = len(CASES)
    CASES.append(case)
    theta = torch.tensor(theta, requires_grad=True)
    x, y = torch.tensor(inputs), torch.tensor(targets)
    outputs = forward(theta, x)
    loss = compared(case["loss"], outputs, y)
    (gradient,) = torch.autograd.grad(loss, theta)
    STORED.update({
        f"inputs/{place}": inputs, f"targets/{place}": targets, f"theta/{place}": theta.detach().numpy().copy(),
        f"loss/{place}": loss.item(), f"gradient/{place}": gradient.numpy(),
        f"outputs/{place}": outputs.detach().numpy(),
    })  # fmt: skip
    for _ in range(UPDATES):
        (gradient,) = torch.autograd.grad(compared(case["loss"], forward(theta, x), y), theta)
        theta = (theta - RATE * gradient).detach().requires_grad_()
    STORED[f"end/{place}"] = theta.detach().numpy()


class Parts:
    """Cuts theta into tensors, one after another; while they are counted, theta is None and zeros are returned."""

    def __init__(self, theta=None):
        self.theta, self.start = theta, 0

    def take(self, *shape):
        size = int(np.prod(shape))
        self.start += size
        if self.theta is None:
            return torch.zeros(shape)
        return self.theta[self.start - size : self.start].reshape(shape)


def targets_of(loss, classes, outputs, shape):
    if loss == "softmax":
        return R.integers(0, classes, shape)
    if loss == "bce":
        return R.integers(0, 2, (*shape, 1))
    return R.standard_normal((*shape, outputs))


def convolutional(shape, stages, outputs, loss="softmax", dimensions=2, ties=False):
    case = {
        "kind": "convolutional", "loss": loss, "classes": outputs if loss == "softmax" else 2 if loss == "bce" else 0,
        "dimensions": dimensions, "shape": shape, "stages": stages, "outputs": outputs,
    }  # fmt: skip
    convolve, largest, mean = (
        (F.conv1d, F.max_pool1d, F.avg_pool1d) if dimensions == 1 else (F.conv2d, F.max_pool2d, F.avg_pool2d)
    )

    def through(parts, x):
        x = x.unsqueeze(1) if x.dim() == dimensions + 1 else x
        for name, s in stages:
            if name == "convolution":
                kernel = [s["kernel"]] * dimensions
                w, b = parts.take(s["channels"], x.shape[1], *kernel), parts.take(s["channels"])
                z = convolve(x, w, b, stride=s.get("stride", 1), padding=s.get("padding", 0))
                x = BEND[s["activation"]](z)
            elif name == "pooling":
                pool = largest if s["kind"] == "max" else mean
                x = pool(x, s["window"], s.get("stride", 0) or s["window"])
            else:
                x = x.flatten(1)
                w, b = parts.take(s["units"], x.shape[1]), parts.take(s["units"])
                x = BEND[s["activation"]](F.linear(x, w, b))
        x = x.flatten(1)
        w, b = parts.take(outputs, x.shape[1]), parts.take(outputs)
        return F.linear(x, w, b)

    inputs = R.standard_normal((ROWS, *shape))
    if ties:  # pixels of few values: windows with several largest numbers
        inputs = np.round(inputs)
    counted = Parts()
    through(counted, torch.zeros((1, *shape)))
    theta = 0.4 * R.standard_normal(counted.start)
    if ties:
        theta = np.round(2 * theta) / 2
    targets = targets_of(loss, case["classes"], outputs, (ROWS,))
    keep(case, lambda theta, x: through(Parts(theta), x), theta, inputs, targets)


def recurrent(cell, length, inputs, hidden, outputs, loss, every=False, truncation=0, activation="tanh"):
    case = {
        "kind": "recurrent", "loss": loss, "classes": outputs if loss == "softmax" else 2 if loss == "bce" else 0,
        "cell": cell, "activation": activation, "length": length, "inputs": inputs, "hidden": hidden,
        "outputs": outputs, "every": every, "truncation": truncation,
    }  # fmt: skip
    gates = {"elman": 1, "gru": 3, "lstm": 4}[cell]

    def through(parts, x):
        wx, wh = parts.take(gates * hidden, inputs), parts.take(gates * hidden, hidden)
        b = parts.take(gates * hidden)
        inner = torch.zeros(gates * hidden)
        if cell == "gru":
            inner = torch.cat([torch.zeros(2 * hidden), parts.take(hidden)])
        wo, bo = parts.take(outputs, hidden), parts.take(outputs)
        h = c = torch.zeros(len(x), hidden)
        found = []
        for t in range(length):
            if truncation and t and (length - t) % truncation == 0:
                h, c = h.detach(), c.detach()
            if cell == "elman":
                form = torch.rnn_tanh_cell if activation == "tanh" else torch.rnn_relu_cell
                h = form(x[:, t], h, wx, wh, b, inner)
            elif cell == "gru":
                h = torch.gru_cell(x[:, t], h, wx, wh, b, inner)
            else:
                h, c = torch.lstm_cell(x[:, t], (h, c), wx, wh, b, inner)
            found.append(F.linear(h, wo, bo))
        return torch.stack(found, 1) if every else found[-1]

    counted = Parts()
    through(counted, torch.zeros(1, length, inputs))
    theta = R.standard_normal(counted.start) / np.sqrt(hidden)
    shape = (ROWS, length) if every else (ROWS,)
    keep(
        case,
        lambda theta, x: through(Parts(theta), x),
        theta,
        R.standard_normal((ROWS, length, inputs)),
        targets_of(loss, case["classes"], outputs, shape),
    )


def conv(channels, kernel=3, activation="relu", **more):
    return ["convolution", {"channels": channels, "kernel": kernel, "activation": activation, **more}]


def pool(kind, window=2, **more):
    return ["pooling", {"kind": kind, "window": window, **more}]


def dense(units, activation="tanh"):
    return ["dense", {"units": units, "activation": activation}]


def declare_cases():
    convolutional((8, 8), [conv(8), pool("max")], 10)
    convolutional((8, 8), [conv(8), pool("max")], 10, ties=True)
    convolutional((7, 9), [conv(3, padding=1), pool("max", 3, stride=2)], 4, ties=True)
    convolutional((2, 7, 6), [conv(5, 3, "tanh", padding=1), pool("mean"), conv(6, 2, "gelu")], 3, "mse")
    convolutional((3, 9, 8), [conv(9, 3, "tanh", stride=2, padding=1), dense(7)], 4)
    convolutional((10, 10), [conv(4, 5, "relu", stride=3, padding=2), conv(12, 2, "sigmoid", padding=1)], 1, "bce")
    convolutional((6, 6), [pool("mean"), conv(2, 2, "tanh"), pool("max", 2, stride=1)], 3)
    convolutional((5, 6), [dense(6, "relu")], 3, "mse")
    convolutional((40,), [conv(8, 5), pool("max"), conv(8, 3), pool("mean", 3, stride=2)], 10, dimensions=1)
    convolutional((2, 23), [conv(5, 4, "tanh", stride=2, padding=3), dense(9, "gelu")], 2, "mse", dimensions=1)
    convolutional((17,), [conv(3, 3, padding=2), pool("max", 4, stride=3)], 4, dimensions=1, ties=True)
    for cell in ("elman", "gru", "lstm"):
        recurrent(cell, 9, 3, 5, 4, "softmax")
        recurrent(cell, 9, 2, 5, 2, "mse", truncation=4)
        recurrent(cell, 8, 2, 9, 3, "softmax", every=True)
        recurrent(cell, 7, 1, 4, 1, "mse", every=True, truncation=3)
        recurrent(cell, 5, 2, 6, 1, "bce", truncation=1)
    recurrent("elman", 6, 2, 8, 1, "mse", activation="relu")
    recurrent("elman", 25, 3, 16, 4, "softmax")


if __name__ == "__main__":
    declare_cases()
    STORED["cases"] = json.dumps(CASES)
    np.savez_compressed(Path(__file__).parent / "architectures.npz", **STORED)
