"""The catalogue of architectures: functions with many parameters, which learn from examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from engine.architectures.packing import Packed
from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, Kernel, Routine, Tier
from engine.queries import Query

Array = np.ndarray


class Architecture(ABC):
    """One architecture. Its networks are frozen dataclasses of its own, which name it (`ARCHITECTURE`) and say how many
    `parameters` they have, into which `blocks` theta falls, and the `layer_titles`, `layers`, `sizes` and `loss`.

    objective: the kernel of loss and exact gradient on a batch. inside: what can be asked of the inside of a network.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    tier: Tier = "more"
    knobs: tuple[Hyper, ...] = ()
    objective: ClassVar[Kernel]
    inside: ClassVar[tuple[type[Query[Any]], ...]] = ()

    @abstractmethod
    def start(self, network: Any, initializer: Choice, seed: int) -> Array:
        """The initial theta (n,), a function of the network's shape, the initializer and the seed."""

    @abstractmethod
    def packed(self, network: Any, inputs: Array, targets: Array | None = None) -> Packed:
        """What the objective reads for inputs (n, ...) and encoded targets (n, k), which outputs alone do not need.

        Raises SettingError for inputs of another shape.
        """

    @abstractmethod
    def memory(self, network: Any, examples: int) -> tuple[int, int]:
        """How many numbers so many examples take, told before they are allocated: constants, scratch memory."""

    @abstractmethod
    def kernels(self, network: Any) -> list[Kernel | Routine]:
        """What must be compiled before such a network can learn and be looked at."""


ARCHITECTURES: Catalogue[Architecture] = Catalogue("architecture")
