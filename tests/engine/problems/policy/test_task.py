"""The task of learning a policy: what it takes, what it refuses, what a run goes on with."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from engine import (
    ENVIRONMENTS,
    METHODS,
    Experiment,
    Interruption,
    PolicyTask,
    Session,
    SettingError,
    SlicePlan,
    SliceRequest,
    experiment_on,
    kind_of,
    new_run,
    path_request,
    problem_of,
    snapshot_of,
)
from engine.problems.policy.queries import Played
from engine.problems.policy.task import first_policy
from tests.engine.problems.policy.cases import CASES, session_of


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("hidden", 10**9, r"hidden must be a whole number in \[0, 256\], got 1000000000"),
        ("episodes", 0, r"episodes must be a whole number in \[1, 10000\], got 0"),
        ("discount", 1.5, r"discount must lie in \[0, 1\], got 1.5"),
        ("longest", 10**7, r"longest must be a whole number in \[1, 2000\], got 10000000"),
        ("environment", "gird", "unknown environment 'gird'; did you mean grid"),
        ("method", "reinfroce", "unknown method 'reinfroce'; did you mean reinforce"),
        ("method.lambda", 2.0, r"lambda.*unknown setting"),
        ("colour", 1, "a policy has no setting 'colour'; it has environment, method, discount"),
    ],
)
def test_what_makes_no_sense_is_refused(setting, value, sentence):
    with pytest.raises(SettingError, match=sentence):
        first_policy().having(setting, value)


def test_what_an_environment_has_no_use_for_is_refused():
    bandit = first_policy().having("environment", "bandit")
    with pytest.raises(
        SettingError, match=r"hidden: must be 0 for the bandit, .* nothing that hidden units could read"
    ):
        bandit.having("hidden", 4)
    with pytest.raises(SettingError, match="must not be normalised for the bandit"):
        bandit.having("method.baseline", "normalised")
    normalised = first_policy().having("method.baseline", "normalised")
    assert normalised.having("environment", "bandit").method.values["baseline"] == "none"


def test_memory_is_told_by_the_longest_episode_before_anything_is_allocated():
    short, long = (first_policy().having("longest", steps).having("hidden", 256) for steps in (10, 2000))
    kind = kind_of(long)
    more = kind.memory(long, ["sgd"]).bytes - kind.memory(short, ["sgd"]).bytes
    assert more > 8 * 1990 * 256
    assert kind.memory(long, ["sgd"]).remedy == "shorter episodes or fewer hidden units"


def test_another_environment_brings_what_suits_it():
    task = first_policy()
    for key, entry in ENVIRONMENTS.items():
        changed = task.having("environment", key)
        usual = entry.usual
        assert (changed.hidden, changed.longest) == (usual.hidden, usual.longest)
        assert problem_of(changed).start.size == changed.parameters
    assert task.having("discount", 0.5).having("environment", "cart_pole").discount == 0.5, "the same one keeps all"


@pytest.mark.parametrize("case", CASES)
def test_it_is_read_as_it_is_written(case):
    experiment = session_of(case).experiment()
    document = experiment.to_dict()
    assert document["problem"]["kind"] == "policy"
    assert Experiment.from_dict(document) == experiment
    assert hash(pickle.loads(pickle.dumps(experiment.problem))) == hash(experiment.problem)


def test_names_of_parameters_and_blocks_agree():
    for case in CASES:
        task = session_of(case).task
        names = [task.shape.name(place) for place in range(task.parameters)]
        assert len(set(names)) == len(names)
        assert task.shape.blocks[-1].stop == task.parameters
    assert session_of("cart_pole").task.shape.name(0) == "policy hidden weights, position → unit 1"


def test_a_run_goes_on_with_what_leaves_its_parameters():
    task = session_of("grid-network").task
    for setting, value in (("discount", 0.5), ("episodes", 7), ("environment.slip", 0.1), ("method.lambda", 0.0)):
        changed = task.having(setting, value)
        assert task.continues(changed) and task.differences(changed) == {setting: value}
    for setting, value in (("hidden", 3), ("seed", 2), ("method", "reinforce"), ("environment", "corridor")):
        assert not task.continues(task.having(setting, value))


@pytest.mark.parametrize("chunk", [40, 7])
def test_a_live_change_and_a_replay_give_the_same_bits(chunk):
    session = session_of("grid-network", 0.1)
    session.advance(20)
    assert session.problem_changed({"discount": 0.7}) is False
    session.tweak("sgd", "learning_rate", 0.3)
    session.advance(20)
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    while again.update < 40:
        again.advance(min(chunk, 40 - again.update))
    ours, theirs = session.runs[0], again.runs[0]
    assert ours.machine.theta.tobytes() == theirs.machine.theta.tobytes()
    assert ours.measures.view().values.tobytes() == theirs.measures.view().values.tobytes()


def test_an_update_that_is_interrupted_after_every_episode_comes_to_the_same():
    experiment = session_of("cart_pole-critic", 0.01).experiment()
    always = Interruption()
    always.set()
    calm, hurried = Session(experiment), Session(experiment, always)
    calm.advance(5)
    while hurried.update < 5:
        hurried.advance(5)
        hurried.settle()
    assert calm.runs[0].machine.theta.tobytes() == hurried.runs[0].machine.theta.tobytes()


def test_what_compares_losses_is_refused_in_words():
    experiment = session_of("grid-value").experiment()
    for run, sentence in (
        (new_run("sam"), "a policy has a loss that is drawn anew in every update, and SAM compares it at two places"),
        (new_run("sgd", schedule="plateau"), "and .* waits until it no longer falls: choose another schedule"),
    ):
        with pytest.raises(SettingError, match=sentence):
            experiment_on(experiment.problem, [run])
    session = Session(experiment)
    with pytest.raises(SettingError, match="compares it at two places"):
        session.tweak("sgd", "optimizer", "sam")
    problem = session.problem
    for ask in (problem.sharpness, problem.curvatures):
        with pytest.raises(SettingError, match="a policy has no curvature: its loss is that of a few episodes"):
            ask(problem.start)
    corridor = session_of("corridor").problem
    with pytest.raises(SettingError, match="a policy has no grid of losses"):
        corridor.values([0.0], [0.0])


def test_a_slice_of_its_loss_is_refused_in_words():
    session = session_of("grid-value")
    session.advance(3)
    with pytest.raises(SettingError, match="a policy has no slice of its loss"):
        SlicePlan(path_request(session.picture(), session, "sgd", SliceRequest(None, None), False), None)


def test_a_run_that_diverges_is_explained_without_its_curvature():
    session = session_of("grid-value", 1e12, value_rate=1000.0, episodes=1, longest=10)
    session.advance(300)
    assert session.runs[0].status == "diverged" and "no longer finite" in session.runs[0].message


def test_an_episode_that_is_asked_for_is_the_same_again():
    session = session_of("cart_pole")
    theta = session.problem.start
    one, two = (snapshot_of(session.problem, theta, [Played(4)]).answer(Played) for _ in range(2))
    assert one.states.tobytes() == two.states.tobytes() and one.length == len(one.states) - 1
    other = snapshot_of(session.problem, theta, [Played(5)]).answer(Played)
    assert not np.array_equal(one.states[0], other.states[0])


def test_every_method_and_environment_says_what_it_is():
    for entry in (*ENVIRONMENTS.values(), *METHODS.values()):
        assert entry.summary.endswith(".") and "http" in entry.source
    assert isinstance(first_policy(), PolicyTask)


def test_a_run_may_have_a_method_of_its_own():
    task = session_of("grid-value").task
    document = experiment_on(task, [new_run("sgd", learning_rate=0.1), new_run("sgd", learning_rate=0.1)]).to_dict()
    document["runs"][1]["own"] = {"method": "actor_critic"}
    session = Session(Experiment.from_dict(document))
    session.advance(5)
    plain, own = session.runs
    assert (plain.task.method.kind, own.task.method.kind) == ("reinforce", "actor_critic")
    alone = Session(experiment_on(task.having("method", "actor_critic"), [new_run("sgd", learning_rate=0.1)]))
    alone.advance(5)
    assert own.machine.theta.tobytes() == alone.runs[0].machine.theta.tobytes()
    assert Experiment.from_dict(session.experiment().to_dict()) == session.experiment()
    kind = kind_of(task)
    assert kind.own_words([plain.task, own.task]) == ["REINFORCE", "actor-critic"]
    assert kind.own_words([task, task.having("method.baseline", "none")]) == ["baseline value", "baseline none"]
    assert [list(kind.layers(each)) for each in (task, task.having("method", "reinforce"))] == [
        ["policy", "critic"],
        ["policy"],
    ]
    for own, sentence in (({"hidden": 10**9}, r"own\.hidden: hidden must be"), ({"discount": 0.5}, "unknown entry")):
        document["runs"][1]["own"] = own
        with pytest.raises(SettingError, match=sentence):
            Experiment.from_dict(document)
