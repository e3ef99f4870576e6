"""Networks whose targets are vectors, sequences or their own inputs: what is measured of them and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from engine import (
    Experiment,
    Field,
    Predictions,
    Reference,
    Session,
    SettingError,
    Table,
    choose,
    new_network,
    new_run,
    snapshot_of,
)
from engine.architectures.losses import LOSSES
from engine.problems.supervised.references import discarded_variance
from engine.problems.supervised.task import network_need
from tests.each import each

RNN = {"kind": "recurrent", "units": 5}
CASES = {
    "vector": {"data": {"kind": "arm", "samples": 60}, "hidden": (4,), "target_scaling": "standardise"},
    "values": {"data": {"kind": "sine_ahead", "samples": 60}, "architecture": RNN},
    "classes": {"data": {"kind": "echo", "samples": 60}, "architecture": RNN},
    "inputs": {"data": "iris", "hidden": (2,), "target": "inputs", "scaling": "standardise"},
}
every_case = each("case", CASES)


def session(case, **changes) -> Session:
    told = {**CASES[case], **changes}
    return Session(new_network(told.pop("data"), [new_run("adam", learning_rate=0.01, batch=16)], **told))


@every_case
def test_measures_are_those_of_the_predictions(case) -> None:
    made = session(case)
    made.advance(64)
    problem, run = made.problem, made.runs[0]
    learner, data = problem.subject, problem.subject.data
    predicted = snapshot_of(problem, run.machine.theta, {Predictions()}).predicted
    assert predicted.predictions.shape == data.targets.shape == (len(data.raw), *data.target_shape.array)
    for part, score, error in zip(
        (slice(None, data.train), slice(data.train, None)), predicted.scores, predicted.errors, strict=True
    ):
        found, true = predicted.predictions[part], data.targets[part]
        if data.classes:
            assert score == pytest.approx((found == true).mean()) and error == (found != true).sum()
        else:
            scale = np.broadcast_to(data.target_scale, found.shape[1:] or (1,)).reshape(found.shape[1:])
            means = true.mean(axis=0) if data.target_shape.width > 1 else true.mean()
            missed, spread = (((each / scale) ** 2).sum() for each in (found - true, true - means))
            assert score == pytest.approx(1.0 - missed / spread)
            assert error == pytest.approx(np.sqrt(np.mean((found - true) ** 2)))
    assert learner.score(predicted.outputs[: data.train], learner.training[1]) == pytest.approx(predicted.scores[0])
    measures = run.measures.view()
    assert np.isfinite(measures.column("validation_loss")).all()
    assert measures.column("training_loss")[-1] < measures.column("training_loss")[0]
    if data.classes:
        assert predicted.confusion(True).sum() == data.targets[data.train :].size


@every_case
def test_a_file_brings_it_back_to_the_bit(case) -> None:
    made = session(case)
    made.advance(20)
    again = Session(Experiment.from_dict(made.experiment().to_dict()))
    again.advance(20)
    assert again.problem.task == made.problem.task
    assert (again.runs[0].machine.theta == made.runs[0].machine.theta).all()


@every_case
def test_what_means_nothing_is_not_answered(case) -> None:
    problem = session(case).problem
    assert not problem.subject.understands(Field) and not problem.task.understands(Field)
    with pytest.raises(SettingError, match="has no answer to Field"):
        snapshot_of(problem, problem.start, {Field((-1.0, 1.0, -1.0, 1.0), 3, 3)})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"data": "echo", "architecture": "perceptron"}, "architecture: a perceptron answers an example once"),
        ({"data": "sine_ahead", "architecture": "convolutional"}, "answers an example once, and these targets are a"),
        ({"data": "echo", "architecture": RNN, "class_weights": "balanced"}, "a weight is one of a whole example"),
        ({"data": "iris", "target": "inputs", "class_weights": "balanced"}, "only classes have weights"),
        ({"data": "iris", "target": "inputs", "loss": "softmax"}, "is not a loss for regression"),
        ({"data": "iris", "target": "labels"}, "target: target must be one of label, inputs"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(changes, told) -> None:
    data = changes.pop("data")
    with pytest.raises(SettingError, match=told):
        new_network(data, ["sgd"], **changes)


def test_other_targets_and_data_bring_a_loss_and_an_architecture_that_fit() -> None:
    task = Session(new_network("digits", ["sgd"], loss="softmax", class_weights="balanced")).problem.task
    auto = task.having("target", "inputs")
    assert (auto.loss.kind, auto.class_weights.kind, auto.network.sizes[-1], auto.classes) == ("mse", "none", 64, 0)
    assert auto.having("target", "label").network.sizes[-1] == 10
    echo = task.having("data", "echo")
    assert echo.architecture.kind == "recurrent" and echo.network.every
    assert echo.possible_architectures == ("recurrent", "attention")
    assert echo.having("data", "circle").architecture.kind == "perceptron"
    with pytest.raises(SettingError, match="points are drawn where"):
        session("vector").problem.task.having("data.add", (0.1, 0.2, 0.3))


def test_labels_stay_known_where_the_inputs_are_the_target() -> None:
    data = session("inputs").problem.subject.data
    assert data.label_names == ("setosa", "versicolor", "virginica") and data.label == "species"
    assert not data.classes and set(data.labels) == {0, 1, 2}
    assert np.array_equal(data.targets, data.raw) and np.array_equal(data.scaled_targets, data.inputs)


def test_a_common_range_keeps_the_proportions_of_pixels() -> None:
    data = Session(new_network("digits", ["sgd"], scaling="common")).problem.subject.data
    np.testing.assert_allclose(data.inputs, data.raw / 16, rtol=1e-15)


def test_the_memory_of_wide_targets_is_counted() -> None:
    given = new_network("digits", ["sgd"], (1,), loss="mse").problem
    needs = [network_need(task, ("sgd",)).bytes for task in (given, given.having("target", "inputs"))]
    assert needs[1] - needs[0] >= 8 * 1797 * 64 * 4


@pytest.mark.parametrize("loss", [key for key, loss in LOSSES.items() if loss.squares])
def test_a_linear_autoencoder_comes_to_pca_and_not_below(loss) -> None:
    """Ten columns through three numbers: the plane of the first three principal directions (Baldi & Hornik 1989)."""
    random = np.random.default_rng(3)
    turned = np.linalg.qr(random.normal(size=(10, 10)))[0]
    columns = random.normal(size=(200, 10)) @ (np.repeat((2.0, 1.6, 1.3, 0.5), (1, 1, 1, 7))[:, None] * turned)
    table = Table("made", tuple("abcdefghij"), "y", columns - columns.mean(axis=0), np.zeros(200))
    run = new_run("adam", learning_rate=0.03, schedule="cosine", schedule_knobs={"length": 2000})
    made = Session(
        new_network(
            table, [run], (3,), activation="identity", target="inputs", scaling="none", share=1.0, loss=loss,
            stop={"updates": 2000},
        )
    )  # fmt: skip
    (pca,) = made.problem.subject.references
    assert pca == Reference("PCA with 3 components", pytest.approx(pca.value))
    made.advance(2000)
    theta, learner = made.runs[0].machine.theta, made.problem.subject
    assert -1e-12 < learner.losses(theta[None])[0] - pca.value < 1e-3
    inputs = learner.training[0]
    principal = np.linalg.svd(inputs - inputs.mean(axis=0))[2][:3].T
    found = np.linalg.qr(learner.weights_and_biases(theta)[1][0])[0]
    sine = np.linalg.norm(found - principal @ (principal.T @ found), 2)
    assert np.arcsin(min(sine, 1.0)) < 1e-3


def test_references_are_there_where_they_mean_something() -> None:
    assert discarded_variance(np.array([[1.0, 0.0], [-1.0, 0.0]]), 1) == 0.0
    for changes in ({"loss": "mae"}, {"hidden": (4,)}, {"target": "label"}):
        assert session("inputs", **changes).problem.subject.references == ()
    few = Table(
        "few",
        tuple(f"c{place}" for place in range(30)),
        "y",
        np.random.default_rng(1).normal(size=(9, 30)),
        np.zeros(9),
    )
    made = Session(new_network(few, ["sgd"], (2,), target="inputs", scaling="none", share=1.0)).problem.subject
    centred = made.data.inputs - made.data.inputs.mean(axis=0)
    left = (np.linalg.svd(centred)[1][2:] ** 2).sum() / 9 / 30
    assert made.references[0].value == pytest.approx(left) and choose(LOSSES, "mse").kind == "mse"
