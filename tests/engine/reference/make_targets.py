"""Makes targets.npz: losses and gradients of networks with vectors, sequences or their inputs as targets, by PyTorch.

    pip install torch        (made with torch 2.13.0)
    python make_targets.py

All in float64. `cases` is JSON, a list of {kind, loss, sizes, classes, steps, settings}; for place i of it the file
holds inputs/i, targets/i (raw: numbers or class indices), theta/i, loss/i, gradient/i and outputs/i. kind is
perceptron, with tanh layers and a linear output, or recurrent, an Elman cell of tanh with sizes (inputs, hidden,
outputs) and answers at all of its `steps`, or with 0 at the last of LENGTH alone.
"""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

ROWS, LENGTH = 19, 6
R = np.random.default_rng(11)
LOSSES = {
    "mse": lambda o, y, s: F.mse_loss(o, y),
    "half_mse": lambda o, y, s: F.mse_loss(o, y) / 2,
    "half_sse": lambda o, y, s: ((o - y) ** 2).sum(-1).mean() / 2,
    "mae": lambda o, y, s: F.l1_loss(o, y),
    "huber": lambda o, y, s: F.huber_loss(o, y, delta=s["delta"]),
    "bce": lambda o, y, s: F.binary_cross_entropy_with_logits(o, y.double()[..., None]),
    "softmax": lambda o, y, s: F.cross_entropy(o.reshape(-1, o.shape[-1]), y.reshape(-1)),
}
CASES, STORED = [], {}


def keep(case, forward, theta, inputs, targets):
    place = len(CASES)
    CASES.append(case)
    theta = torch.tensor(theta, requires_grad=True)
    outputs = forward(theta, torch.tensor(inputs))
    wanted = torch.tensor(targets)
    loss = LOSSES[case["loss"]](
        outputs, wanted.reshape(outputs.shape) if not case["classes"] else wanted, case["settings"]
    )
    loss.backward()
    for name, found in (
        ("inputs", inputs), ("targets", targets), ("theta", theta.detach().numpy()), ("loss", loss.item()),
        ("gradient", theta.grad.numpy()), ("outputs", outputs.detach().numpy().reshape(ROWS, -1)),
    ):  # fmt: skip
        STORED[f"{name}/{place}"] = found


def perceptron(sizes, loss, mirrored=False, **settings):
    def forward(theta, x):
        start = 0
        for layer, (reads, units) in enumerate(pairwise(sizes)):
            middle, stop = start + reads * units, start + (reads + 1) * units
            x = F.linear(x, theta[start:middle].reshape(units, reads), theta[middle:stop])
            x = torch.tanh(x) if layer < len(sizes) - 2 else x
            start = stop
        return x

    count = sum((reads + 1) * units for reads, units in pairwise(sizes))
    inputs = R.standard_normal((ROWS, sizes[0]))
    targets = inputs if mirrored else R.standard_normal((ROWS, sizes[-1]))
    case = {"kind": "perceptron", "loss": loss, "sizes": sizes, "classes": 0, "steps": 1, "settings": settings}
    keep(case, forward, 0.6 * R.standard_normal(count), inputs, targets)


def recurrent(inputs, hidden, outputs, loss, steps, classes=0, **settings):
    def forward(theta, x):
        parts, start = [], 0
        for shape in ((hidden, inputs), (hidden, hidden), (hidden,), (outputs, hidden), (outputs,)):
            size = int(np.prod(shape))
            parts.append(theta[start : start + size].reshape(shape))
            start += size
        w, u, b, v, c = parts
        h, found = torch.zeros(len(x), hidden), []
        for step in range(LENGTH):
            h = torch.tanh(x[:, step] @ w.T + h @ u.T + b)
            found.append(h @ v.T + c)
        return torch.stack(found, 1) if steps else found[-1]

    count = hidden * (inputs + hidden + 1) + outputs * (hidden + 1)
    shape = (ROWS, LENGTH) if steps else (ROWS,)
    targets = (
        R.integers(0, classes, shape) if classes else R.standard_normal((*shape, *((outputs,) if outputs > 1 else ())))
    )
    case = {
        "kind": "recurrent", "loss": loss, "sizes": (inputs, hidden, outputs), "classes": classes, "steps": steps,
        "settings": settings,
    }  # fmt: skip
    keep(case, forward, 0.5 * R.standard_normal(count), R.standard_normal((ROWS, LENGTH, inputs)), targets)


for name in ("mse", "half_mse", "half_sse", "mae"):
    perceptron((5, 4, 3), name)
perceptron((5, 4, 3), "huber", delta=0.7)
perceptron((6, 4, 2, 4, 6), "half_sse", mirrored=True)
recurrent(2, 4, 3, "half_sse", 0)
recurrent(2, 4, 1, "mse", LENGTH)
recurrent(2, 4, 3, "half_sse", LENGTH)
recurrent(3, 5, 4, "softmax", LENGTH, classes=4)
recurrent(3, 5, 1, "bce", LENGTH, classes=2)
np.savez_compressed(Path(__file__).with_name("targets.npz"), cases=json.dumps(CASES), **STORED)
