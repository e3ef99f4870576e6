from __future__ import annotations

import pytest

from app.documents.run_labels import differences
from engine import Session, new_experiment, new_network, new_run

CASES = {
    "optimizers": ([new_run("adam"), new_run("rmsprop", learning_rate=1e-3)], ["Adam", "RMSprop"]),
    "rates": ([new_run("adam", learning_rate=0.03), new_run("sgd")], ["Adam, η = 0.03", "Gradient descent, η = 0.001"]),
    "other knob too": (
        [new_run("adam", learning_rate=0.03, beta1=0.8), new_run("sgd", learning_rate=0.03)],
        ["Adam, β₁ = 0.8", "Gradient descent"],
    ),
    "one knob": ([new_run("adam", beta1=0.8), new_run("adam")], ["β₁ = 0.8", "β₁ = 0.9"]),
    "digits that tell apart": (
        [new_run(learning_rate=0.1000001), new_run(learning_rate=0.1000002)],
        ["η = 0.1000001", "η = 0.1000002"],
    ),
    "switch": (
        [new_run("adam", bias_correction=False), new_run("adam")],
        ["bias correction off", "bias correction on"],
    ),
    "schedule": (
        [new_run(schedule="constant"), new_run(schedule="cosine")],
        ["constant schedule", "cosine schedule"],
    ),
    "batch": (
        [new_run(batch="full"), new_run(batch=5), new_run(batch=10)],
        ["full batch", "mini-batch, B = 5", "mini-batch, B = 10"],
    ),
    "driven": (
        [new_run("adam", drive={"optimizer.beta1": "cosine"}), new_run("adam")],
        ["schedule of beta1 cosine", "Adam"],
    ),
    "driven otherwise": (
        [new_run("adam", drive={"optimizer.beta1": {"kind": "cosine", "length": t}}) for t in (50, 80)],
        ["schedule of beta1 cosine, T = 50", "schedule of beta1 cosine, T = 80"],
    ),
    "same": ([new_run(), new_run()], ["Gradient descent (1)", "Gradient descent (2)"]),
    "alone": ([new_run("adam", learning_rate=0.03)], ["Adam, η = 0.03"]),
    "own names": (
        [new_run("adam", name="Bold"), new_run("adam", name="Adam 2", learning_rate=0.5)],
        ["Bold: η = 0.001", "Adam 2: η = 0.5"],
    ),
    "own name with its title": (
        [new_run("adam", name="Adam, mine"), new_run("sgd")],
        ["Adam, mine", "Gradient descent"],
    ),
}


@pytest.mark.parametrize(("runs", "labels"), CASES.values(), ids=list(CASES))
def test_labels_name_what_differs_and_nothing_else(runs: list, labels: list[str]) -> None:
    assert differences(new_experiment("rosenbrock", runs)) == labels


def test_rates_of_layers_are_a_difference() -> None:
    runs = [new_run("adam", rates=rates) for rates in ({"hidden 1": 0.0}, {"hidden 1": 0.5, "output": 0.1}, {})]
    assert differences(new_network("moons", runs, (4, 3))) == [
        "hidden 1 frozen, rate of output × 1",
        "rate of hidden 1 × 0.5, rate of output × 0.1",
        "rate of hidden 1 × 1, rate of output × 1",
    ]


def test_a_tweak_is_a_difference() -> None:
    session = Session(new_experiment("rosenbrock", ["adam", "adam", "adam"]))
    session.advance(500)
    session.tweak("adam", "learning_rate", 0.1)
    session.tweak("adam-2", "optimizer.beta1", 0.8)
    session.tweak("adam-2", "schedule", "cosine")
    assert differences(session.experiment()) == ["learning rate 0.1 from update 500", "2 tweaks", "Adam"]
    session.advance(20)
    session.tweak("adam", "learning_rate", 0.5)  # as a slider does, at every step of a drag
    assert differences(session.experiment())[0] == "learning rate 0.5 from update 520 (2 tweaks)"
