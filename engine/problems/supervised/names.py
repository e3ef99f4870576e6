"""The names of a network's parameters."""

from __future__ import annotations

from engine.architectures.network import Network


def parameter_name(network: Network, inputs: tuple[str, ...], outputs: tuple[str, ...], place: int) -> str:
    """The name of a parameter by its index in theta: `w hidden 1: x → unit 3`, `bias output`.

    inputs: names of the features; outputs: of the classes, empty for one output.
    """
    layer = next(layer for layer in range(network.layers) if place < network.biases(layer).stop)
    last = layer == network.layers - 1
    title = "output" if last else f"hidden {layer + 1}"
    weights, width = network.weights(layer), network.sizes[layer]
    if place < weights.stop:
        unit, source = divmod(place - weights.start, width)
        kind, begin = "w", inputs[source] if layer == 0 else f"unit {source + 1}"
    else:
        unit, kind, begin = place - weights.stop, "bias", ""
    if last:
        end = outputs[unit] if outputs else f"{unit + 1}" if network.sizes[-1] > 1 else ""
    else:
        end = f"unit {unit + 1}"
    path = " → ".join(part for part in (begin, end) if part)
    return f"{kind} {title}: {path}" if path else f"{kind} {title}"
