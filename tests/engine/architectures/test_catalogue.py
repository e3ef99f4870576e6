"""What every architecture promises; one without a case here fails."""

from __future__ import annotations

import numpy as np
import pytest

from engine import ARCHITECTURES, LOSSES, UnitMaps, choose, new_network, problem_of, snapshot_of
from engine.architectures.initializers import INITIALIZERS
from engine.architectures.network import Network

CASES = {"perceptron": Network((3, 4, 2, 2), ("tanh", "gelu", "identity"), choose(LOSSES, "mse"))}
EXAMPLES = 7


def test_every_architecture_has_a_case() -> None:
    assert CASES.keys() == ARCHITECTURES.keys()


@pytest.fixture(params=CASES)
def case(request):
    network = CASES[request.param]
    assert request.param == network.ARCHITECTURE
    return ARCHITECTURES[request.param], network


def test_blocks_cover_theta_without_gaps(case) -> None:
    architecture, network = case
    stops = [0, *(block.stop for block in network.blocks)]
    assert [block.start for block in network.blocks] == stops[:-1] and stops[-1] == network.parameters
    theta = architecture.start(network, choose(INITIALIZERS, "he_normal"), 3)
    assert theta.shape == (network.parameters,) and np.isfinite(theta).all()
    assert theta.tobytes() == architecture.start(network, choose(INITIALIZERS, "he_normal"), 3).tobytes()


def test_memory_is_told_to_the_number(case) -> None:
    architecture, network = case
    rng = np.random.default_rng(1)
    inputs, targets = rng.normal(size=(EXAMPLES, network.sizes[0])), rng.normal(size=(EXAMPLES, network.sizes[-1]))
    packed = architecture.packed(network, inputs, targets)
    assert architecture.memory(network, EXAMPLES) == (packed.constants.size, packed.work_size)


def test_its_kernels_are_named(case) -> None:
    architecture, network = case
    assert architecture.objective in architecture.kernels(network)


def test_a_problem_is_made_of_it_and_its_inside_answers() -> None:
    problem = problem_of(new_network("circle", ["sgd"], (3,)).problem)
    architecture = ARCHITECTURES[problem.task.network.ARCHITECTURE]
    asked = [query((-1.0, 1.0, -1.0, 1.0), 5) if query is UnitMaps else query() for query in architecture.inside]
    found = snapshot_of(problem, problem.start, asked)
    assert found.answers.keys() == set(asked)
    gradient = problem.gradients(problem.start[None])[1][0]
    steps = 1e-6 * np.eye(problem.start.size)
    losses = problem.losses(np.concatenate([problem.start + steps, problem.start - steps]))
    ahead, behind = losses.reshape(2, -1)
    np.testing.assert_allclose(gradient, (ahead - behind) / 2e-6, rtol=1e-5, atol=1e-8)
