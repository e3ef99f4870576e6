"""Makes matrices.npz: the paths that Optax's and PyTorch's Muon take on one matrix under given gradients.

    pip install torch optax        (made with torch 2.13.0, optax 0.2.8)
    python make_matrices.py

All in float64, for which torch's cast to bfloat16 is switched off. For each case the file holds path/<name> (UPDATES,
rows, columns), and for each shape, such as 3x5, gradients/<shape> (UPDATES, rows, columns) and start/<shape> (rows,
columns); `cases` is JSON, a list of {name, shape, settings, rate}, the settings being the engine's.
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
torch.Tensor.bfloat16 = lambda numbers: numbers.clone()

UPDATES, RATE = 30, 0.02
SHAPES = ((3, 5), (5, 3), (4, 4), (1, 6), (11, 9))
QUINTIC = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)
# Of Dion and modded-nanogpt, which divide by 1.02 times the norm: as good as another first polynomial.
POLAR = (
    (8.156554524902461, -22.48329292557795, 15.878769915207462),
    (4.042929935166739, -2.808917465908714, 0.5000178451051316),
    (3.8916678022926607, -2.772484153217685, 0.5060648178503393),
    (3.285753657755655, -2.3681294933425376, 0.46449024233003106),
    (2.3465413258596377, -1.7097828382687081, 0.42323551169305323),
)
WITH_MARGIN = (tuple(c / 1.02**power for c, power in zip(POLAR[0], (1, 3, 5), strict=True)), *POLAR[1:])


def optax_path(start, gradients, **arguments):
    # Our norm is bounded from below where Optax adds an eps, which is therefore as good as none here; a matrix of JAX
    # is (in, out).
    transform = optax.contrib.muon(RATE, eps=1e-30, **arguments)
    theta, path = jnp.asarray(start.T), []
    state, update = transform.init(theta), jax.jit(transform.update)
    for gradient in gradients:
        change, state = update(jnp.asarray(gradient.T), state, theta)
        theta = optax.apply_updates(theta, change)
        path.append(np.asarray(theta).T)
    return np.array(path)


def torch_path(start, gradients, **arguments):
    theta, path = torch.tensor(start, requires_grad=True), []
    optimizer = torch.optim.Muon([theta], RATE, **arguments)
    for gradient in gradients:
        theta.grad = torch.tensor(gradient)
        optimizer.step()
        path.append(theta.detach().numpy().copy())
    return np.array(path)


def main():
    random, cases, arrays = np.random.default_rng(11), [], {}
    corrected = {"bias_correction": True}
    table = [
        (corrected, optax_path, {}),
        ({**corrected, "nesterov": False, "momentum": 0.8}, optax_path, {"nesterov": False, "beta": 0.8}),
        ({**corrected, "coefficients": "quintic"}, optax_path, {"ns_coeffs": jnp.array(QUINTIC)}),
        ({"weight_decay": 0.1}, torch_path, {"weight_decay": 0.1}),
        (
            {"scale": "match_rms", "steps": 3, "nesterov": False},
            torch_path,
            {"adjust_lr_fn": "match_rms_adamw", "ns_steps": 3, "nesterov": False, "weight_decay": 0.0},
        ),
        ({**corrected, "coefficients": "polar"}, optax_path, {"ns_coeffs": jnp.array(WITH_MARGIN)}),
    ]
    for shape in SHAPES:
        gradients, start = random.standard_normal((UPDATES, *shape)), random.standard_normal(shape)
        key = f"{shape[0]}x{shape[1]}"
        arrays |= {f"gradients/{key}": gradients, f"start/{key}": start}
        for number, (settings, path, arguments) in enumerate(table):
            name = f"{key}, {path.__name__.partition('_')[0]} {number}"
            cases.append({"name": name, "shape": key, "settings": settings, "rate": RATE})
            arrays[f"path/{name}"] = path(start, gradients, **arguments)
    arrays["cases"] = np.array(json.dumps(cases))
    np.savez_compressed(Path(__file__).with_name("matrices.npz"), **arrays)
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
