"""Every architecture in a task: it trains, is measured and asked, goes through files, and is refused at the door."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import (
    ARCHITECTURES,
    Activations,
    Attention,
    Code,
    Decoded,
    Experiment,
    FeatureMaps,
    Field,
    Gates,
    Gradients,
    Predictions,
    RunningOutputs,
    Session,
    SettingError,
    TimeSteps,
    TokenVectors,
    UnitMaps,
    new_network,
    new_run,
    problem_of,
    snapshot_of,
)
from engine.architectures.forward import loss_pieces
from engine.architectures.losses import LOSSES
from engine.architectures.recurrent.inside import step_norms, unrolled
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.architectures.recurrent.packing import packed_recurrent_set
from engine.choices import choose
from engine.interruption import finish

SMALL: dict[str, dict[str, Any]] = {
    "perceptron": {"data": {"kind": "digits", "samples": 60}, "hidden": (5,)},
    "convolutional": {
        "data": {"kind": "digits", "samples": 60},
        "architecture": "convolutional",
        "stages": [
            {"kind": "convolution", "channels": 3},
            {"kind": "max_pooling"},
            {"kind": "convolution", "channels": 2, "kernel": 2, "activation": "tanh"},
            {"kind": "mean_pooling"},
            {"kind": "dense", "units": 4},
        ],
    },
    "recurrent": {"data": {"kind": "adding", "samples": 60}, "architecture": {"kind": "recurrent", "units": 3}},
    "attention": {
        "data": {"kind": "modular", "modulus": 7},
        "architecture": {"kind": "attention", "width": 6, "heads": 2, "mlp": 5, "blocks": 2, "causal": True},
    },
}
RECURRENT, MSE = ARCHITECTURES["recurrent"], choose(LOSSES, "mse")
every_architecture = pytest.mark.parametrize("key", ARCHITECTURES)


def network(key: str, **changes: Any) -> Session:
    told = {**SMALL[key], **changes}
    run = new_run("adam", batch=16)
    return Session(new_network(told.pop("data"), [run], share=0.8, **told))


@every_architecture
def test_trains_and_measures_every_layer_with_weights(key: str) -> None:
    session = network(key)
    problem, learner = session.problem, session.problem.subject
    session.advance(60)
    measures = session.runs[0].measures.view()
    losses = measures.column("training_loss")
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
    assert len(learner.layers) == len(learner.parts) <= measures.layers.shape[1] == learner.most_parts
    for name in ("gradient_norm", "update_ratio", "activation_mean"):
        assert np.isfinite(measures.layers[1:, : len(learner.layers), measures.layer_names.index(name)]).all()
    assert sum(block.size for part in learner.parts for block in (*part.weights, *part.biases)) == problem.start.size


@every_architecture
def test_the_gradient_of_an_inspection_is_that_of_the_objective(key: str) -> None:
    problem = network(key).problem
    learner, theta = problem.subject, problem.start + 0.01
    inspection = learner.inspect(theta)
    losses, gradients = problem.gradients(theta[None])
    assert inspection.loss == pytest.approx(losses[0], rel=1e-12)
    assert inspection.gradient == pytest.approx(gradients[0], rel=1e-9, abs=1e-14)
    assert inspection.outputs == pytest.approx(learner.outputs(theta, learner.training[0]), rel=1e-12)
    for part, norm in zip(learner.parts, inspection.gradient_norm, strict=True):
        slices = [inspection.gradient[block.start : block.stop] for block in (*part.weights, *part.biases)]
        assert norm == pytest.approx(np.linalg.norm(np.concatenate(slices)), rel=1e-12)


@every_architecture
def test_goes_through_a_file_and_comes_again_bit_for_bit(key: str) -> None:
    session = network(key)
    session.advance(40)
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    assert again.problem.task == session.problem.task
    again.advance(40)
    assert (again.runs[0].machine.theta == session.runs[0].machine.theta).all()


@every_architecture
def test_answers_what_it_understands_and_nothing_else(key: str) -> None:
    problem = network(key).problem
    plane = -1.0, 1.0, -1.0, 1.0
    own = {FeatureMaps(1), TimeSteps(1), Gates(1), RunningOutputs(1), Attention(1), TokenVectors()}
    own |= {Field(plane, 3, 3), UnitMaps(plane, 3)}
    known = {query for query in own if problem.subject.understands(type(query))}
    others = {Code, Decoded} if problem.subject.data.tokens else {Code, Decoded, TokenVectors}  # of autoencoders
    assert {type(query) for query in known} == set(ARCHITECTURES[key].queries) - others
    answers = snapshot_of(problem, problem.start, {Predictions(), Gradients(), Activations(), *known}).answers
    assert len(answers[Activations()]) == len(problem.subject.layers)
    with pytest.raises(SettingError, match="has no answer"):
        snapshot_of(problem, problem.start, own - known)


@every_architecture
def test_names_every_parameter_once_and_finds_it_in_the_lists(key: str) -> None:
    problem = network(key).problem
    learner, n = problem.subject, problem.start.size
    assert len({learner.parameter_name(place) for place in range(n)}) == n
    found = []
    for first in range(len(learner.parameter_lists(n, ())[0])):
        _, rows, inner = learner.parameter_lists(n, (first, 0))
        found += [
            learner.picked_parameter((first, row, each)) for row in range(len(rows)) for each in range(len(inner))
        ]
    assert sorted(found) == list(range(n))


def test_feature_maps_are_the_convolution_of_the_example() -> None:
    problem = network("convolutional").problem
    learner, theta = problem.subject, problem.start
    (first, pooled, *_, output) = snapshot_of(problem, theta, {FeatureMaps(4)}).answer(FeatureMaps)
    image, (filters, biases) = learner.data.inputs[4].reshape(8, 8), learner.weights_and_biases(theta)[0]
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    expected = np.maximum(np.einsum("yxij,cij->cyx", windows, filters[:, 0]) + biases[:, None, None], 0.0)
    assert first.maps == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert (first.filters == filters).all() and pooled.filters is None
    assert pooled.maps == pytest.approx(first.maps.reshape(3, 3, 2, 3, 2).max(axis=(2, 4)))
    assert output.maps.ravel() == pytest.approx(learner.outputs(theta, learner.data.inputs[4:5])[0])


def test_the_channels_of_a_sequence_are_what_stands_at_a_step() -> None:
    problem = network("convolutional", data={"kind": "adding", "samples": 20}, stages=["convolution"]).problem
    learner, theta = problem.subject, problem.start
    maps = snapshot_of(problem, theta, {FeatureMaps(0)}).answer(FeatureMaps)[0]
    steps, (filters, biases) = learner.data.inputs[0].reshape(50, 2), learner.weights_and_biases(theta)[0]
    windows = np.lib.stride_tricks.sliding_window_view(steps, 3, axis=0)  # (48, 2, 3)
    expected = np.maximum(np.einsum("tci,oci->ot", windows, filters) + biases[:, None], 0.0)
    assert maps.maps[:, 0] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_the_states_of_a_sequence_follow_the_recurrence() -> None:
    problem = network("recurrent").problem
    learner, theta = problem.subject, problem.start + 0.1
    found = snapshot_of(problem, theta, {TimeSteps(7)}).answer(TimeSteps)
    net, state = learner.network, np.zeros(3)
    for step, inputs in enumerate(learner.data.inputs[7].reshape(50, 2)):
        pre = net.part(theta, "input weights") @ inputs + net.part(theta, "recurrent weights") @ state
        state = np.tanh(pre + net.part(theta, "biases"))
        assert found.states[step] == pytest.approx(state, rel=1e-12)
    assert found.norms.shape == (50,) and (found.norms > 0.0).all()
    assert snapshot_of(problem, theta, {TimeSteps(10**6)}).answer(TimeSteps).inputs.shape == (50, 2)
    (part,) = snapshot_of(problem, theta, {Gates(7)}).answer(Gates).parts
    assert part.key == "state" and not part.gate and (part.values == found.states).all()


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("gru", "reset gate, update gate, candidate, state"),
        ("lstm", "input gate, forget gate, candidate, output gate, cell state, state"),
    ],
)
def test_the_gates_of_a_sequence_are_named_and_lie_between_closed_and_open(cell: str, told: str) -> None:
    problem = network("recurrent", architecture={"kind": "recurrent", "cell": cell, "units": 3}).problem
    learner, theta = problem.subject, 3.0 * problem.start
    found = snapshot_of(problem, theta, {Gates(7)}).answer(Gates)
    assert ", ".join(part.title for part in found.parts) == told
    assert (found.inputs == learner.data.inputs[7].reshape(50, 2)).all()
    same = unrolled(learner.network, theta, learner.data.inputs[7:8].reshape(1, 50, 2))
    for part in found.parts:
        expected = {**same.gates, "cell": same.cells, "state": same.states}[part.key][0]
        assert np.array_equal(part.values, expected) and part.values.shape == (50, 3)
        assert part.gate == part.title.endswith(" gate")
        assert not part.gate or ((part.values > 0.0) & (part.values < 1.0)).all()


def test_the_gradient_norm_of_every_time_step_is_recorded() -> None:
    session = network("recurrent")
    session.advance(12)
    run, learner = session.runs[0], session.problem.subject
    view = run.measures.view()
    assert learner.time_steps == tuple(range(1, 51))
    assert view.steps_at.tolist() == list(range(13)) and view.steps.shape == (13, 50)
    inputs, targets = (part[:32] for part in learner.training)
    norms = step_norms(learner.network, run.machine.theta, packed_recurrent_set(learner.network, inputs, targets, 0))
    assert (view.steps[-1] == norms).all()
    session.rewind(5)
    assert np.array_equal(session.runs[0].measures.view().steps, view.steps[:6])
    session.advance(7)
    assert np.array_equal(session.runs[0].measures.view().steps, view.steps)
    long = network("recurrent", data={"kind": "adding", "samples": 60, "length": 20})
    long.advance(3000)
    pace = np.diff(long.runs[0].measures.view().steps_at)
    assert pace[:16].max() == 1 and pace[-1] >= 20, "later it takes a small part of the work"


def test_of_a_long_sequence_some_steps_are_recorded_the_last_among_them() -> None:
    assert RECURRENT.time_steps(RecurrentNetwork(300, 1, 2, 1, MSE)) == tuple(range(3, 301, 3))
    assert RECURRENT.time_steps(RecurrentNetwork(128, 1, 2, 1, MSE))[0] == 1
    assert network("perceptron").problem.subject.time_steps == ()


def test_the_deltas_of_a_convolution_are_those_of_its_sums() -> None:
    problem = network("convolutional", stages=[{"kind": "convolution", "channels": 3, "activation": "tanh"}]).problem
    learner, theta = problem.subject, problem.start + 0.05
    found = learner.inspect(theta)
    inputs, targets = learner.training
    weights, _ = learner.weights_and_biases(theta)[1]
    maps = learner.activations(theta, inputs)[0]
    shares = np.exp(found.outputs - found.outputs.max(axis=1, keepdims=True))
    back = shares / shares.sum(axis=1, keepdims=True) - (targets[:, None] == np.arange(learner.classes))
    deltas = (back @ weights) * (1.0 - maps**2)
    assert found.delta_norm[0] == pytest.approx(np.sqrt((deltas**2).sum(axis=1).mean()), rel=1e-9)
    assert found.delta_norm[1] == pytest.approx(np.sqrt((back**2).sum(axis=1).mean()), rel=1e-9)


def test_of_a_filter_that_never_answers_it_is_told() -> None:
    problem = network("convolutional").problem
    theta = problem.start.copy()
    _, biases = problem.subject.weights_and_biases(theta)[0]
    first = problem.subject.parts[0].biases[0]
    theta[first.start] = -1e6
    assert len(biases) == 3
    assert problem.subject.inspect(theta).dead[0] == pytest.approx(1 / 3)


def test_a_diverged_recurrent_network_says_at_which_time_step() -> None:
    session = network("recurrent", architecture={"kind": "recurrent", "units": 3, "activation": "relu"})
    problem = session.problem
    theta = problem.start.copy()
    theta[problem.subject.parts[0].weights[1].start] = 1e200
    assert "at time step" in problem.subject.first_fault(theta)
    theta[0] = np.inf
    assert "input weights are not finite" in problem.subject.first_fault(theta)


def test_attention_is_what_the_example_attends_to() -> None:
    problem = network("attention").problem
    learner, theta = problem.subject, problem.start * 3.0
    found = snapshot_of(problem, theta, {Attention(4)}).answer(Attention)
    first, last = found.shares
    assert first.shape == (2, 3, 3) and last.shape == (2, 1, 3), "of the last block only what is read is computed"
    assert (np.triu(first[0], 1) == 0.0).all() and first.sum(axis=-1) == pytest.approx(np.ones((2, 3)))
    assert (found.inputs == learner.data.inputs[4]).all()
    assert found.outputs == pytest.approx(learner.outputs(theta, learner.data.inputs[4:5])[0])
    vectors = snapshot_of(problem, theta, {TokenVectors()}).answer(TokenVectors)
    assert vectors.shape == (8, 6) and (vectors.ravel() == theta[:48]).all()


def test_a_transformer_reads_steps_of_numbers_without_tokens() -> None:
    problem = network("attention", data={"kind": "adding", "samples": 30}).problem
    assert problem.subject.understands(Attention) and not problem.subject.understands(TokenVectors)
    assert snapshot_of(problem, problem.start, {Attention(0)}).answer(Attention).inputs.shape == (50, 2)


def test_tokens_are_read_one_hot_by_what_does_not_embed_them() -> None:
    for key, shape in (("perceptron", (3, 8)), ("recurrent", (3, 8)), ("attention", (3,))):
        learner = network(key, data={"kind": "modular", "modulus": 7}).problem.subject
        assert learner.data.shape == shape and learner.network.sizes[0] == np.prod(shape)
        tokens = learner.data.inputs if key == "attention" else learner.data.shaped.argmax(axis=-1)
        assert (tokens == learner.data.raw).all()
    assert learner.data.tokens == (*"0123456", "=")
    one_hot = network("recurrent", data={"kind": "modular", "modulus": 7}).problem
    assert one_hot.task.possible_architectures == tuple(ARCHITECTURES)
    assert one_hot.subject.data.features[9] == "b = 1"


def test_a_diverged_transformer_says_in_which_block_and_at_which_position() -> None:
    problem = network("attention", architecture={"kind": "attention", "blocks": 2, "norm": False}).problem
    theta, learner = problem.start.copy(), problem.subject
    learner.network.part(theta, "positions")[1, 2] = 1e300
    assert ": the attention in block 1 is the first that is not finite, at position 2 of 3" in learner.first_fault(
        theta
    )
    learner.network.part(theta, "positions")[1, 2] = 0.0
    learner.network.part(theta, "MLP 2 biases")[:] = 1e300
    learner.network.part(theta, "MLP 2 output weights")[:] = 1e300
    assert ": the output is the first that is not finite, at position 3 of 3" in learner.first_fault(theta)
    theta[learner.network.block("MLP 2 output weights").start] = np.nan
    assert "the MLP 2 output weights are not finite" in learner.first_fault(theta)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("convolutional", {"data": "iris"}, "needs an image or a sequence"),
    ("recurrent", {"data": "circle"}, "needs a sequence"),
    ("convolutional", {"stages": [{"kind": "convolution", "kernel": 9}]}, r"stages\[1\].*9 x 9 is larger .* of 8 x 8"),
    ("convolutional", {"stages": ["max_pooling"] * 4}, r"stages\[4\].*2 x 2 is larger than its input of 1 x 1"),
    ("convolutional", {"stages": [{"kind": "convolution", "channels": 0}]}, "channels must be a whole number"),
    ("convolutional", {"stages": ["dense"] * 13}, "up to 12 stages"),
    ("convolutional", {"hidden": [3]}, "Convolutional has no such setting"),
    ("recurrent", {"architecture": {"kind": "recurrent", "truncation": 51}}, "51 steps is longer than .* of 50"),
    ("recurrent", {"architecture": {"kind": "recurrent", "cell": "elmann"}}, "cell must be one of elman, gru, lstm"),
    ("perceptron", {"stages": ["dense"]}, "Perceptron has no such setting"),
    ("attention", {"data": "iris"}, "needs a sequence"),
    ("attention", {"architecture": {"kind": "attention", "width": 10, "heads": 4}}, "10 .* 4 heads: use 8 or 12"),
    ("attention", {"architecture": {"kind": "attention", "width": 2, "heads": 3}}, "2 .* 3 heads: use 3"),
    ("attention", {"scaling": "standardise"}, "tokens, which are names and not numbers: Standardise makes no sense"),
    (
        "attention",
        {"architecture": {"kind": "attention", "width": 512, "mlp": 2048, "blocks": 8, "heads": 1}},
        "25,[0-9,]* parameters .* GB, more than the limit .* a smaller width",
    ),
    (
        "convolutional",
        {"stages": [{"kind": "convolution", "channels": 256}, {"kind": "dense", "units": 4096}]},
        "37,796,362 parameters .* GB, more than the limit .* fewer channels",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("key", "changes", "told"), REFUSED)
def test_what_does_not_fit_is_refused_with_the_numbers(key: str, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        network(key, **changes)


def test_settings_of_stages_and_of_the_architecture() -> None:
    task = network("convolutional").problem.task
    assert task.having("stages.1.channels", 5).stages[0].values["channels"] == 5
    assert task.having("stages.2", "mean_pooling").stages[1].kind == "mean_pooling"
    assert task.value("stages.3.kernel") == 2
    with pytest.raises(SettingError, match="there is no stage"):
        task.having("stages.9.channels", 5)
    with pytest.raises(SettingError, match="no such setting"):
        task.having("dropout", 0.5)
    recurrent = task.having("architecture", "recurrent")
    assert recurrent.having("architecture.cell", "lstm").parameters > recurrent.parameters
    assert (
        recurrent.having("architecture", "perceptron").hidden
        == network("perceptron").problem.task.having("hidden", [{"units": 4}, {"units": 2}]).hidden
    )


def test_what_keeps_theta_is_taken_live() -> None:
    task = network("convolutional").problem.task
    assert task.continues(task.having("stages.1.activation", "tanh")) and task.continues(task.having("loss", "mse"))
    assert not task.continues(task.having("stages.1.channels", 5))
    recurrent = network("recurrent").problem.task
    assert recurrent.continues(recurrent.having("architecture.truncation", 7))
    assert not recurrent.continues(recurrent.having("architecture.start", "identity"))
    assert not recurrent.continues(task) and not network("perceptron").problem.task.continues(task)


LIVE: list[tuple[str, dict[str, Any]]] = [
    ("convolutional", {"stages.1.activation": "tanh", "stages.4": "max_pooling", "class_weights": "balanced"}),
    ("recurrent", {"architecture.truncation": 7, "architecture.activation": "relu"}),
    ("perceptron", {"class_weights": {"kind": "given", "weights": [3.0]}, "dropout": 0.2}),
    ("attention", {"architecture.heads": 3, "architecture.causal": False, "architecture.activation": "gelu"}),
]


@pytest.mark.parametrize(("key", "changes"), LIVE)
def test_live_changes_are_remembered_and_come_again_bit_for_bit(key: str, changes: dict[str, Any]) -> None:
    session = network(key)
    session.advance(20)
    for setting, value in changes.items():
        assert not session.problem_changed({setting: value}), setting
        session.advance(10)
    (run,) = session.runs
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(run.update)
    assert (again.runs[0].machine.theta == run.machine.theta).all() and again.task == session.task
    unchanged = network(key)
    unchanged.advance(run.update)
    assert (unchanged.runs[0].machine.theta != run.machine.theta).any()


def test_other_data_keep_an_architecture_that_fits_them() -> None:
    task = network("convolutional").problem.task
    assert task.having("data", "patterns").architecture.kind == "convolutional"
    assert task.having("data", "iris").architecture.kind == "perceptron"
    deep = task.having("stages", ["convolution", "convolution", "convolution"])
    assert deep.having("data", "patterns").stages == deep.stages
    cut = network("recurrent").problem.task.having("architecture.truncation", 40)
    assert cut.having("data", "digits").architecture.values["truncation"] == 0


def test_the_weights_of_classes_are_a_setting() -> None:
    task = network("convolutional").problem.task
    plain = problem_of(task)
    given = problem_of(task.having("class_weights", {"kind": "given", "weights": [0.0, 2.0]}))
    labels = given.subject.data.targets[: given.subject.data.train]
    shares = np.where(labels == 0, 0.0, np.where(labels == 1, 2.0, 1.0))
    each = np.array([plain_loss(plain, place) for place in range(len(labels))])
    assert given.losses(plain.start[None])[0] == pytest.approx((shares * each).sum() / shares.sum(), rel=1e-10)
    balanced = task.having("class_weights", "balanced")
    assert task.continues(balanced) and balanced.to_dict()["class_weights"] == {"kind": "balanced"}
    assert "class_weights" not in task.to_dict()
    with pytest.raises(SettingError, match="3 weights for 2 classes"):
        network("perceptron", data="circle", class_weights={"kind": "given", "weights": [1, 2, 3]})
    with pytest.raises(SettingError, match="this is a regression"):
        network("recurrent", class_weights="balanced")
    assert balanced.having("data", "adding").class_weights.kind == "none"


def plain_loss(problem: Any, place: int) -> float:
    """The loss of one training example."""
    learner = problem.subject
    inputs, targets = (part[place : place + 1] for part in learner.training)
    one = learner.architecture.packed_set(learner.network, inputs, targets, learner.classes)
    return float(finish(loss_pieces(learner.network, problem.start[None], one, None))[0])
