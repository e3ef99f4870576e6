"""A recurrent network from its knobs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.architectures.recurrent.network import (
    CELLS,
    FORGET_BIAS,
    HIDDEN,
    START,
    TRUNCATION,
    RecurrentNetwork,
)
from engine.choices import Choice
from engine.contracts import Hyper, Value

RECURRENT_KNOBS = (
    Hyper(
        "cell", "cell", "gru", kind="choice", options=tuple(CELLS), tier="basic",
        help="Elman keeps a plain state; the gates of a GRU and an LSTM decide what is kept",
    ),
    HIDDEN,
    Hyper(
        "activation", "activation", "tanh", kind="choice", options=("tanh", "relu"),
        help="of an Elman cell; those of the others are fixed",
    ),
    TRUNCATION,
    START,
    FORGET_BIAS,
)  # fmt: skip


def recurrent_network(
    values: Mapping[str, Value], shape: tuple[int, ...], outputs: int, loss: Choice, output: str = "identity"
) -> RecurrentNetwork:
    """The network that checked values of RECURRENT_KNOBS describe, with outputs at the last step, for examples of a
    shape: its first side is the time, what is left are the inputs of a step. A truncation beyond the sequence is all of
    it. Raises SettingError if they do not fit.
    """
    cell = str(values["cell"])
    return RecurrentNetwork(
        shape[0],
        math.prod(shape[1:]),
        int(values["hidden"]),  # type: ignore[arg-type]
        outputs,
        loss,
        cell,
        activation=str(values["activation"]) if cell == "elman" else "tanh",
        output=output,
        truncation=min(int(values["truncation"]), shape[0]),  # type: ignore[arg-type]
        start=str(values["start"]),
        forget_bias=float(values["forget_bias"]),  # type: ignore[arg-type]
    )
