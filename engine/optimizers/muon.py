"""Muon: momentum whose matrices are brought near to orthogonal ones, with AdamW for everything else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from engine.blocks import COLUMNS, ROLE, ROLES, ROWS, START, Block, Role
from engine.contracts import STEP, Hyper, Value, inline, kernel
from engine.optimizers.catalogue import MatrixRule, optimizer
from engine.optimizers.context import BLOCKS, block_of, decay_block, scratch_of
from engine.optimizers.shared import (
    Integers,
    Pointer,
    bias_correction,
    epsilon,
    first_moment_decay,
    fraction,
    second_moment_decay,
    switch,
)
from engine.simd.norms import norm
from engine.simd.products import gradient_product, narrow_gradient_product
from engine.simd.registers import LANES
from engine.simd.vectors import at

Array = np.ndarray

# Of X <- a X + (b A + c A A) X with A = X X^T, for each step; the last row goes on.
COEFFICIENTS = {
    "keller": ((3.4445, -4.7750, 2.0315),),
    "quintic": (
        (4.0848, -6.8946, 2.9270),
        (3.9505, -6.3029, 2.6377),
        (3.7418, -5.5913, 2.3037),
        (2.8769, -3.1427, 1.2046),
        (2.8366, -3.0525, 1.2012),
    ),
    "polar": (
        (8.156554524902461, -22.48329292557795, 15.878769915207462),
        (4.042929935166739, -2.808917465908714, 0.5000178451051316),
        (3.8916678022926607, -2.772484153217685, 0.5060648178503393),
        (3.285753657755655, -2.3681294933425376, 0.46449024233003106),
        (2.3465413258596377, -1.7097828382687081, 0.42323551169305323),
        (1.875, -1.25, 0.375),
    ),
    "classical": ((1.5, -0.5, 0.0),),
}
_LONGEST = max(map(len, COEFFICIENTS.values()))
_TABLE = np.array([[*rows, *[rows[-1]] * (_LONGEST - len(rows))] for rows in COEFFICIENTS.values()])
# What the norm is multiplied by beforehand: a margin for the rounding of 16-bit numbers, for which these were computed.
_MARGIN = {"polar": 1.02}
_MARGINS = np.array([_MARGIN.get(kind, 1.0) for kind in COEFFICIENTS])

SCALES = ("original", "match_rms", "spectral")
HIDDEN, ALL = LAYERS = ("hidden", "all")
_LEAST_NORM = 1e-7  # as in torch.optim.Muon
_HIDDEN, _POINT, _INPUT, _OUTPUT, _EMBEDDING = map(ROLES.index, ("hidden", "point", "input", "output", "embedding"))


@inline
def _scale(kind: float, rows: int, columns: int) -> float:
    if kind == 0.0:
        return math.sqrt(max(1.0, rows / columns))
    if kind == 1.0:
        return 0.2 * math.sqrt(float(max(rows, columns)))
    return math.sqrt(rows / columns)


@inline
def _orthogonalized(X: Pointer, other: Pointer, A: Pointer, B: Pointer, r: int, c: int, steps: int, kind: int) -> bool:
    """Newton and Schulz: X (r, c), with c a multiple of LANES, becomes nearly orthogonal; A, B (r, r) are scratch.

    Returns whether the result lies in `other` (r, c) instead.
    """
    swapped = False
    for step in range(steps):
        row = min(step, _LONGEST - 1)
        narrow_gradient_product(X, X, A, r, r, c, 0)  # A = X X^T
        gradient_product(A, A, r, B, r, r, r, 0)  # B = A A
        for i in range(r * r):
            B[i] = _TABLE[kind, row, 1] * A[i] + _TABLE[kind, row, 2] * B[i]
        gradient_product(B, X, c, other, r, c, r, 0)
        for i in range(r * c):
            other[i] += _TABLE[kind, row, 0] * X[i]
        X, other = other, X
        swapped = not swapped
    return swapped


def _scratch(blocks: Sequence[Block]) -> int:
    """Numbers for the largest of the matrices: two of its size, padded, and two squares of its smaller side."""
    sides = [(min(block.matrix), -(-max(block.matrix) // LANES) * LANES) for block in blocks]
    return max((2 * short * long + 2 * short * short for short, long in sides), default=0) + LANES


def _takes(values: Mapping[str, Value], role: Role) -> bool:
    return role in ("hidden", "point") or (values["layers"] == ALL and role in ("input", "output", "embedding"))


def _lines(values: Mapping[str, Value]) -> tuple[str, ...]:
    if values["bias_correction"]:
        ahead = "U = μ M/(1 − μᵗ⁺¹) + (1 − μ) G/(1 − μᵗ)" if values["nesterov"] else "U = M/(1 − μᵗ)"
    else:
        ahead = "U = G + μ (M − G)" if values["nesterov"] else "U = M"
    scale = {
        "original": "√max(1, rows/columns)",
        "match_rms": "0.2 √max(rows, columns)",
        "spectral": "√(rows/columns)",
    }[str(values["scale"])]
    margin = _MARGIN.get(str(values["coefficients"]))
    normed = "X = U/‖U‖" if margin is None else f"X = U/({margin} ‖U‖)"
    return "M = M + (1 − μ)(G − M)", ahead, normed, f"Y = NS(X), {values['steps']} steps", f"Δθ = −η {scale} Y"


def _matrices(
    values: Mapping[str, Value], G: Array, slots: Mapping[str, Array], eta: float, t: int
) -> tuple[Array, ...]:
    """M, U, X, Y and the step of a matrix G (rows, columns), as _lines tells them."""
    mu = float(values["momentum"])  # type: ignore[arg-type]
    M = slots["m"] + (1.0 - mu) * (G - slots["m"])
    U = M
    if values["nesterov"]:
        U = G + mu * (M - G)
    if values["bias_correction"]:
        U = M / (1.0 - mu**t)
        if values["nesterov"]:
            U = mu * M / (1.0 - mu ** (t + 1)) + (1.0 - mu) * G / (1.0 - mu**t)
    kind = str(values["coefficients"])
    triples = COEFFICIENTS[kind]
    X = U / max(float(np.linalg.norm(U)) * _MARGIN.get(kind, 1.0), _LEAST_NORM)
    rows, columns = G.shape
    Y = X.T if rows > columns else X
    for step in range(int(values["steps"])):  # type: ignore[arg-type]
        a, b, c = triples[min(step, len(triples) - 1)]
        A = Y @ Y.T
        Y = a * Y + (b * A + c * A @ A) @ Y
    Y = Y.T if rows > columns else Y
    scale = (math.sqrt(max(1.0, rows / columns)), 0.2 * math.sqrt(max(rows, columns)), math.sqrt(rows / columns))
    return M, U, X, Y, -eta * scale[SCALES.index(str(values["scale"]))] * Y


@optimizer(
    "muon",
    "Muon",
    fraction("momentum", "μ", 0.95, "Share of the running mean of gradients kept per update.", tier="basic"),
    switch("nesterov", "lookahead", True, "On: Nesterov momentum.", tier="more"),
    Hyper(
        "layers",
        "W",
        HIDDEN,
        kind="choice",
        options=LAYERS,
        help="Which matrices are made orthogonal: hidden: those between two hidden layers; all: those of the first and "
        "the last layer, too (as in Optax). AdamW moves whatever else there is: biases always.",
    ),
    Hyper(
        "steps",
        "k",
        5,
        0,
        20,
        kind="integer",
        slider=(1, 10),
        help="Steps of Newton and Schulz. A vector, such as the point on a surface, has one singular value: its step "
        "has a fixed length, whatever the gradient (0.70 η for keller, 0.90 η for polar, after 5 steps).",
        tier="expert",
    ),
    Hyper(
        "coefficients",
        "p",
        "keller",
        kind="choice",
        options=tuple(COEFFICIENTS),
        help="Of the steps: of singular values above 0.01 of the norm, 5 steps of keller leave what lies between 0.68 "
        "and 1.13, of quintic (as in Dion) between 0.98 and 1.03, of polar (Polar Express) between 0.86 and 1.14; "
        "polar does so from 0.001 on, and further steps bring it to 1. classical converges slowly to 1.",
        tier="expert",
    ),
    Hyper(
        "scale",
        "s",
        SCALES[0],
        kind="choice",
        options=SCALES,
        help="Factor of a matrix's step: original: √max(1, rows/columns); match_rms: 0.2 √max(rows, columns), about "
        "the size of Adam's; spectral: √(rows/columns).",
        tier="expert",
    ),
    switch(
        "bias_correction",
        "corrected",
        False,
        "On: correct both terms of the momentum for their start at zero (as in Optax). Off: as in PyTorch.",
    ),
    Hyper(
        "companion_rate",
        "κ",
        0.015,
        0.0,
        1e6,
        log=True,
        slider=(1e-3, 10.0),
        help="Learning rate of AdamW, as a fraction of the learning rate: 0.015 of 0.02 is 0.0003.",
    ),
    first_moment_decay("beta1", "β₁", 0.9, tier="expert"),
    second_moment_decay("beta2", "β₂", 0.95),
    epsilon(1e-10),
    slots=("m", "v"),
    momentum="m",
    scalars=4,
    learning_rate=0.02,
    common={"decoupled": True},
    owns_decay=True,
    scratch=_scratch,
    matrix=MatrixRule(_takes, _lines, _matrices),
    rule=(
        "m = beta1*m + (1 - beta1)*g",
        "v = beta2*v + (1 - beta2)*g^2",
        "mhat = m/(1 - beta1^t)",
        "vhat = v/(1 - beta2^t)",
        "step = -eta*companion_rate*mhat/(sqrt(vhat) + eps)",
    ),
    source="Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/; form of torch.optim.Muon, with AdamW",
    summary="momentum with equal singular values for hidden matrices, AdamW for the rest; on a surface, which has no "
    "matrix, momentum of a fixed length",
)
@kernel(STEP)
def muon(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Muon: a block W (out, in) moves by -lr s Y, where Y = NS(U / ||U||), U = G + mu (M - G); else AdamW.

    slots (2, n) = (m, v): of matrices m is M, the running mean of G; of the others the moments of Adam; 4 scalars.
    hyper = (momentum, nesterov, layers, steps, coefficients, scale, bias_correction, companion_rate, beta1, beta2,
    eps). The rate of AdamW is lr * companion_rate. Decoupled decay takes the rate without s.
    """
    mu = hyper[0]
    steps = int(hyper[3])
    kind = int(hyper[4])
    companion = lr * hyper[7]
    beta1 = hyper[8]
    beta2 = hyper[9]
    eps = hyper[10]
    rate = companion / bias_correction(beta1, t, slots, 2 * n)
    unbias = 1.0 / bias_correction(beta2, t, slots, 2 * n + 2)
    of_mean = mu
    of_gradient = 1.0 - mu
    if hyper[6] > 0.0:
        of_mean = mu / (1.0 - math.pow(mu, t + 1.0))
        of_gradient = (1.0 - mu) / (1.0 - math.pow(mu, float(t)))
    if hyper[1] == 0.0:
        of_mean = 1.0 / (1.0 - math.pow(mu, float(t))) if hyper[6] > 0.0 else 1.0
        of_gradient = 0.0
    for place in range(context[BLOCKS]):
        block = block_of(context, place)
        rows = block[ROWS]
        columns = block[COLUMNS]
        role = block[ROLE]
        start = block[START]
        count = rows * columns
        if not (role in (_HIDDEN, _POINT) or (hyper[2] > 0.0 and role in (_INPUT, _OUTPUT, _EMBEDDING))):
            decay_block(context, place, theta, grad, companion)
            for i in range(start, start + count):
                g = grad[i]
                m = beta1 * slots[i] + (1.0 - beta1) * g
                v = beta2 * slots[n + i] + (1.0 - beta2) * g * g
                slots[i] = m
                slots[n + i] = v
                theta[i] -= rate * m / (math.sqrt(v * unbias) + eps)
            continue
        decay_block(context, place, theta, grad, lr)
        tall = rows > columns
        r = min(rows, columns)
        c = -(-max(rows, columns) // LANES) * LANES
        X = scratch_of(context)
        other = at(X, r * c)
        A = at(X, 2 * r * c)
        for i in range(r * c):
            X[i] = 0.0
        for i in range(count):
            g = grad[start + i]
            m = slots[start + i] + (1.0 - mu) * (g - slots[start + i])
            slots[start + i] = m
            u = of_mean * m + of_gradient * g
            row = i // columns
            column = i - row * columns
            X[column * c + row if tall else row * c + column] = u
        size = norm(X, r * c) * _MARGINS[kind]
        if size < _LEAST_NORM:
            size = _LEAST_NORM
        for i in range(r * c):
            X[i] /= size
        found = other if _orthogonalized(X, other, A, at(A, r * r), r, c, steps, kind) else X
        far = lr * _scale(hyper[5], rows, columns)
        for i in range(count):
            row = i // columns
            column = i - row * columns
            theta[start + i] -= far * found[column * c + row if tall else row * c + column]
