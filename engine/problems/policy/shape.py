"""The shape of a policy and its critic: tensors of theta, their names, and the same functions in NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.blocks import Block, Role
from engine.problems.policy.methods import LEARNED, MEAN, NO_CRITIC
from engine.random_generator import RandomGenerator

Array = np.ndarray

POLICY, VALUE = "policy", "value"  # begin the names of the blocks


@dataclass(frozen=True, slots=True)
class Shape:
    """states: rows of a table, 0 without one; features, hidden: of a network, hidden 0 for one without hidden units.

    critic: NO_CRITIC, MEAN or LEARNED. value_rate: multiplies the learning rate of the critic.
    """

    states: int
    features: tuple[str, ...]
    hidden: int
    actions: tuple[str, ...]
    critic: int
    value_rate: float = 1.0

    @property
    def is_table(self) -> bool:
        return self.hidden == 0 and self.states > 0

    @property
    def policy_size(self) -> int:
        return self._size(len(self.actions))

    @property
    def value_size(self) -> int:
        return {NO_CRITIC: 0, MEAN: 1, LEARNED: self._size(1)}[self.critic]

    @property
    def parameters(self) -> int:
        return self.policy_size + self.value_size

    def _size(self, outputs: int) -> int:
        if self.is_table:
            return self.states * outputs
        if self.hidden:
            return self.hidden * (len(self.features) + 1 + outputs) + outputs
        return outputs * (len(self.features) + 1)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Of the policy, then of the critic, whose rate is its own."""
        found = self._blocks(POLICY, 0, len(self.actions), 1.0)
        if self.critic == MEAN:
            found.append(Block("running mean", self.policy_size, (1,), "bias", False, self.value_rate))
        elif self.critic == LEARNED:
            found += self._blocks(VALUE, self.policy_size, 1, self.value_rate)
        return tuple(found)

    def _blocks(self, name: str, start: int, outputs: int, rate: float) -> list[Block]:
        features, hidden = len(self.features), self.hidden
        parts: list[tuple[str, tuple[int, ...], Role]]
        if self.is_table:
            parts = [("table", (self.states, outputs), "embedding")]
        elif hidden:
            parts = [
                ("hidden weights", (hidden, features), "input"),
                ("hidden biases", (hidden,), "bias"),
                ("weights", (outputs, hidden), "output"),
                ("biases", (outputs,), "bias"),
            ]
        else:
            parts = [("weights", (outputs, features), "output"), ("biases", (outputs,), "bias")]
        blocks = []
        for told, shape, role in parts:
            blocks.append(Block(f"{name} {told}", start, shape, role, role != "bias", rate))
            start = blocks[-1].stop
        return blocks

    def start(self, preferred: Array | None, seed: int) -> Array:
        """theta (n,) before the first update: a table as the environment prefers it, else zeros; weights uniform within
        1 / sqrt(inputs), as are their biases.
        """
        theta = np.zeros(self.parameters)
        if preferred is not None and self.is_table:
            theta[: preferred.size] = preferred.ravel()
        rng = RandomGenerator(seed)
        for number, block in enumerate(self.blocks):
            if self.hidden and block.name != "running mean":
                bound = 1.0 / math.sqrt(len(self.features) if " hidden " in block.name else self.hidden)
                theta[block.start : block.stop] = rng.child(number).uniform(block.size, -bound, bound)
        return theta

    def outputs(self, theta: Array, seen: Array, value: bool) -> Array:
        """Preferences (k, actions), or values (k, 1), of what is seen: rows of features (k, features), or of a table
        all of its states.
        """
        outputs = 1 if value else len(self.actions)
        first = self.policy_size if value else 0
        part = theta[first : first + (self.value_size if value else self.policy_size)]
        if value and self.critic == MEAN:
            return np.full((len(seen), 1), part[0])
        if self.is_table:
            table: Array = part.reshape(self.states, outputs)
            return table
        tensors = [part[b.start - first : b.stop - first].reshape(b.shape) for b in self._tensors(value)]
        if self.hidden:
            seen = np.tanh(seen @ tensors[0].T + tensors[1])
        found: Array = seen @ tensors[-2].T + tensors[-1]
        return found

    def probabilities(self, theta: Array, seen: Array) -> Array:
        """(k, actions): the softmax of the preferences."""
        preferences = self.outputs(theta, seen, False)
        with np.errstate(all="ignore"):  # of a run that diverges
            raised = np.exp(preferences - preferences.max(axis=1, keepdims=True))
            found: Array = raised / raised.sum(axis=1, keepdims=True)
        return found

    def valued(self, theta: Array, seen: Array) -> Array | None:
        """(k,): the values of the critic, None without one."""
        return None if self.critic == NO_CRITIC else self.outputs(theta, seen, True)[:, 0]

    def _tensors(self, value: bool) -> list[Block]:
        return [block for block in self.blocks if (block.start >= self.policy_size) == value]

    def name(self, place: int) -> str:
        """Such as `policy table, state 3: up`, `value hidden weights, unit 2: angle` and `running mean`."""
        block = next(block for block in self.blocks if place < block.stop)
        row, column = divmod(place - block.start, block.shape[-1] if len(block.shape) > 1 else block.size)
        critic = block.start >= self.policy_size
        whole, _, kind = block.name.partition(" ")
        if block.size == 1:
            return block.name
        units = [f"unit {unit}" for unit in range(1, self.hidden + 1)]
        ends = [""] if critic else list(self.actions)
        if self.is_table:
            told = f"state {row + 1}"
            return f"{whole} {kind}, {told}" if critic else f"{whole} {kind}, {told}: {ends[column]}"
        to = units if "hidden" in kind else ends
        if kind.endswith("biases"):
            return f"{block.name}, {to[column]}" if to[column] else block.name
        from_ = self.features if "hidden" in kind or not self.hidden else units
        end = to[row]
        return f"{block.name}, {from_[column]} → {end}" if end else f"{block.name}, {from_[column]}"
