"""Networks described by knobs, as a file and a panel have them."""

from __future__ import annotations

import pytest

from engine.architectures.convolutional.knobs import CONVOLUTIONAL_KNOBS, convolutional_network
from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Dense, Pooling
from engine.architectures.losses import LOSSES
from engine.architectures.recurrent.knobs import RECURRENT_KNOBS, recurrent_network
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.choices import choose
from engine.contracts import SettingError
from engine.data import DATASETS

SOFTMAX = choose(LOSSES, "softmax", {})


def values(knobs, **chosen):
    assert set(chosen) <= {knob.name for knob in knobs}
    return {knob.name: knob.check(chosen.get(knob.name, knob.default)) for knob in knobs}


def test_convolutions_come_with_their_pooling_then_dense_layers() -> None:
    chosen = values(CONVOLUTIONAL_KNOBS, channels=[8, 16], padding=1, dense=[20], activation="tanh", pooling="mean")
    assert convolutional_network(chosen, (8, 8), 10, SOFTMAX) == ConvolutionalNetwork(
        (8, 8),
        (
            Convolution(8, 3, 1, 1, "tanh"), Pooling("mean", 2), Convolution(16, 3, 1, 1, "tanh"), Pooling("mean", 2),
            Dense(20, "tanh"),
        ),
        10,
        SOFTMAX,
    )  # fmt: skip
    bare = convolutional_network(values(CONVOLUTIONAL_KNOBS, pooling="none"), (40,), 10, SOFTMAX)
    assert bare == ConvolutionalNetwork((40,), (Convolution(8),), 10, SOFTMAX, dimensions=1)
    with pytest.raises(SettingError, match="a pooling window of 2 x 2 is larger than its input of 1 x 1"):
        convolutional_network(values(CONVOLUTIONAL_KNOBS, channels=[8, 8, 8]), (8, 8), 10, SOFTMAX)


def test_the_first_side_of_an_example_is_the_time() -> None:
    chosen = values(RECURRENT_KNOBS, cell="lstm", hidden=9, truncation=20, forget_bias=2.0)
    assert recurrent_network(chosen, (50, 2), 1, SOFTMAX) == RecurrentNetwork(
        50, 2, 9, 1, SOFTMAX, "lstm", truncation=20, forget_bias=2.0
    )
    assert recurrent_network(chosen, (8, 8), 10, SOFTMAX).shape == (8, 8)
    assert recurrent_network(chosen, (40,), 10, SOFTMAX).shape == (40, 1)
    assert recurrent_network(chosen, (8, 8), 10, SOFTMAX).truncation == 8
    relu = values(RECURRENT_KNOBS, cell="elman", activation="relu", start="identity")
    assert recurrent_network(relu, (50, 2), 1, SOFTMAX).activation == "relu"
    # What one cell cannot take does not stand in the way of choosing another.
    assert recurrent_network({**relu, "cell": "gru"}, (50, 2), 1, SOFTMAX).activation == "tanh"


@pytest.mark.parametrize("key", ["digits", "patterns", "adding"])
def test_fresh_networks_fit_the_data_that_have_a_shape(key) -> None:
    shape = DATASETS[key].shape
    assert recurrent_network(values(RECURRENT_KNOBS), shape, 3, SOFTMAX).parameters > 0
    if key != "adding":
        assert convolutional_network(values(CONVOLUTIONAL_KNOBS), shape, 3, SOFTMAX).parameters > 0
