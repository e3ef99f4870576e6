"""The initial weights of a convolutional network."""

from __future__ import annotations

import math

import numpy as np

from engine.architectures.convolutional.network import ConvolutionalNetwork
from engine.architectures.initializers import initial_layer
from engine.choices import Choice

Array = np.ndarray


def initial_convolutional(network: ConvolutionalNetwork, choice: Choice, seed: int) -> Array:
    """The initial theta (n,). The inputs of a filter are all numbers that it sees at once; each reaches as many numbers
    of every map as the filter has places, as PyTorch counts fans.
    """
    theta = np.zeros(network.parameters)
    for layer in range(network.layers):
        shape = network.weight_shape(layer)
        if shape is None:
            continue
        weights, biases = initial_layer(choice, seed, layer, math.prod(shape[1:]), shape[0], math.prod(shape[2:]))
        theta[network.weights(layer)], theta[network.biases(layer)] = np.ravel(weights), biases
    return theta
