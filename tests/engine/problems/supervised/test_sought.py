"""What classes look for, an example of a person's own, and answers in the middle of a sequence."""

from __future__ import annotations

import numpy as np
import pytest

from engine import (
    LOSSES,
    Classify,
    Predictions,
    RunningOutputs,
    Session,
    SoughtInputs,
    choose,
    new_network,
    new_run,
    snapshot_of,
)
from engine.architectures.forward import output_pieces
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.data import DATASETS
from engine.interruption import Interruption, finish

RUN = new_run("adam", learning_rate=0.01, batch=32)
DIGITS = choose(DATASETS, "digits", {"samples": 200})


def trained(data, hidden=None, **settings) -> Session:
    session = Session(new_network(data, [RUN], hidden, **settings))
    session.advance(10)
    return session


def asked(session: Session, *queries):
    run = session.picture().runs[0]
    return snapshot_of(session.problem, run.shown.theta, set(queries), run.id, run.update)


def test_of_a_linear_network_the_gradient_of_a_score_is_the_weights() -> None:
    session = trained(DIGITS, (), loss="softmax", output="identity")
    learner = session.problem.subject
    ((weights, _),) = learner.weights_and_biases(session.picture().runs[0].shown.theta)
    spread = learner.training[0].std(axis=0)
    assert (spread == 0.0).any(), "pixels that are always paper"
    found = asked(session, SoughtInputs()).answer(SoughtInputs)
    np.testing.assert_allclose(found, (weights - weights.mean(axis=0)) * spread, atol=1e-9)


def test_of_two_classes_with_one_output_one_looks_for_what_speaks_against_the_other() -> None:
    session = trained("breast_cancer", (3,), scaling="standardise", loss="bce", output="identity")
    found = asked(session, SoughtInputs()).answer(SoughtInputs)
    assert found.shape == (2, 30) and (found[0] == -found[1]).all() and np.abs(found).max() > 0


@pytest.mark.parametrize("architecture", ["perceptron", "convolutional", "recurrent"])
def test_it_is_the_mean_slope_of_the_score_whatever_the_architecture(architecture: str) -> None:
    session = trained(DIGITS, architecture=architecture, scaling="min_max", loss="softmax", output="identity")
    learner, theta = session.problem.subject, session.picture().runs[0].shown.theta
    found = asked(session, SoughtInputs()).answer(SoughtInputs)
    inputs = learner.training[0]
    some, column = inputs[:: -(-len(inputs) // 64)], 27
    move = np.zeros(64)
    move[column] = 1e-4
    up, down = (learner.outputs(theta, some + sign * move) for sign in (1.0, -1.0))
    slope = ((up - down) / 2e-4).mean(axis=0) * inputs[:, column].std()
    np.testing.assert_allclose(found[:, column], slope - slope.mean(), rtol=0.02, atol=1e-4)


def test_an_example_of_the_data_is_classified_as_among_the_data() -> None:
    session = trained(DIGITS, architecture="convolutional", scaling="standardise")
    learner = session.problem.subject
    for place in (0, learner.data.train + 3):
        own = Classify(tuple(learner.data.raw[place].tolist()))
        found = asked(session, own, Predictions())
        outputs = found.predicted.outputs[place : place + 1]
        expected = LOSSES[learner.network.loss.kind].probabilities(outputs)[0]
        np.testing.assert_allclose(found.answer(Classify), expected, rtol=1e-12)
    assert asked(session, Classify(())).answer(Classify).size == 0
    assert asked(session, Classify((1.0, 2.0))).answer(Classify).size == 0


def test_neither_is_answered_without_classes() -> None:
    learner = Session(new_network("sine", [RUN], (3,))).problem.subject
    assert not learner.understands(Classify) and not learner.understands(SoughtInputs)
    assert learner.understands(Predictions) and not learner.understands(RunningOutputs)


@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_running_outputs_are_those_of_the_sequence_cut_short(cell: str) -> None:
    few = choose(DATASETS, "spoken", {"samples": 40})
    session = trained(few, architecture={"kind": "recurrent", "cell": cell, "units": 5}, scaling="standardise")
    learner, theta = session.problem.subject, session.picture().runs[0].shown.theta
    network = learner.network
    found = asked(session, RunningOutputs(3), Predictions())
    answer = found.answer(RunningOutputs)
    assert answer.shape == (28, 10)
    np.testing.assert_allclose(answer[-1], found.predicted.outputs[3], rtol=1e-12)
    short = RecurrentNetwork(9, 13, 5, 10, network.loss, cell=cell, output=network.output)
    heard = learner.data.inputs[3].reshape(28, 13)[:9]
    packed = learner.architecture.packed(short, heard.reshape(1, -1), None, None)
    np.testing.assert_allclose(answer[8], finish(output_pieces(short, theta, packed, None))[0], rtol=1e-12)
    last = asked(session, RunningOutputs(10**6)).answer(RunningOutputs)
    assert (last == asked(session, RunningOutputs(39)).answer(RunningOutputs)).all()


def test_an_interruption_changes_nothing() -> None:
    session = trained(DIGITS, (8,))
    flag = Interruption()
    flag.set()
    learner, theta = session.problem.subject, session.picture().runs[0].shown.theta
    pieces = learner.answers(theta, frozenset({SoughtInputs()}), flag)
    turns = 0
    while True:
        try:
            next(pieces)
            turns += 1
        except StopIteration as end:
            found = end.value[SoughtInputs()]
            break
    assert turns > 0 and (found == asked(session, SoughtInputs()).answer(SoughtInputs)).all()
