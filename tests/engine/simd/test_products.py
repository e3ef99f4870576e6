"""Products of matrices, against NumPy's, for every small shape."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from engine.contracts import pointer
from engine.simd import products
from engine.simd.products import (
    backward_product,
    forward_product,
    gradient_product,
    is_narrow,
    narrow_gradient_product,
    transpose_block,
)
from engine.simd.vectors import LANES

Array = np.ndarray
EDGE = -12345.0  # stands around what a product may write


# They are kept in the cache that is named by the engine's sources, so they are those of the products as they are.
@njit(error_model="numpy", cache=True)
def forward(W, A, biases, Z, units, reads, columns):
    forward_product(pointer(W), pointer(A), pointer(biases), pointer(Z), units, reads, columns)


@njit(error_model="numpy", cache=True)
def backward(W, D, Z, units, reads, columns, adds):
    backward_product(pointer(W), pointer(D), pointer(Z), units, reads, columns, adds)


@njit(error_model="numpy", cache=True)
def gradient(D, A, T, t_row, G, units, reads, columns, adds):
    transpose_block(pointer(A), columns, pointer(T), t_row, reads, columns)
    gradient_product(pointer(D), pointer(T), t_row, pointer(G), units, reads, columns, adds)


@njit(error_model="numpy", cache=True)
def narrow_gradient(D, A, G, units, reads, columns, adds):
    narrow_gradient_product(pointer(D), pointer(A), pointer(G), units, reads, columns, adds)


class Layer:
    """Random matrices of a layer; the rows behind those of A, which transposing goes over, are NaN."""

    def __init__(self, units: int, reads: int, columns: int, shift: int = 0) -> None:
        random = np.random.default_rng([units, reads, columns])
        self.shape = units, reads, columns
        self.padded = -(-reads // LANES) * LANES
        self.W = random.standard_normal((units, reads))
        self.biases = random.standard_normal(units)
        self.A = np.full((self.padded, columns), np.nan)
        self.A[:reads] = random.standard_normal((reads, columns))
        self.D = random.standard_normal((units, columns))
        self.D[:, columns - random.integers(LANES) :] = 0.0
        self.random = random
        self.shift = shift

    def place(self, *shape: int) -> tuple[Array, Array]:
        """A place for a result that holds numbers, and the memory around it."""
        size = shape[0] * shape[1]
        memory = np.full(size + 32, EDGE)
        inner = memory[self.shift + 8 : self.shift + 8 + size]
        inner[:] = np.random.default_rng(size).standard_normal(size)
        return inner.reshape(shape), memory

    def forward(self) -> Array:
        units, reads, columns = self.shape
        Z, memory = self.place(units, columns)
        forward(self.W, self.A, self.biases, Z, units, reads, columns)
        return self.checked(Z, memory)

    def backward(self, adds: bool) -> Array:
        units, reads, columns = self.shape
        Z, memory = self.place(reads, columns)
        backward(self.W, self.D, Z, units, reads, columns, adds)
        return self.checked(Z, memory)

    def gradient(self, adds: bool, narrow: bool) -> Array:
        units, reads, columns = self.shape
        G, memory = self.place(units, reads)
        if narrow:
            narrow_gradient(self.D, self.A, G, units, reads, columns, adds)
        else:
            T = np.empty((columns, self.padded))
            gradient(self.D, self.A, T, self.padded, G, units, reads, columns, adds)
        return self.checked(G, memory)

    def checked(self, result: Array, memory: Array) -> Array:
        assert (memory == EDGE).sum() == 32, f"{self.shape}: written outside"
        return result

    def expected(self, product: Array, adds: bool) -> Array:
        return product + self.place(*product.shape)[0] if adds else product


@pytest.mark.parametrize(
    "columns",
    [LANES, 3 * LANES, 7 * LANES, *(pytest.param(more * LANES, marks=pytest.mark.slow) for more in (2, 4, 8))],
)
def test_every_small_shape_is_numpys_product(columns: int) -> None:
    for units in range(1, 21):
        for reads in range(1, 21):
            layer = Layer(units, reads, columns)
            A = layer.A[:reads]
            check(layer, layer.forward(), layer.biases[:, None] + layer.W @ A)
            for adds in (False, True):
                check(layer, layer.backward(adds), layer.expected(layer.W.T @ layer.D, adds))
                slopes = layer.expected(layer.D @ A.T, adds)
                check(layer, layer.gradient(adds, narrow=False), slopes)
                check(layer, layer.gradient(adds, narrow=True), slopes)


def check(layer: Layer, found: Array, expected: Array) -> None:
    """NumPy's own check takes longer than a small product."""
    assert found.shape == expected.shape and np.abs(found - expected).max() <= 1e-13, layer.shape


def test_a_large_shape_is_numpys_product() -> None:
    layer = Layer(37, 301, 16 * LANES)
    A = layer.A[:301]
    np.testing.assert_allclose(layer.forward(), layer.biases[:, None] + layer.W @ A, atol=1e-12)
    np.testing.assert_allclose(layer.backward(False), layer.W.T @ layer.D, atol=1e-12)
    for narrow in (False, True):
        np.testing.assert_allclose(layer.gradient(False, narrow), layer.D @ A.T, atol=1e-12)


@pytest.mark.parametrize("shape", [(7, 5, 3 * LANES), (13, 19, 5 * LANES)])
def test_the_same_numbers_give_the_same_bits_wherever_they_stand(shape: tuple[int, int, int]) -> None:
    for shift in (1, 3):
        first, second = Layer(*shape), Layer(*shape, shift=shift)
        np.testing.assert_array_equal(first.forward(), second.forward())
        np.testing.assert_array_equal(first.backward(True), second.backward(True))
        for narrow in (False, True):
            np.testing.assert_array_equal(first.gradient(True, narrow), second.gradient(True, narrow))


def test_an_example_has_the_same_bits_in_a_batch_of_any_size() -> None:
    units, reads, columns = 11, 9, 7 * LANES
    whole = Layer(units, reads, columns)
    forward_whole, backward_whole = whole.forward(), whole.backward(False)
    for count in (LANES, 2 * LANES, 5 * LANES):
        Z, Y = np.empty((units, count)), np.empty((reads, count))
        A, D = (np.ascontiguousarray(matrix[:, :count]) for matrix in (whole.A, whole.D))
        forward(whole.W, A, whole.biases, Z, units, reads, count)
        backward(whole.W, D, Y, units, reads, count, False)
        np.testing.assert_array_equal(Z, forward_whole[:, :count])
        np.testing.assert_array_equal(Y, backward_whole[:, :count])


def test_a_nan_reaches_its_row_or_column_and_no_other() -> None:
    layer = Layer(6, 5, 3 * LANES)
    layer.A[2, LANES + 1] = np.nan
    assert (np.isnan(layer.forward()) == (np.arange(3 * LANES) == LANES + 1)).all()
    layer = Layer(6, 5, 3 * LANES)
    layer.D[4, 0] = np.nan
    for narrow in (False, True):
        assert (np.isnan(layer.gradient(False, narrow)) == (np.arange(6) == 4)[:, None]).all()


def test_literal_counts_compile_no_second_copy() -> None:
    @njit
    def literal(W, A, T, G):
        forward_product(pointer(W), pointer(A), pointer(W), pointer(G), 1, 1, LANES)
        backward_product(pointer(W), pointer(A), pointer(G), 1, 1, LANES, False)
        transpose_block(pointer(A), LANES, pointer(T), LANES, 1, LANES)
        gradient_product(pointer(A), pointer(T), LANES, pointer(G), 1, 1, LANES, True)
        narrow_gradient_product(pointer(A), pointer(A), pointer(G), 1, 1, LANES, False)

    Layer(3, 2, LANES).forward()
    memory = np.zeros((4, LANES * LANES))
    literal(*memory)
    for shared in (products._product, products._inner_products, products._transpose):
        assert len(shared.signatures) == 1


def test_narrow_layers_go_by_inner_products() -> None:
    assert is_narrow(16, 2) and is_narrow(1, 64)
    assert not is_narrow(16, 16) and not is_narrow(128, 784)
