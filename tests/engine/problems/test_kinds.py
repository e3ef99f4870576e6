"""What every kind of problem promises to those who know none of them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from engine import (
    OPTIMIZERS,
    PROBLEMS,
    Experiment,
    RunRecord,
    Session,
    SettingError,
    experiment_on,
    kind_of,
    kind_of_entries,
    new_run,
    offer_of,
    offers,
    problem_of,
)
from engine.contracts import Kernel, Routine
from engine.problems.kind import task_entries
from tests.each import each

OFFERS = offers()


@pytest.fixture(params=OFFERS)
def task(request):
    return OFFERS[request.param].make()


def test_an_offer_is_known_again(task) -> None:
    assert offer_of(task).key in OFFERS and offer_of(task).holds(task)
    assert sum(offer.holds(task) for offer in kind_of(task).offers) == 1
    keys = [offer.key for kind in PROBLEMS.values() for offer in kind.offers]
    assert len(keys) == len(set(keys))


def test_a_file_says_which_kind_it_is(task) -> None:
    experiment = experiment_on(task, ["sgd"])
    document = experiment.to_dict()
    assert kind_of_entries(document["problem"]) is kind_of(task)
    assert Experiment.from_dict(document) == experiment
    named = {**document, "problem": {"kind": task.KIND, **task.to_dict()}}
    assert Experiment.from_dict(named) == experiment, "it may be named"
    assert task_entries(task) == document["problem"]


def test_a_kind_that_is_unknown_is_refused_with_its_place() -> None:
    document = experiment_on(next(iter(OFFERS.values())).make(), ["sgd"]).to_dict()
    for kind, sentence in (
        ("netwrok", r"problem\.kind: unknown kind of problem 'netwrok'; did you mean network\?"),
        (3, r"problem\.kind: must be text"),
    ):
        with pytest.raises(SettingError, match=sentence):
            Experiment.from_dict({**document, "problem": {"kind": kind}})


def test_a_task_is_frozen_hashed_and_told_apart(task) -> None:
    assert hash(task) == hash(pickle.loads(pickle.dumps(task)))
    assert task.continues(task) and task.differences(task) == {}
    for other in OFFERS.values():
        made = other.make()
        same = offer_of(made).key == offer_of(task).key
        assert (made == task) == (made.identity == task.identity) == same


def test_a_problem_fits_its_task(task) -> None:
    problem = problem_of(task)
    assert problem.start.shape == (task.parameters,) and problem.blocks[-1].stop == task.parameters
    assert problem_of(task) is problem, "while it is held, it is not made again"
    assert problem.work.update > 0 and problem.subject.scale(problem.start) > 0.0
    assert all(isinstance(made, Kernel | Routine) for made in kind_of(task).kernels(task))
    titles = [problem.subject.parameter_name(place) for place in range(task.parameters)]
    assert len(set(titles)) == len(titles)
    losses, gradients = problem.gradients(problem.start[None])
    assert problem.losses(problem.start[None])[0] == pytest.approx(losses[0], rel=1e-12)
    assert np.isfinite(gradients).all()


def test_what_is_measured_is_what_is_declared(task) -> None:
    session = Session(experiment_on(task, [new_run("sgd", learning_rate=1e-3)]))
    session.advance(5)
    problem = session.problem
    subject, kind = problem.subject, kind_of(task)
    assert set(subject.measures) <= set(kind.measures), "a kind may have some that not every subject has"
    whole = [measure.key for measure in subject.measures if not measure.by_layer]
    theta = session.runs[0].machine.theta
    pieces = problem.measured(theta, theta - problem.start, 0.0, 0.0)
    values, layers = drained(pieces)
    assert values.shape == (len(whole),)
    thetas = np.array([problem.start, theta])
    rows = drained(problem.measured_along(thetas, 0.01, 0.1))
    each_one = [drained(problem.measured(one, None, 0.01, 0.1))[0] for one in thetas]
    assert rows.shape == (2, len(whole)) and rows.tobytes() == np.array(each_one).tobytes()
    by_layer = len(subject.measures) - len(whole)
    assert layers is None if not by_layer else layers.shape == (subject.most_parts, by_layer)
    view = session.picture().runs[0].measures
    assert list(view.names) == whole and len(view.layer_names) == by_layer


def drained(pieces):
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value


@each("optimizer", OPTIMIZERS)
def test_every_optimizer_has_usual_settings_for_it(task, optimizer: str) -> None:
    rate, batch = kind_of(task).suited(optimizer)
    assert rate > 0.0 and batch.kind in ("full", "mini")


def test_memory_grows_with_the_runs(task) -> None:
    kind = kind_of(task)
    one, two = (kind.memory(task, ("adam",) * count).bytes for count in (1, 2))
    assert 0 < one < two
    Session(Experiment(task, tuple(RunRecord(new_run("adam", id=f"a{number}")) for number in range(16))))
