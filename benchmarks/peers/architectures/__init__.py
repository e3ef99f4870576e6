"""The alternatives for training a recurrent or convolutional network, or a transformer, with Adam.

Each module has `start(work) -> Peer`, or raises Missing with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.convolutional.network import ConvolutionalNetwork
from engine.architectures.recurrent.network import RecurrentNetwork

Array = np.ndarray
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Work:
    """The same work for everyone: examples in a fixed order, consecutive batches of equal size, the same start.

    network: an Elman network with tanh, a GRU or an LSTM with one output at the last step, trained on its mean squared
    error, or one convolution with ReLU, a max pooling and the output layer, or a causal transformer of one block with
    norms and ReLU that reads tokens and answers at every step, trained on softmax cross-entropy. targets (n,), or (n,
    steps): numbers, or class indices. theta (parameters,): laid out as network.blocks say.
    """

    network: RecurrentNetwork | ConvolutionalNetwork | AttentionNetwork
    inputs: Array
    targets: Array
    theta: Array
    rate: float
    batch: int

    @property
    def batches(self) -> int:
        """Updates per epoch."""
        return len(self.inputs) // self.batch

    @property
    def parts(self) -> list[tuple[int, int, tuple[int, ...]]]:
        """(start, stop, shape) of every tensor of theta, in order."""
        return [(block.start, block.stop, block.shape) for block in self.network.blocks]
