"""Sharpness of a loss: eigenvalues of its Hessian at a point, from exact gradients alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.interruption import Pieces, finish
from engine.random_generator import RandomGenerator

Array = np.ndarray
Evaluated = tuple[Array, Array]  # losses (k,), gradients (k, n) at points (k, n)
Gradients = Callable[[Array], Evaluated]
GradientPieces = Callable[[Array], Pieces[Evaluated]]

_FEW = 32  # parameters up to which the whole Hessian takes no more gradients than Lanczos
_PRODUCTS = 16
_REACH = 1e-4  # step of the finite difference along a direction
_EXHAUSTED = 1e-10  # relative to the matrix: below it there is only rounding error of gradient differences


def sharpness(gradients: Gradients, point: Array) -> float:
    """The largest eigenvalue of the Hessian at a point (n,); NaN where it is not finite.

    gradients: losses and gradients at any points. Exact to rounding for up to 32 parameters; beyond that a lower bound
    from 16 Lanczos steps, close if the largest eigenvalue is well separated.
    """
    return finish(sharpness_pieces(_at_once(gradients), point))


def sharpness_pieces(gradients: GradientPieces, point: Array) -> Pieces[float]:
    """`sharpness`, in the pieces of the gradients."""
    if len(point) <= _FEW:
        return float((yield from curvature_pieces(gradients, point))[-1])
    return (yield from _lanczos(lambda direction: _product(gradients, point, direction), len(point)))


def curvatures(gradients: Gradients, point: Array) -> Array:
    """All eigenvalues of the Hessian at a point (n,), ascending, by central differences; NaN where it is not finite."""
    return finish(curvature_pieces(_at_once(gradients), point))


def curvature_pieces(gradients: GradientPieces, point: Array) -> Pieces[Array]:
    """`curvatures`, in the pieces of the gradients."""
    reach = 1e-5 * np.maximum(1.0, np.abs(point))
    shifts = np.diag(reach)
    _, ahead = yield from gradients(point + shifts)
    _, behind = yield from gradients(point - shifts)
    with np.errstate(all="ignore"):
        hessian = (ahead - behind) / (2.0 * reach[:, None])
        hessian = (hessian + hessian.T) / 2.0
    if not np.isfinite(hessian).all():
        return np.full(len(point), np.nan)
    return np.linalg.eigvalsh(hessian)


def _at_once(gradients: Gradients) -> GradientPieces:
    def pieces(points: Array) -> Pieces[Evaluated]:
        yield from ()
        return gradients(points)

    return pieces


def _product(gradients: GradientPieces, point: Array, direction: Array) -> Pieces[Array]:
    """The Hessian times a unit vector (n,), by a central difference."""
    _, (ahead, behind) = yield from gradients(point + _REACH * np.array([direction, -direction]))
    with np.errstate(all="ignore"):
        found: Array = (ahead - behind) / (2.0 * _REACH)
    return found


def _lanczos(product: Callable[[Array], Pieces[Array]], n: int) -> Pieces[float]:
    """The largest eigenvalue of a symmetric n x n matrix given by its products with unit vectors.

    Lanczos with full re-orthogonalisation (Golub & Van Loan, Matrix Computations, algorithm 10.3.4): basis (k, n) is
    orthonormal, and in it the matrix is tridiagonal, with `diagonal` and `beside` as its entries.
    """
    basis = np.empty((min(_PRODUCTS, n), n))
    diagonal, beside = [], []
    following = RandomGenerator(0).normal(n)
    following /= np.linalg.norm(following)
    for k in range(len(basis)):
        basis[k] = following
        following = yield from product(basis[k])
        with np.errstate(all="ignore"):
            diagonal.append(float(basis[k] @ following))
            for _ in range(2):  # twice is enough (Parlett 1980, section 6.9)
                following = following - (basis[: k + 1] @ following) @ basis[: k + 1]
            beside.append(float(np.linalg.norm(following)))
            if not np.isfinite([diagonal[-1], beside[-1]]).all():
                return np.nan
            if beside[-1] <= _EXHAUSTED * max(*map(abs, diagonal), *beside):
                break
            following = following / beside[-1]
    links = beside[: len(diagonal) - 1]
    return float(np.linalg.eigvalsh(np.diag(diagonal) + np.diag(links, 1) + np.diag(links, -1))[-1])
