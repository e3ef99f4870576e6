"""The architectures, in the order of the menus."""

from __future__ import annotations

from engine.architectures.catalogue import ARCHITECTURES as ARCHITECTURES
from engine.architectures.perceptron import Perceptron

for made in (Perceptron(),):
    ARCHITECTURES.add(made)
