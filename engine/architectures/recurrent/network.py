"""The shape of a recurrent network: its cell, its sequences, and the blocks of its theta."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.network import InBlocks
from engine.blocks import Block
from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, SettingError, Tier

Array = np.ndarray

HIDDEN = Hyper(
    "hidden",
    "",
    16,
    1,
    1024,
    kind="integer",
    slider=(1, 64),
    help="numbers that the state consists of",
    tier="basic",
)
LENGTH = Hyper("length", "", 50, 1, 4096, kind="integer", slider=(2, 200), help="time steps of a sequence")
TRUNCATION = Hyper(
    "truncation",
    "",
    0,
    0,
    4096,
    kind="integer",
    slider=(0, 100),
    help="time steps that a gradient goes back at most; 0 is the whole sequence",
)

RECURRENT_ACTIVATIONS = ("tanh", "relu", "identity")  # of an Elman cell
START = Hyper(
    "start",
    "",
    "drawn",
    kind="choice",
    options=("drawn", "identity", "orthogonal"),
    help="Recurrent weights: drawn as all others, or the identity, which keeps a ReLU state as it is (Le et al. 2015), "
    "or a rotation, which keeps its length",
)
FORGET_BIAS = Hyper(
    "forget_bias",
    "",
    1.0,
    -10.0,
    10.0,
    help="what an LSTM's forget gate starts with: 1 lets it keep its cell state (Jozefowicz et al. 2015)",
    tier="expert",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a recurrent network computes at a time step. gates: the names of its gates, in the order of their weights;
    kept: whether it has a cell state beside its output.
    """

    key: str
    title: str
    gates: tuple[str, ...]
    formula: str
    source: str
    kept: bool = False
    knobs: tuple[Hyper, ...] = ()
    tier: Tier = "basic"


CELLS: Catalogue[Cell] = Catalogue("recurrent cell")
CELLS.add(
    Cell(
        "elman",
        "Elman",
        ("state",),
        "h' = a(W x + U h + b)",
        "Elman 1990, https://doi.org/10.1207/s15516709cog1402_1",
    )
)
CELLS.add(
    Cell(
        "gru",
        "GRU",
        ("reset", "update", "candidate"),
        "r, z = σ(W x + U h + b); n = tanh(W x + b + r (U h + c)); h' = (1 - z) n + z h",
        "Cho et al. 2014, https://arxiv.org/abs/1406.1078; reset after the product as in PyTorch",
    )
)
CELLS.add(
    Cell(
        "lstm",
        "LSTM",
        ("input", "forget", "candidate", "output"),
        "i, f, o = σ(W x + U h + b); g = tanh(W x + U h + b); c' = f c + i g; h' = o tanh(c')",
        "Hochreiter & Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735; forget gate: Gers et al. 2000",
        kept=True,
    )
)


@dataclass(frozen=True, slots=True)
class RecurrentNetwork(InBlocks):
    """A recurrent layer of `hidden` units over sequences of `length` steps with `inputs` numbers each, from a zero
    state, then a dense layer of `outputs` units with the activation `output`, at the last step or at every one.

    cell: a key of CELLS. activation: that of an Elman cell. truncation: gradients go back over segments
    of so many steps, counted from the last step, and not beyond; 0 is the whole sequence. every: whether there are
    outputs at every step. loss: a choice of LOSSES, its mean over the steps with outputs. start: how the recurrent
    weights begin, see START; forget_bias: how the forget gates of an LSTM do.

    theta holds the input weights W (gates * hidden, inputs), the recurrent weights U (gates * hidden, hidden), the
    biases (gates * hidden,), of a GRU the biases c (hidden,) inside the reset, the output weights (outputs, hidden)
    and the output biases (outputs,). Raises SettingError for numbers that are out of range.
    """

    length: int
    inputs: int
    hidden: int
    outputs: int
    loss: Choice
    cell: str = "elman"
    every: bool = False
    activation: str = "tanh"
    output: str = "identity"
    truncation: int = 0
    start: str = "drawn"
    forget_bias: float = 1.0

    def __post_init__(self) -> None:
        LENGTH.check(self.length)
        HIDDEN.check(self.hidden)
        TRUNCATION.check(self.truncation)
        START.check(self.start)
        FORGET_BIAS.check(self.forget_bias)
        _ = CELLS[self.cell], ACTIVATIONS[self.output]
        if self.activation not in RECURRENT_ACTIVATIONS:
            *first, last = RECURRENT_ACTIVATIONS
            raise SettingError(f"a recurrent layer takes {', '.join(first)} or {last}, got {self.activation!r}")
        if self.activation != "tanh" and self.cell != "elman":
            raise SettingError(f"the activations of {CELLS[self.cell].title} are fixed: {self.activation} is for Elman")
        if self.truncation > self.length:
            told = f"a truncation of {self.truncation} steps is longer than the sequence of {self.length}"
            raise SettingError(f"{told}: use at most {self.length}, or 0 for all of it")
        if min(self.inputs, self.outputs) < 1:
            raise SettingError(f"a step has at least 1 input and 1 output, got {self.inputs} and {self.outputs}")

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of one example."""
        return self.length, self.inputs

    @property
    def gates(self) -> int:
        return len(CELLS[self.cell].gates)

    @property
    def steps(self) -> int:
        """At how many steps there are outputs."""
        return self.length if self.every else 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of an example, then of each layer that can be looked at: what lies in memory for the states (the
        inputs of the next step lie between them), the gates, an LSTM's cell states, and the outputs.
        """
        length, hidden = self.length, self.hidden
        found = [length * self.inputs, length * (hidden + self.inputs)]
        if self.gates > 1:
            found.append(length * 4 * hidden)
        if CELLS[self.cell].kept:
            found.append(length * hidden)
        return (*found, self.steps * self.outputs)

    @property
    def layers(self) -> int:
        return len(self.layer_titles)

    @property
    def layer_titles(self) -> tuple[str, ...]:
        """What can be looked at, in the order of `sizes`."""
        gates = ("gates",) if self.gates > 1 else ()
        return ("states", *gates, *(("cell states",) if CELLS[self.cell].kept else ()), "output")

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The tensors of theta, in order."""
        rows, hidden = self.gates * self.hidden, self.hidden
        found: list[Block] = []

        def add(name: str, shape: tuple[int, ...], role: str) -> None:
            start = found[-1].stop if found else 0
            found.append(Block(name, start, shape, role, decays=role != "bias"))  # type: ignore[arg-type]

        add("input weights", (rows, self.inputs), "input")
        add("recurrent weights", (rows, hidden), "hidden")
        add("biases", (rows,), "bias")
        if self.cell == "gru":
            add("reset biases", (hidden,), "bias")
        add("output weights", (self.outputs, hidden), "output")
        add("output biases", (self.outputs,), "bias")
        return tuple(found)

    @property
    def work_of_an_example(self) -> int:
        """How many numbers of scratch memory the steps of one example take."""
        rows = self.gates * self.hidden if self.gates != 3 else 4 * self.hidden
        kept = 2 * self.hidden if CELLS[self.cell].kept else 0
        return self.length * (self.hidden + self.inputs + rows + kept) + 2 * math.prod((self.steps, self.outputs))
