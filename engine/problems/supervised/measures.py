"""What is measured of a network while it is trained, on all examples."""

from __future__ import annotations

from engine.training.measures import LOSS, WATCHED, Measure

_ALL = "on all examples, measured now and then"

NETWORK_MEASURES = (
    Measure(
        "training_loss",
        "Training and validation loss",
        _ALL,
        direction="falls",
        role=LOSS,
        log=True,
        curve="losses",
        axis="Loss",
        shown=True,
        tall=1.35,
        tier="basic",
    ),
    Measure("validation_loss", "Validation loss", _ALL, direction="falls", role=WATCHED, curve="losses"),
    Measure(
        "training_score",
        "Accuracy or R²",
        _ALL,
        direction="rises",
        curve="score",
        shown=True,
        least=-1.0,
        tier="basic",
    ),
    Measure("validation_score", "Accuracy or R², validation", _ALL, direction="rises", curve="score"),
    Measure("penalty", "Penalty", "what L1 and L2 add to the loss", tier="expert"),
    Measure(
        "gradient_norm",
        "Gradient norm",
        "of the layer's parameters, on all training examples",
        by_layer=True,
        log=True,
    ),
    Measure(
        "delta_norm",
        "Delta norm",
        "what comes back to the layer: root mean square over the examples",
        by_layer=True,
        log=True,
        tier="expert",
    ),
    Measure(
        "update_ratio",
        "Update / weights",
        "length of the last step over that of the weights",
        by_layer=True,
        log=True,
        tier="expert",
    ),
    Measure("activation_mean", "Mean activation", "over units and training examples", by_layer=True, tier="expert"),
    Measure(
        "activation_deviation",
        "Activation deviation",
        "over units and training examples",
        by_layer=True,
        tier="expert",
    ),
    Measure(
        "dead", "Dead units", "share of units without a gradient for any training example", by_layer=True, tier="expert"
    ),
    Measure(
        "saturated",
        "Saturated units",
        "share of activations close to an end of their range",
        by_layer=True,
        tier="expert",
    ),
    Measure(
        "class_loss",
        "Loss",
        "of the training examples of each class by themselves, however many there are",
        by_layer=True,
        part="class",
        log=True,
    ),
)

TEXT_MEASURES = (  # of windows of a text; NaN where the loss is no cross-entropy
    Measure(
        "training_bits",
        "Bits per character",
        "what predicting the next character costs, on all examples: the cross-entropy over ln 2",
        direction="falls",
        log=True,
        curve="bits",
        axis="Bits per character",
        shown=True,
        tall=1.35,
        tier="basic",
    ),
    Measure("validation_bits", "Bits per character, validation", _ALL, direction="falls", curve="bits"),
)

MEASURES = tuple(measure.key for measure in NETWORK_MEASURES if not measure.by_layer)
LAYER_MEASURES = tuple(measure.key for measure in NETWORK_MEASURES if measure.by_layer)
