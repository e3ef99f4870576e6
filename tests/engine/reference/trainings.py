"""The training runs of which training.npz holds PyTorch's curves: name -> (experiment, updates)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Experiment, Layer, RunSettings, new_network, new_run

Training = tuple[Experiment, int]

# The biases of PyTorch's own beginning are not 0 either, which tells whether decay leaves them alone.
IRIS = {"data": "iris", "hidden": (16,), "initializer": "torch"}
DIGITS = {"data": "digits", "hidden": (32,), "activation": "relu", "initializer": "he_normal"}
CANCER = {"data": "breast_cancer", "hidden": (16,), "scaling": "standardise"}
DIABETES = {"data": "diabetes", "hidden": (16, 8), "activation": "softplus", "scaling": "standardise"}
CIRCLE = {"data": "circle", "hidden": (4, 2), "initializer": "playground", "output": "tanh", "loss": "half_mse"}


def training(updates: int, run: RunSettings, task: Mapping[str, Any], **changes: Any) -> Training:
    return new_network(runs=[run], **{**task, **changes}), updates


# An epoch of iris has 120 examples, of digits 1437, of breast cancer 455, of diabetes 353: the last batch is short
# wherever its size does not divide them.
TRAININGS: dict[str, Training] = {
    "iris, adam": training(
        165, new_run("adam", learning_rate=0.01, batch=16), IRIS, activation="relu", initializer="he_normal"
    ),
    "iris, momentum on the full batch": training(200, new_run("momentum", learning_rate=0.05), IRIS),
    "iris, adamw": training(165, new_run("adamw", learning_rate=0.02, weight_decay=0.1, batch=16), IRIS),
    "iris, l1 and l2": training(
        240, new_run("nesterov", learning_rate=0.02, weight_decay=0.02, l1=0.005, batch=10, order="fixed"), IRIS
    ),
    "iris, l1 and decoupled decay": training(
        120, new_run("sgd", learning_rate=0.1, weight_decay=0.05, decoupled=True, l1=0.002, batch=50), IRIS
    ),
    "iris, clipped, on a cosine, smoothed": training(
        150,
        new_run(
            "momentum", learning_rate=0.1, clip_norm=0.5, batch=32, schedule="cosine", schedule_knobs={"length": 150}
        ),
        IRIS,
        loss={"kind": "softmax", "smoothing": 0.1},
        scaling="standardise",
    ),
    "iris, one by one": training(
        360, new_run("sgd", learning_rate=0.5, batch="single"), IRIS, activation="sigmoid", scaling="min_max"
    ),
    "iris, gelu": training(160, new_run("adam", learning_rate=0.01, batch=16), IRIS, hidden=(12, 8), activation="gelu"),
    "iris, mish": training(
        160, new_run("radam", learning_rate=0.02, batch=16), IRIS, hidden=(12, 8), activation="mish"
    ),
    "iris, squares of three outputs": training(
        200,
        new_run("nadam", learning_rate=0.01, batch=25, order="fixed"),
        IRIS,
        hidden=(Layer(9, "elu"), Layer(5, "sine")),
        loss="mse",
        output="sigmoid",
    ),
    "digits, adam": training(225, new_run("adam", learning_rate=0.01, batch=32, order="fixed"), DIGITS),
    "digits, rmsprop": training(150, new_run("rmsprop", learning_rate=1e-3, batch=32, order="replaced"), DIGITS),
    "digits, residual": training(
        135, new_run("adam", learning_rate=3e-3, batch=32), DIGITS, hidden=(16, 16, 16), residual=True
    ),
    "digits, full batch": training(40, new_run("momentum", learning_rate=0.02), DIGITS, scaling="standardise"),
    "iris, sam": training(
        165, new_run("sam", learning_rate=0.02, rho=0.1, weight_decay=0.01, batch=16), IRIS, hidden=(8, 5)
    ),
    "diabetes, sam without momentum": training(
        60, new_run("sam", learning_rate=0.05, momentum=0.0, weight_decay=0.1, decoupled=True, l1=0.002), DIABETES
    ),
    "digits, muon": training(
        135, new_run("muon", learning_rate=0.02, weight_decay=0.1, batch=32), DIGITS, hidden=(24, 32, 16)
    ),
    "digits, muon of all matrices": training(
        90,
        new_run(
            "muon",
            learning_rate=0.01,
            layers="all",
            nesterov=False,
            scale="match_rms",
            steps=6,
            weight_decay=0.05,
            batch=32,
            order="fixed",
        ),
        DIGITS,
        hidden=(16, 24),
        activation="tanh",
    ),
    "iris, adam averaged exponentially": training(
        165, new_run("adam", learning_rate=0.02, average="EMA", average_decay=0.95, average_from=20, batch=16), IRIS
    ),
    "iris, momentum averaged from update 60": training(
        120, new_run("momentum", learning_rate=0.02, average="uniform", average_from=60, batch=16), IRIS
    ),
    "iris, adamw with rates of layers": training(
        165,
        new_run("adamw", learning_rate=0.01, weight_decay=0.1, batch=16, rates={"hidden 1": 0.25, "output": 3.0}),
        IRIS,
        hidden=(8, 6),
    ),
    "digits, momentum with a frozen layer": training(
        90,
        new_run("momentum", learning_rate=0.02, l1=1e-4, batch=32, rates={"hidden 1": 0.0, "hidden 2": 0.5}),
        DIGITS,
        hidden=(16, 12),
    ),
    "breast cancer, logits": training(150, new_run("nesterov", learning_rate=0.02, batch=32), CANCER),
    "diabetes, huber": training(
        165, new_run("adam", learning_rate=0.01, batch=32), DIABETES, loss={"kind": "huber", "delta": 0.7}
    ),
    "playground's circle": training(1250, new_run("sgd", learning_rate=0.03, batch=10, order="fixed"), CIRCLE),
}
