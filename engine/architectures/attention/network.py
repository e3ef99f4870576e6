"""The shape of a transformer: its steps, its blocks of attention, and the blocks of its theta."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.network import InBlocks
from engine.blocks import Block, Role
from engine.choices import Choice
from engine.contracts import Hyper, SettingError

Array = np.ndarray

LENGTH = Hyper("positions", "", 64, 1, 256, kind="integer", help="steps that attention sees at once")
WIDTH = Hyper(
    "width",
    "d",
    32,
    1,
    512,
    kind="integer",
    log=True,
    slider=(4, 128),
    help="numbers that stand for a step; the heads share them, so it is a multiple of their number",
    tier="basic",
)
HEADS = Hyper(
    "heads",
    "",
    4,
    1,
    16,
    kind="integer",
    help="how many patterns of attention a block has beside each other, each on width / heads numbers",
    tier="basic",
)
DEPTH = Hyper("blocks", "", 1, 1, 8, kind="integer", help="blocks of attention and MLP, one after another")
MLP = Hyper(
    "mlp",
    "",
    64,
    1,
    2048,
    kind="integer",
    log=True,
    slider=(4, 512),
    help="hidden units of the MLP in each block, the same at every step",
)
ACTIVATION = Hyper(
    "activation",
    "",
    "relu",
    kind="choice",
    options=("relu", "gelu"),
    titles=("ReLU", "GELU"),
    help="of the hidden units",
)
CAUSAL = Hyper(
    "causal", "", False, kind="switch", help="a step attends to itself and to earlier ones only, as if reading"
)
NORM = Hyper(
    "norm",
    "",
    True,
    kind="switch",
    help="layer normalisation before attention, MLP and output: mean 0 and variance 1 over the numbers of a step",
)
VOCABULARY = Hyper("tokens", "", 0, 0, 4096, kind="integer", help="tokens that a vocabulary has")


@dataclass(frozen=True, slots=True)
class AttentionNetwork(InBlocks):
    """A transformer over sequences of `length` steps: each step is a token of a vocabulary of `tokens`, which is
    embedded, or if that is 0, `inputs` numbers, which a dense layer reads. A learned vector of `width` numbers is added
    for each position. Then come `depth` blocks, x' = x + O attention(norm x), x'' = x' + MLP(norm x'), and a dense
    layer of `outputs` units with the activation `output` on norm x'', at the last step or at every one.

    heads: of attention, each on width / heads numbers. mlp: hidden units, with `activation`. causal: whether a step
    sees earlier ones only. norm: whether there is layer normalisation (epsilon 1e-5). every: whether there are outputs
    at every step. loss: a choice of LOSSES, its mean over the steps with outputs.

    Of the last block only what the outputs need is computed: without `every` its attention and MLP at the last step.
    Raises SettingError for numbers that are out of range.
    """

    length: int
    inputs: int
    tokens: int
    outputs: int
    loss: Choice
    width: int = 32
    heads: int = 4
    depth: int = 1
    mlp: int = 64
    activation: str = "relu"
    causal: bool = False
    norm: bool = True
    every: bool = False
    output: str = "identity"

    def __post_init__(self) -> None:
        if self.length > (most := LENGTH.high):
            told = f"a sequence of {self.length} steps is longer than the {most:g} positions that attention may have"
            raise SettingError(f"{told}: shorten it")
        LENGTH.check(self.length)
        for hyper, value in (
            (WIDTH, self.width), (HEADS, self.heads), (DEPTH, self.depth), (MLP, self.mlp), (VOCABULARY, self.tokens),
            (ACTIVATION, self.activation), (CAUSAL, self.causal), (NORM, self.norm),
        ):  # fmt: skip
            hyper.check(value)
        _ = ACTIVATIONS[self.output]
        if self.width % self.heads:
            below = self.width // self.heads * self.heads
            told = f"a width of {self.width} cannot be divided among {self.heads} heads"
            raise SettingError(f"{told}: use {f'{below} or ' if below else ''}{below + self.heads}")
        if self.tokens == 0 and self.inputs < 1:
            raise SettingError(f"a step is a token or has at least 1 input, got {self.inputs}")
        if self.outputs < 1:
            raise SettingError(f"a network has at least 1 output, got {self.outputs}")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return (self.length,) if self.tokens else (self.length, self.inputs)

    @property
    def steps(self) -> int:
        """At how many steps there are outputs."""
        return self.length if self.every else 1

    def first(self, block: int) -> int:
        """The first step at which a block's attention and MLP are computed."""
        return self.length - self.steps if block == self.depth - 1 else 0

    def queries(self, block: int) -> int:
        """At how many steps a block's attention and MLP are computed."""
        return self.length - self.first(block)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of an example, then of each layer that can be looked at: of the embedding (length, width); of each
        block the shares of attention (heads, queries, length), what they gather (queries, width) and the hidden units
        (queries, mlp); of the output (steps, outputs).
        """
        found = [self.length * (self.inputs if not self.tokens else 1), self.length * self.width]
        for block in range(self.depth):
            near = self.queries(block)
            found += [self.heads * near * self.length, near * self.width, near * self.mlp]
        return (*found, self.steps * self.outputs)

    @property
    def layers(self) -> int:
        return len(self.layer_titles)

    @property
    def layer_titles(self) -> tuple[str, ...]:
        """What can be looked at, in the order of `sizes`."""
        blocks = [
            name for block in range(1, self.depth + 1) for name in (f"shares {block}", f"heads {block}", f"MLP {block}")
        ]
        return ("embedding", *blocks, "output")

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The tensors of theta, in order; biases, gains and shifts do not decay."""
        return _blocks(self)

    @property
    def work_of_an_example(self) -> int:
        """About how many numbers of scratch memory one example takes."""
        wide = self.width * (8 + 4 * self.depth) + 2 * self.mlp * self.depth
        return self.length * wide + sum(self.sizes) + 2 * self.steps * self.outputs


@lru_cache(maxsize=256)
def _blocks(network: AttentionNetwork) -> tuple[Block, ...]:
    found: list[Block] = []
    d, hidden = network.width, network.mlp

    def add(name: str, shape: tuple[int, ...], role: Role) -> None:
        start = found[-1].stop if found else 0
        found.append(Block(name, start, shape, role, decays=role not in ("bias", "gain")))

    def norm(name: str) -> None:
        if network.norm:
            add(f"{name} gains", (d,), "gain")
            add(f"{name} shifts", (d,), "bias")

    if network.tokens:
        add("embedding", (network.tokens, d), "embedding")
    else:
        add("input weights", (d, network.inputs), "input")
    add("positions", (network.length, d), "embedding")
    for block in range(1, network.depth + 1):
        attention, mlp = f"attention {block}", f"MLP {block}"
        norm(attention)
        for kind in ("weights", "biases"):
            for name in ("query", "key", "value"):
                add(f"{attention} {name} {kind}", (d, d) if kind == "weights" else (d,), _role(kind))
        for kind in ("weights", "biases"):
            add(f"{attention} output {kind}", (d, d) if kind == "weights" else (d,), _role(kind))
        norm(mlp)
        add(f"{mlp} weights", (hidden, d), "hidden")
        add(f"{mlp} biases", (hidden,), "bias")
        add(f"{mlp} output weights", (d, hidden), "hidden")
        add(f"{mlp} output biases", (d,), "bias")
    norm("output")
    add("output weights", (network.outputs, d), "output")
    add("output biases", (network.outputs,), "bias")
    return tuple(found)


def _role(kind: str) -> Role:
    return "hidden" if kind == "weights" else "bias"
