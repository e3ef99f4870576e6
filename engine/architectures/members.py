"""The architectures, in the order of the menus."""

from __future__ import annotations

# isort: off
from engine.architectures.perceptron import PERCEPTRON as PERCEPTRON
from engine.architectures.convolutional.architecture import Convolutional
from engine.architectures.recurrent.architecture import Recurrent

# isort: on
from engine.architectures.catalogue import ARCHITECTURES as ARCHITECTURES

for made in (Convolutional(), Recurrent()):
    ARCHITECTURES.add(made)
