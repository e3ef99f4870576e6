"""Makes attention.npz: losses, gradients and trajectories of transformers, by PyTorch.

    pip install torch        (made with torch 2.13.0)
    python make_attention.py

All in float64, laid out as in architectures.npz (see make_architectures.py). A case has kind, loss, classes, and the
settings of an AttentionNetwork: length, inputs, tokens, outputs, width, heads, depth, mlp, activation, causal, norm,
every. theta holds its tensors in the order in which `through` takes them.
"""

import json
from pathlib import Path

import make_architectures as shared
import numpy as np
import torch
import torch.nn.functional as F
from make_architectures import ROWS, Parts, R, keep, targets_of


def attention(length, outputs, loss="softmax", *, inputs=0, tokens=0, width=8, heads=2, depth=1, mlp=9,
              activation="relu", causal=False, norm=True, every=False, scale=1.0):  # fmt: skip
    case = {
        "kind": "attention", "loss": loss, "classes": outputs if loss == "softmax" else 2 if loss == "bce" else 0,
        "length": length, "inputs": inputs, "tokens": tokens, "outputs": outputs, "width": width, "heads": heads,
        "depth": depth, "mlp": mlp, "activation": activation, "causal": causal, "norm": norm, "every": every,
    }  # fmt: skip

    def through(parts, x):
        h = parts.take(tokens, width)[x] if tokens else F.linear(x, parts.take(width, inputs))
        h = h + parts.take(length, width)

        def normed(h):
            return F.layer_norm(h, (width,), parts.take(width), parts.take(width)) if norm else h

        def split(z):
            return z.reshape(len(x), length, heads, width // heads).transpose(1, 2)

        for _ in range(depth):
            read = normed(h)
            matrices = [parts.take(width, width) for _ in range(3)]
            q, k, v = (split(F.linear(read, matrix, parts.take(width))) for matrix in matrices)
            gathered = F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2)
            h = h + F.linear(gathered.reshape(len(x), length, width), parts.take(width, width), parts.take(width))
            read = normed(h)
            hidden = shared.BEND[activation](F.linear(read, parts.take(mlp, width), parts.take(mlp)))
            h = h + F.linear(hidden, parts.take(width, mlp), parts.take(width))
        found = normed(h)
        answers = F.linear(found, parts.take(outputs, width), parts.take(outputs))
        return answers if every else answers[:, -1]

    if tokens:
        given = R.integers(0, tokens, (ROWS, length))
    else:
        given = R.standard_normal((ROWS, length, inputs))
    counted = Parts()
    through(counted, torch.tensor(given[:1]))
    theta = scale * R.standard_normal(counted.start) / np.sqrt(width)
    shape = (ROWS, length) if every else (ROWS,)
    keep(
        case, lambda theta, x: through(Parts(theta), x), theta, given, targets_of(loss, case["classes"], outputs, shape)
    )


def declare_cases():
    attention(3, 5, tokens=6, norm=False)
    attention(3, 7, tokens=8, width=32, heads=4, mlp=20, norm=False)
    attention(6, 4, tokens=5, heads=1, width=5, activation="gelu")
    attention(5, 3, tokens=7, width=12, heads=3, depth=2, causal=True, activation="gelu")
    attention(7, 4, tokens=4, depth=2, causal=True, every=True)
    attention(6, 2, "mse", inputs=3, width=10, heads=5, depth=2, every=True)
    attention(9, 1, "bce", inputs=1, heads=1, mlp=3, norm=False, causal=True)
    attention(4, 2, "mse", inputs=2, depth=3, norm=False, activation="gelu", scale=0.4)


if __name__ == "__main__":
    declare_cases()
    shared.STORED["cases"] = json.dumps(shared.CASES)
    np.savez_compressed(Path(__file__).parent / "attention.npz", **shared.STORED)
