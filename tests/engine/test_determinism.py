"""The same bits: in another process, after a fresh compilation, beside other threads."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine import (
    OPTIMIZERS,
    SCHEDULES,
    SURFACES,
    Experiment,
    Session,
    full_history,
    new_experiment,
    new_network,
    new_run,
)
from engine.training.session import Spread

ROOT = Path(__file__).resolve().parent.parent.parent

PROGRAM = """
import json, sys
from engine import Experiment
from tests.engine.test_determinism import digest
for text in sys.stdin:
    print(digest(Experiment.from_dict(json.loads(text))))
"""
UPDATES = 2500


def digest(experiment: Experiment, chunk: int = UPDATES, spread: Spread = map) -> str:
    session = Session(experiment)
    while session.update < UPDATES and session.moving:
        session.advance(min(chunk, UPDATES - session.update), spread)
    return fingerprint(session)


def fingerprint(session: Session) -> str:
    """Of every number that the runs have come to, and have recorded on their way."""
    found = hashlib.sha256()
    for run in session.runs:
        view = run.measures.view()
        for numbers in (
            run.machine.theta, run.machine.slots, *full_history(run).values(), view.at, view.values,
            view.layers_at, view.layers,
        ):  # fmt: skip
            found.update(numbers.tobytes())
    return found.hexdigest()


def in_another_process(experiments: list[Experiment], **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **environment},
        input="".join(json.dumps(experiment.to_dict()) + "\n" for experiment in experiments),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return done.stdout.split()


def every_optimizer() -> list[Experiment]:
    keys = list(OPTIMIZERS)
    runs = [new_run(key, batch="single", schedule=list(SCHEDULES)[k % len(SCHEDULES)]) for k, key in enumerate(keys)]
    return [
        new_experiment("himmelblau", runs[:12], noise=0.3, seed=4, updates=0),
        new_experiment("rosenbrock", runs[12:], noise=0.3, seed=5, updates=0),
    ]


def every_surface() -> list[Experiment]:
    return [new_experiment(key, ["sgd", "adam"], updates=0) for key in SURFACES]


def with_tweaks() -> Experiment:
    session = Session(new_experiment("beale", [new_run("adam", batch=10), "nesterov"], noise=0.2, updates=0))
    for k in range(40):
        session.advance(37)
        session.tweak("adam", "learning_rate", 0.001 * (k + 1))
        if k % 5 == 0:
            session.tweak("nesterov", "optimizer", list(OPTIMIZERS)[k % len(OPTIMIZERS)])
            session.problem_changed({"noise": 0.01 * k})
    return session.experiment()


def networks() -> list[Experiment]:
    runs = [new_run("adam", batch=32, schedule="cosine"), new_run("rmsprop", batch="single", order="replaced", l1=1e-4)]
    deep = {"activation": "relu", "residual": True, "dropout": 0.2, "scaling": "min_max", "stop": {"updates": 400}}
    return [new_network("digits", runs, (33, 33, 7), **deep), network_with_tweaks().experiment()]


def network_with_tweaks() -> Session:
    """A race whose data, losses, layers, weights and rules change while it runs."""
    runs = [new_run("adam", batch=10), new_run("nesterov", batch=7, order="replaced"), new_run("sgd")]
    session = Session(new_network("circle", runs, (9, 9, 3), residual=True, stop={"updates": 400}))
    activations = ("relu", "gelu", "silu", "sine", "tanh")
    for k in range(40):
        session.advance(7)
        session.tweak("adam", "learning_rate", 0.001 * (k + 1))
        session.tweak("sgd", f"parameter.{3 * k}", 0.1 * k)
        match k % 8:
            case 0:
                session.problem_changed({"data.noise": k, "share": 0.3 + 0.01 * k, "dropout": 0.01 * k})
            case 1:
                session.problem_changed({"hidden.2.activation": activations[k // 8], "scaling": "standardise"})
            case 3:
                session.tweak("nesterov", "batch.size", 5 + k)
            case 5:
                session.tweak("nesterov", "optimizer", list(OPTIMIZERS)[k // 2])
            case 7:
                session.problem_changed({"loss": ("mse", "bce", "hinge", "huber", "half_mse")[k // 8]})
    session.problem_changed({"data.add": (0.5, -1.0, 1.0)})
    session.advance(20)
    session.problem_changed({"data.erase": (0.0, 0.0, 1.0)})
    return session


def test_two_processes() -> None:
    experiments = [*every_optimizer(), *every_surface(), with_tweaks(), *networks()]
    assert in_another_process(experiments) == [digest(experiment) for experiment in experiments]


def test_a_live_session_and_its_document() -> None:
    session = Session(new_experiment("beale", [new_run("adam", batch=10)], noise=0.2, updates=0))
    for k in range(50):
        session.advance(50)
        session.tweak("adam", "learning_rate", 0.002 * (k + 1))
    assert digest(session.experiment(), 13) == fingerprint(session) == in_another_process([session.experiment()])[0]


def test_a_live_race_of_networks_and_its_document() -> None:
    session = network_with_tweaks()
    session.advance(UPDATES)
    assert min(len(run.tweaks) for run in session.runs) > 40
    assert fingerprint(session) == digest(session.experiment(), 13)


def test_the_runs_of_a_race_on_two_threads() -> None:
    with ThreadPoolExecutor(2) as pool:
        for experiment in networks():
            assert digest(experiment, 131, pool.map) == digest(experiment)


def test_two_threads_and_one() -> None:
    experiments = every_optimizer() + every_surface()[:20] + networks()
    alone = [digest(experiment) for experiment in experiments]
    found: dict[int, str] = {}

    def work(share: int) -> None:
        for k in range(share, len(experiments), 2):
            found[k] = digest(experiments[k], 101)

    threads = [threading.Thread(target=work, args=(share,)) for share in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[k] for k in range(len(experiments))] == alone


@pytest.mark.slow
def test_a_cold_cache_and_a_warm_one(tmp_path: Path) -> None:
    """Freshly compiled, loaded from the cache just filled, and loaded from the one in use."""
    experiments = [
        new_experiment("rosenbrock", [new_run("adam", schedule="cosine", batch=10), "momentum"], noise=0.1, updates=0),
        new_experiment("ackley", ["lion", "rprop"], updates=0),
        *networks(),
    ]
    here = [digest(experiment) for experiment in experiments]
    for _ in range(2):
        assert in_another_process(experiments, NUMBA_CACHE_DIR=str(tmp_path)) == here
    assert any(tmp_path.rglob("*.nbi"))


@pytest.mark.slow
def test_two_processes_on_one_cold_cache(tmp_path: Path) -> None:
    experiment = new_experiment("himmelblau", ["adamw"], updates=0)
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(in_another_process([experiment], NUMBA_CACHE_DIR=str(tmp_path))))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[digest(experiment)]] * 2


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"", b"garbage" * 100, None], ids=["empty", "garbage", "half"])
def test_a_damaged_cache_costs_time_only(tmp_path: Path, damage: bytes | None) -> None:
    experiment = new_experiment("sphere", ["sgd"], updates=0)
    before = in_another_process([experiment], NUMBA_CACHE_DIR=str(tmp_path))
    for file in [*tmp_path.rglob("*.nbi"), *tmp_path.rglob("*.nbc")]:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if damage is None else damage)
    assert in_another_process([experiment], NUMBA_CACHE_DIR=str(tmp_path)) == before == [digest(experiment)]
