"""The alternatives for learning to balance a pole by REINFORCE with Adam.

Each module has `start(work) -> Peer`, or raises Missing with the reason. A piece of work is a whole training from the
start, so that everyone plays the same episodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
TINY = 1e-8  # beside the standard deviation of returns


@dataclass(frozen=True)
class Work:
    """The same work for everyone: a tanh network of 4 inputs, `hidden` units and 2 actions, one episode an update.

    theta (n,): hidden weights (hidden, 4) and biases, weights (2, hidden) and biases, one after the other. starts
    (updates, 4): the first states; lots (updates, longest): the uniform numbers by which actions are chosen, the first
    action where a number is at most its probability.
    """

    theta: Array
    hidden: int
    rate: float
    discount: float
    starts: Array
    lots: Array

    @property
    def updates(self) -> int:
        return len(self.starts)

    @property
    def longest(self) -> int:
        return self.lots.shape[1]

    @property
    def parts(self) -> list[tuple[int, int, tuple[int, ...]]]:
        """(start, stop, shape) of every tensor of theta, in order."""
        found, start = [], 0
        for shape in ((self.hidden, 4), (self.hidden,), (2, self.hidden), (2,)):
            stop = start + int(np.prod(shape))
            found.append((start, stop, shape))
            start = stop
        return found
