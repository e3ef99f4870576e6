"""Transformers: shapes, refusals, initial weights, attention itself, and what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.attention.architecture import Transformer
from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.attention.packing import packed_attention, packed_attention_set
from engine.architectures.attention.start import initial_attention
from engine.architectures.forward import layer_pieces
from engine.architectures.initializers import INITIALIZERS
from engine.architectures.losses import LOSSES
from engine.choices import choose
from engine.contracts import SettingError
from engine.interruption import finish
from tests.engine.architectures.objective import PackedObjective


def network(**changes):
    settings = {"length": 5, "inputs": 0, "tokens": 6, "outputs": 3, "width": 6, "heads": 2, "mlp": 7, **changes}
    return AttentionNetwork(loss=choose(LOSSES, "softmax", {}), **settings)


def numbers(net, examples=20):
    random = np.random.default_rng(1)
    theta = random.standard_normal(net.parameters)
    return theta, random.integers(0, net.tokens, (examples, net.length)).astype(float)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"width": 10, "heads": 4}, "a width of 10 cannot be divided among 4 heads: use 8 or 12"),
        ({"width": 2, "heads": 3}, "a width of 2 cannot be divided among 3 heads: use 3$"),
        ({"length": 300}, "a sequence of 300 steps is longer than the 256 positions that attention may have: shorten"),
        ({"heads": 17, "width": 34}, r"heads must be a whole number in \[1, 16\], got 17"),
        ({"width": 0}, "width must be"),
        ({"tokens": 0}, "a step is a token or has at least 1 input, got 0"),
        ({"activation": "tanh"}, "activation must be one of relu, gelu, got"),
        ({"outputs": 0}, "at least 1 output"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_numbers(changes, told) -> None:
    with pytest.raises(SettingError, match=told):
        network(**changes)


def test_strange_tokens_and_shapes_are_refused() -> None:
    net = network()
    for strange in (6.0, -1.0, 1.5):
        inputs = np.zeros((2, 5))
        inputs[1, 3] = strange
        with pytest.raises(
            SettingError, match=f"a whole number from 0 to 5, its place in the vocabulary, got {strange:g}"
        ):
            packed_attention(net, inputs)
    with pytest.raises(SettingError, match="got an array"):
        packed_attention(net, np.zeros((2, 4)))
    with pytest.raises(SettingError, match="one at every step of every sequence, got an array"):
        packed_attention_set(network(every=True), np.zeros((2, 5)), np.zeros(2), 3)


def test_each_head_attends_with_its_own_part_of_queries_and_keys() -> None:
    for causal in (False, True):
        net = network(norm=False, causal=causal, every=True)
        theta, inputs = numbers(net)
        values = finish(layer_pieces(net, theta, packed_attention(net, inputs), 0, None))
        steps = net.part(theta, "embedding")[inputs.astype(int)] + net.part(theta, "positions")
        assert values[0].reshape(steps.shape) == pytest.approx(steps, rel=1e-14)
        q, k, v = (
            (steps @ net.part(theta, f"attention 1 {name} weights").T + net.part(theta, f"attention 1 {name} biases"))
            .reshape(20, 5, 2, 3).transpose(0, 2, 1, 3)
            for name in ("query", "key", "value")
        )  # fmt: skip
        scores = q @ k.swapaxes(2, 3) / np.sqrt(3.0)
        scores = np.where(np.tri(5, dtype=bool), scores, -np.inf) if causal else scores
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        assert values[1].reshape(shares.shape) == pytest.approx(shares, rel=1e-12, abs=1e-15)
        gathered = (shares @ v).transpose(0, 2, 1, 3)
        assert values[2].reshape(gathered.shape) == pytest.approx(gathered, rel=1e-11, abs=1e-13)


def test_without_a_mask_and_positions_the_order_of_the_steps_does_not_matter() -> None:
    net = network()
    theta, inputs = numbers(net)
    mixed = inputs[:, [3, 1, 0, 2, 4]]  # the last step asks, and stays
    same = lambda theta, net: [  # noqa: E731
        finish(layer_pieces(net, theta, packed_attention(net, each), net.layers - 1, None))[0]
        for each in (inputs, mixed)
    ]
    first, second = same(theta, net)
    assert np.abs(first - second).max() > 1e-3
    net.part(theta, "positions")[:] = 0.0
    first, second = same(theta, net)
    assert second == pytest.approx(first, rel=1e-11, abs=1e-12)


def test_the_last_answer_is_that_of_a_network_which_answers_at_every_step() -> None:
    for depth in (1, 2):
        last, every = network(depth=depth), network(depth=depth, every=True)
        theta, inputs = numbers(last)
        answers = [
            finish(layer_pieces(net, theta, packed_attention(net, inputs), net.layers - 1, None))[0]
            for net in (last, every)
        ]
        assert answers[0] == pytest.approx(answers[1].reshape(20, 5, 3)[:, -1], rel=1e-13, abs=1e-14)
        products = [Transformer().products(net)[0] for net in (last, every)]
        assert products[0] < products[1]


def test_many_examples_give_the_mean_of_their_gradients() -> None:
    """In several chunks, which add up."""
    net = network(depth=2)
    theta, inputs = numbers(net, 300)
    targets = inputs[:, 0] % 3
    loss, gradient = PackedObjective(packed_attention_set(net, inputs, targets, 3))(theta)
    parts = [
        PackedObjective(packed_attention_set(net, inputs[at : at + 50], targets[at : at + 50], 3))(theta)
        for at in range(0, 300, 50)
    ]
    assert loss == pytest.approx(np.mean([part[0] for part in parts]), rel=1e-13)
    assert gradient == pytest.approx(np.mean([part[1] for part in parts], axis=0), rel=1e-9, abs=1e-13)


def test_every_matrix_is_drawn_by_its_own_shape() -> None:
    net = network(tokens=100, width=64, heads=4, mlp=128)
    theta = initial_attention(net, choose(INITIALIZERS, "glorot_normal", {}), 3)
    for block in net.blocks:
        part = net.part(theta, block.name)
        if block.role == "gain":
            assert (part == 1.0).all()
        elif block.role == "bias":
            assert (part == 0.0).all()
        elif block.size > 1000:
            assert part.std() == pytest.approx(np.sqrt(2.0 / sum(block.shape)), rel=0.05), block.name
    named = {block.name: block for block in net.blocks}
    assert not named["MLP 1 gains"].decays and named["embedding"].decays
    assert len({net.part(theta, f"attention 1 {name} weights").tobytes() for name in ("query", "key", "value")}) == 3
    torch = initial_attention(net, choose(INITIALIZERS, "torch", {}), 3)
    biases = net.part(torch, "MLP 1 output biases")
    assert 0.0 < np.abs(biases).max() <= 1.0 / np.sqrt(128) and (torch != theta).any()


@pytest.mark.parametrize("changes", [{}, {"tokens": 0, "inputs": 3, "depth": 3, "every": True}, {"norm": False}])
def test_memory_is_told_before_it_is_taken(changes) -> None:
    net = network(**changes)
    inputs = np.zeros((70, *net.shape))
    packed = packed_attention_set(net, inputs, np.zeros((70, 5) if net.every else 70), 3)
    spared = 70 * (net.sizes[-1] - net.steps)  # classes take a number each
    assert Transformer().numbers(net, 70) == (packed.constants.size + packed.work_size + spared, packed.work_size)


def test_the_deltas_of_one_example_are_its_gradients_by_biases_and_positions() -> None:
    net = network(depth=2, every=True, causal=True)
    theta, inputs = numbers(net, 1)
    packed = packed_attention_set(net, inputs, np.array([[0, 1, 2, 1, 0]]), 3)
    found = finish(Transformer().inspection_pieces(net, theta, packed, None))
    positions = net.part(found.gradient, "positions")
    assert found.delta_norm[0] == pytest.approx(np.linalg.norm(positions), rel=1e-12)
    assert np.isnan(found.delta_norm[[1, 3]]).all() and np.isfinite(found.delta_norm[[0, 2, 4, 5]]).all()
    hidden = finish(layer_pieces(net, theta, packed, 0, None))[3].reshape(5, 7)
    assert found.dead[2] == pytest.approx((hidden <= 0.0).all(axis=0).mean())
    assert found.activation_mean[2] == pytest.approx(hidden.mean(), rel=1e-12)
