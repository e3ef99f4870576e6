"""An associative memory: its gradient, and which optimizer learns the rare pairs (Kunstner et al. 2024)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import (
    Associations,
    Experiment,
    Problem,
    Session,
    SettingError,
    full_history,
    new_memory,
    new_run,
    problem_of,
    snapshot_of,
)
from engine.problems.association.memory import MOST_SHOWN
from engine.problems.association.objective import association_objective, packed

REFERENCE = np.load(Path(__file__).parents[2] / "reference" / "memory.npz", allow_pickle=False)
RATES = {"sgd": 1.0, "adam": 0.01, "signsgd": 0.01, "muon": 0.01}
GENTLE = [30, 61, 92, 123, 154, 185, 216, 247]
# Updates until the right value of each pair has a probability above 0.9, with one-hot keys and values.
ONE_HOT = {
    "sgd": GENTLE,
    "adam": [360] * 8,
    "signsgd": [208] * 8,
    "muon": [357, 371, 400, 448, 454, 474, 492, 507],
}
ROTATED = {"adam": (1.7, 2.6), "signsgd": (1.5, 1.9)}  # slowest over fastest pair, over the seeds


def learned_after(optimizer: str, basis: str, seed: int = 1) -> list[int]:
    """After how many updates the right value of each of 8 pairs has a probability above 0.9."""
    run = new_run(optimizer, learning_rate=RATES[optimizer])
    session = Session(new_memory([run], basis=basis, basis_seed=seed))
    memory, found = session.problem.subject, np.zeros(8, int)
    for update in range(1, 700):
        session.advance(1)
        right = memory.remembered(session.runs[0].machine.theta).right
        found[(found == 0) & (right > 0.9)] = update
        if found.all():
            break
    return found.tolist()


def test_loss_and_gradient_are_those_of_autograd():
    task = new_memory(["sgd"], pairs=6).problem
    made = problem_of(task)
    constants, work_size = packed(REFERENCE["keys"], REFERENCE["values"], REFERENCE["frequencies"])
    problem = Problem(
        task, association_objective.address, constants, work_size, made.start, made.blocks, 6, 1, made.subject
    )
    (loss,), (gradient,) = problem.gradients(REFERENCE["W"].reshape(1, -1))
    np.testing.assert_allclose(loss, REFERENCE["loss"], rtol=1e-12)
    np.testing.assert_allclose(gradient, REFERENCE["gradient"].ravel(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_single_pairs_have_the_mean_of_their_gradients(exponent):
    """A batch is weighted so that an epoch of single pairs adds up to the whole."""
    session = Session(
        new_memory([new_run("sgd", learning_rate=1e-7, batch="single")], exponent=exponent, basis="rotated")
    )
    problem = session.problem
    session.advance(8)
    (_,), (gradient,) = problem.gradients(problem.start[None])
    np.testing.assert_allclose(-session.runs[0].machine.theta / 8e-7, gradient, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("optimizer", ONE_HOT)
def test_how_long_each_pair_takes(optimizer):
    assert learned_after(optimizer, "one_hot") == ONE_HOT[optimizer]


@pytest.mark.parametrize("optimizer", ["sgd", pytest.param("muon", marks=pytest.mark.slow)])
def test_a_rotation_changes_nothing_for_descent_and_muon(optimizer):
    assert learned_after(optimizer, "rotated", 3) == ONE_HOT[optimizer]


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ROTATED)
def test_a_rotation_costs_what_looks_at_single_numbers(optimizer):
    low, high = ROTATED[optimizer]
    for seed in range(1, 6):
        found = learned_after(optimizer, "rotated", seed)
        assert low < max(found) / min(found) < high


def test_measures_answers_and_live_frequencies():
    session = Session(new_memory([new_run("sgd", learning_rate=1.0)], basis="rotated"))
    session.advance(100)
    assert session.problem_changed({"exponent": 0.0}) is False
    session.advance(30)
    picture = session.picture()
    theta, view = picture.runs[0].shown.theta, picture.runs[0].measures
    seen = snapshot_of(picture.problem, theta, [Associations()]).answer(Associations)
    raised = np.exp(seen.logits)
    np.testing.assert_allclose(seen.right, np.diag(raised) / raised.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(seen.losses.mean(), picture.problem.losses(theta[None])[0], rtol=1e-12)
    np.testing.assert_allclose(seen.singular, np.linalg.svd(theta.reshape(8, 8))[1], rtol=1e-12)
    assert np.all(np.diff(view.layers[-1][:, 1]) < 0), "the rarer, the less is known"
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(130)
    assert full_history(again.runs[0])["loss"].tobytes() == full_history(session.runs[0])["loss"].tobytes()


def test_of_many_pairs_some_are_shown():
    memory = problem_of(new_memory(["sgd"], pairs=32).problem).subject
    assert memory.layers[0] == "rank 1" and memory.layers[-1] == "rank 32" and len(memory.layers) <= MOST_SHOWN
    assert len(set(memory.layers)) == len(memory.layers)


def test_what_cannot_be_is_refused():
    task = new_memory(["sgd"]).problem
    with pytest.raises(SettingError, match=r"pairs must be a whole number in \[2, 32\], got 33"):
        task.having("pairs", 33)
    with pytest.raises(SettingError, match="an associative memory has no setting 'noise'; it has pairs, exponent"):
        task.having("noise", 1.0)
    assert task.continues(task.having("basis_seed", 5)) and not task.continues(task.having("basis", "rotated"))
