"""The architectures, in the order of the menus."""

from __future__ import annotations

# isort: off
from engine.architectures.perceptron import PERCEPTRON as PERCEPTRON
from engine.architectures.convolutional.architecture import Convolutional
from engine.architectures.recurrent.architecture import Recurrent
from engine.architectures.attention.architecture import Transformer

# isort: on
from engine.architectures.catalogue import ARCHITECTURES as ARCHITECTURES

for made in (Convolutional(), Recurrent(), Transformer()):
    ARCHITECTURES.add(made)
