"""Makes networks.npz: losses and gradients of networks, and losses alone, as PyTorch's autograd has them.

    pip install torch        (made with torch 2.13.0)
    python make_networks.py

All in float64. The file holds
- inputs (21, 20), of which a network reads the first columns; reals (21,), places (21,) of up to 4 classes
- cases: JSON, a list of {sizes, activations, loss, settings, residual, classes}; for place i of it theta/i,
  loss/i, gradient/i, outputs/i
- raw: JSON, a list of {loss, settings, outputs}: the outputs' key; for place i of it value/i, slope/i, the mean
  loss of outputs and its derivative. The keys are mild, huge, shifted: (21, 4); targets are those of `places`
"""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

R = np.random.default_rng(2024)
ROWS = 21
ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "mish": F.mish,
    "softplus": lambda z: F.softplus(z, threshold=1e9),
    "sine": torch.sin,
}
LOSSES = {
    "mse": lambda o, y, s: F.mse_loss(o, y),
    "half_mse": lambda o, y, s: F.mse_loss(o, y) / 2,
    "mae": lambda o, y, s: F.l1_loss(o, y),
    "huber": lambda o, y, s: F.huber_loss(o, y, delta=s["delta"]),
    "bce": lambda o, y, s: F.binary_cross_entropy_with_logits(o, y),
    "softmax": lambda o, y, s: F.cross_entropy(o, y, label_smoothing=s["smoothing"]),
    "hinge": lambda o, y, s: torch.clamp(1 - y * o, min=0).mean(),
}
SETTINGS = {"huber": {"delta": 0.4}, "softmax": {"smoothing": 0.1}}
REALS, PLACES = R.standard_normal(ROWS), R.integers(0, 4, ROWS)
CASES, RAW, STORED = [], [], {"inputs": R.standard_normal((ROWS, 20)), "reals": REALS, "places": PLACES}


def targets(loss, classes, outputs):
    """What the loss compares outputs with, as it is told in the engine's documentation."""
    if classes == 0:
        return torch.tensor(REALS[:, None])
    places = PLACES % classes
    if loss == "softmax":
        return torch.tensor(places)
    if outputs == 1:
        return torch.tensor(np.where(places[:, None] == 1, 1.0, 0.0 if loss == "bce" else -1.0))
    return torch.tensor(np.where(places[:, None] == np.arange(outputs), 1.0, -1.0 if loss == "hinge" else 0.0))


def case(sizes, activations, loss, classes=0, residual=False, settings=None):
    settings = SETTINGS.get(loss, {}) if settings is None else settings
    layers = [
        (R.standard_normal((units, reads)) / np.sqrt(reads), 0.3 * R.standard_normal(units))
        for reads, units in pairwise(sizes)
    ]
    theta = torch.tensor(np.concatenate([np.concatenate([w.ravel(), b]) for w, b in layers]), requires_grad=True)
    h, start = torch.tensor(STORED["inputs"][:, : sizes[0]]), 0
    for layer, (reads, units) in enumerate(pairwise(sizes)):
        middle, stop = start + reads * units, start + (reads + 1) * units
        z = F.linear(h, theta[start:middle].reshape(units, reads), theta[middle:stop])
        a = ACTIVATIONS[activations[layer]](z)
        h = a + h if residual and layer < len(sizes) - 2 and reads == units else a
        start = stop
    found = LOSSES[loss](h, targets(loss, classes, sizes[-1]), settings)
    found.backward()
    place = len(CASES)
    CASES.append(
        {
            "sizes": sizes,
            "activations": activations,
            "loss": loss,
            "settings": settings,
            "residual": residual,
            "classes": classes,
        }
    )
    STORED[f"theta/{place}"] = theta.detach().numpy()
    STORED[f"loss/{place}"] = found.detach().numpy()
    STORED[f"gradient/{place}"] = theta.grad.numpy()
    STORED[f"outputs/{place}"] = h.detach().numpy()


def declare_cases():
    for activation in ACTIVATIONS:
        for loss in LOSSES:
            case((3, 5, 4, 3), (activation, activation, "identity"), loss, 3)
    for loss in LOSSES:
        outputs = 2 if loss == "softmax" else 1
        case((2, 6, outputs), ("tanh", "identity"), loss, 2)
        if loss in ("mse", "half_mse", "mae", "huber"):
            case((2, 6, 1), ("tanh", "identity"), loss)
    for activation in ACTIVATIONS:
        case((2, 4, 1), ("tanh", activation), "mse")
        case((3, 4, 4, 2), (activation, activation, "identity"), "softmax", 2, residual=True)
    case((2, 1), ("identity",), "mse")
    case((3, 1), ("sigmoid",), "mse", 2)
    case((1, 1, 1, 1), ("tanh", "tanh", "identity"), "half_mse")
    case((20, 24, 17, 4), ("relu", "gelu", "identity"), "softmax", 4, settings={"smoothing": 0.0})
    case((12, 12, 12, 12, 3), ("silu", "tanh", "mish", "identity"), "bce", 3, residual=True)
    case((5, *[9] * 8, 1), ("tanh",) * 8 + ("identity",), "huber", settings={"delta": 2.0})


def declare_raw():
    mild = 3 * R.standard_normal((ROWS, 4))
    huge = mild * 1000 / np.abs(mild).max()
    huge[0], huge[1] = 1000.0, -1000.0
    STORED.update({"mild": mild, "huge": huge, "shifted": mild + 1e8})
    for loss in LOSSES:
        for kind in ("mild", "huge", "shifted"):
            for change in ({}, {"smoothing": 0.0}) if loss == "softmax" else ({},):
                settings = {**SETTINGS.get(loss, {}), **change}
                outputs = torch.tensor(STORED[kind], requires_grad=True)
                value = LOSSES[loss](outputs, targets(loss, 4, 4), settings)
                value.backward()
                STORED[f"value/{len(RAW)}"] = value.detach().numpy()
                STORED[f"slope/{len(RAW)}"] = outputs.grad.numpy()
                RAW.append({"loss": loss, "settings": settings, "outputs": kind})


if __name__ == "__main__":
    declare_cases()
    declare_raw()
    STORED["cases"], STORED["raw"] = json.dumps(CASES), json.dumps(RAW)
    np.savez_compressed(Path(__file__).parent / "networks.npz", **STORED)
