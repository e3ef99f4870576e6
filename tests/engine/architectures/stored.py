"""The stored results of PyTorch for networks that are no perceptrons, see ../reference/make_architectures.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.attention.packing import packed_attention, packed_attention_set
from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Dense, Pooling
from engine.architectures.convolutional.packing import packed_convolutional, packed_convolutional_set
from engine.architectures.losses import LOSSES
from engine.architectures.packing import Packed
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.architectures.recurrent.packing import packed_recurrent, packed_recurrent_set
from engine.choices import choose

STORED: dict[str, Any] = {}
CASES: list[dict[str, Any]] = []
for name in ("architectures", "attention"):
    with np.load(Path(__file__).parents[1] / "reference" / f"{name}.npz") as file:
        for key in file:
            kind, _, place = key.partition("/")
            STORED[f"{kind}/{int(place) + len(CASES)}" if place else key] = file[key]
    CASES += json.loads(str(STORED["cases"]))
UPDATES, RATE = 50, 0.1  # of the trajectories
STAGES = {"convolution": Convolution, "pooling": Pooling, "dense": Dense}


def title(place: int) -> str:
    case = CASES[place]
    if case["kind"] == "convolutional":
        stages = "-".join(f"{name[0]}{next(iter(settings.values()))}" for name, settings in case["stages"])
        return f"{place} {'x'.join(map(str, case['shape']))} {stages}"
    if case["kind"] == "attention":
        read = f"{case['tokens']} tokens" if case["tokens"] else f"{case['inputs']} numbers"
        return f"{place} {read} {case['heads']} heads {case['depth']} {'causal' if case['causal'] else 'full'}"
    return f"{place} {case['cell']} {'every' if case['every'] else 'last'} {case['truncation']}"


def places(kind: str) -> list[int]:
    return [place for place, case in enumerate(CASES) if case["kind"] == kind]


def network_of(case: dict[str, Any]) -> ConvolutionalNetwork | RecurrentNetwork | AttentionNetwork:
    loss = choose(LOSSES, case["loss"], {})
    if case["kind"] == "convolutional":
        stages = tuple(STAGES[name](**settings) for name, settings in case["stages"])
        return ConvolutionalNetwork(tuple(case["shape"]), stages, case["outputs"], loss, dimensions=case["dimensions"])
    if case["kind"] == "attention":
        settings = {name: value for name, value in case.items() if name not in ("kind", "loss", "classes")}
        return AttentionNetwork(loss=loss, **settings)
    names = ("length", "inputs", "hidden", "outputs", "cell", "every", "activation", "truncation")
    return RecurrentNetwork(loss=loss, **{name: case[name] for name in names})


def packed_case(place: int) -> Packed:
    """The network of a case with its examples."""
    case, network = CASES[place], network_of(CASES[place])
    inputs, targets = STORED[f"inputs/{place}"], STORED[f"targets/{place}"]
    loss = LOSSES[case["loss"]]
    if isinstance(network, RecurrentNetwork | AttentionNetwork):
        if case["classes"] == 0:
            return packed_numbers(network, inputs, targets)
        raw = targets.reshape(len(inputs), network.length) if case["every"] else targets.reshape(-1)
        pack = packed_recurrent_set if isinstance(network, RecurrentNetwork) else packed_attention_set
        return pack(network, inputs, raw, case["classes"])
    if case["classes"] == 0:
        return packed_numbers(network, inputs, targets)
    assert loss.outputs(case["classes"]) == network.outputs
    return packed_convolutional_set(network, inputs, targets.reshape(-1), case["classes"])


def packed_numbers(
    network: ConvolutionalNetwork | RecurrentNetwork | AttentionNetwork, inputs: Any, targets: Any
) -> Packed:
    """With targets that are numbers, as many as there are outputs."""
    if isinstance(network, AttentionNetwork):
        return packed_attention(network, inputs, targets)
    if isinstance(network, RecurrentNetwork):
        return packed_recurrent(network, inputs, targets)
    return packed_convolutional(network, inputs, targets)
