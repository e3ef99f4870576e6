"""A run that is looked at a few times: measured there as any run is, in a few calls of the compiled loop."""

from __future__ import annotations

import numpy as np

from engine import DIVERGED, Interruption, Run, RunRecord, Setting, Tweak, new_network, new_run, problem_of
from engine.interruption import finish
from engine.training.machine import Machine
from tests.each import each

LOOKS = np.unique(np.concatenate([np.arange(0, 150, 5), [1, 2, 3, 149]]))
STOP = {"updates": 150}
CASES = {
    "adam": (new_run("adam", batch=10), ()),
    "an average": (new_run("sgd", average="EMA", batch=10), ()),
    "penalties": (new_run("adam", weight_decay=0.1, decoupled=False, l1=0.01), ()),
    "tweaks": (
        new_run("adam"),
        (
            Tweak(0, Setting("learning_rate"), 0.02),
            Tweak(35, Setting("data", "noise"), 0.4),
            Tweak(60, Setting("optimizer"), "momentum"),
            Tweak(61, Setting("optimizer", "average"), "uniform"),
        ),
    ),
    "a divergence": (new_run("sgd", learning_rate=60.0), ()),
}


def runs(case: str, interruption: Interruption | None = None) -> tuple[Run, Run]:
    """A run that is looked at, and the same with all its measurements, both at their end."""
    settings, tweaks = CASES[case]
    data = "sine" if case == "a divergence" else "moons"
    problem = problem_of(new_network(data, ["sgd"], hidden=(8, 8)).problem)
    record = RunRecord(settings, tweaks)
    looked_at, other = Run(problem, record, STOP, interruption, LOOKS), Run(problem, record, STOP)
    for run in (looked_at, other):
        while run.status not in (DIVERGED, "finished") or not run.settled:
            run.advance(150)
    return looked_at, other


@each("case", CASES)
def test_it_is_measured_where_it_is_looked_at(case: str) -> None:
    looked_at, other = runs(case)
    assert (looked_at.status == DIVERGED) == (case == "a divergence") and looked_at.status == other.status
    assert looked_at.machine.theta.tobytes() == other.machine.theta.tobytes()
    found = looked_at.measures.view()
    assert found.at.tolist() == [update for update in LOOKS if update <= other.update]
    for update, values in zip(found.at, found.values, strict=True):
        # Measured before the tweaks of that update, which the machine has got already.
        before = Run(other.problem, RunRecord(other.initial, tuple(t for t in other.tweaks if t.update < update)), STOP)
        before.advance(int(update))
        if update or case != "tweaks":
            assert values.tobytes() == finish(before.machine.measured(False))[0].tobytes(), update


def test_interruptions_change_nothing_and_a_fork_has_looks_of_its_own() -> None:
    flag = Interruption()
    flag.set()
    looked_at, _ = runs("adam", flag)
    whole, _ = runs("adam")
    assert looked_at.measures.view().values.tobytes() == whole.measures.view().values.tobytes()
    fork = whole.fork(70, "b", {"learning_rate": 0.3})
    whole.rewind(20)
    for run in (fork, whole):
        run.advance(150)
        assert run.measures.view().at.tolist() == LOOKS.tolist()
    assert whole.measures.view().values.tobytes() == looked_at.measures.view().values.tobytes()
    assert fork.measures.view().values[-1].tobytes() != whole.measures.view().values[-1].tobytes()


def test_looks_end_no_chunk(monkeypatch) -> None:
    chunks = []
    advance = Machine.advance
    monkeypatch.setattr(Machine, "advance", lambda machine, *given: chunks.append(given) or advance(machine, *given))
    runs("adam")[0].advance(0)
    chunks.clear()
    settings = CASES["adam"][0]
    run = Run(problem_of(new_network("moons", ["sgd"], hidden=(8, 8)).problem), RunRecord(settings), STOP, None, LOOKS)
    run.advance(150)
    assert len(run.measures.view().at) == len(LOOKS) == 34 and len(chunks) <= 4
