from __future__ import annotations

from dataclasses import replace

from app.documents.run_names import RunNames, compared_names, run_differences, run_names
from engine import Session, new_experiment, new_network, new_run, plan_of
from tests.each import each

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
    "typed": ([new_run("adam", name="Bold"), new_run("adam", learning_rate=0.5)], ["Bold", "η = 0.5"]),
    "typed twice": ([new_run("adam", name="Bold"), new_run("sgd", name="Bold")], ["Bold (1)", "Bold (2)"]),
}


@each("runs, names", CASES.values())
def test_runs_are_named_by_what_differs_and_by_nothing_else(runs: list, names: list[str]) -> None:
    assert list(run_names(new_experiment("rosenbrock", runs))) == names


def test_rates_of_layers_are_a_difference() -> None:
    runs = [new_run("adam", rates=rates) for rates in ({"hidden 1": 0.0}, {"hidden 1": 0.5, "output": 0.1}, {})]
    assert run_names(new_network("moons", runs, (4, 3))) == (
        "hidden 1 frozen, rate of output × 1",
        "rate of hidden 1 × 0.5, rate of output × 0.1",
        "rate of hidden 1 × 1, rate of output × 1",
    )


def test_a_tweaked_run_is_named_by_what_a_setting_was_and_is() -> None:
    session = Session(new_experiment("rosenbrock", [new_run("adam", learning_rate=0.01) for _ in range(3)]))
    session.advance(500)
    session.tweak("adam", "learning_rate", 0.1)
    session.tweak("adam-2", "optimizer", "sgd")
    session.tweak("adam-2", "schedule", "cosine")
    exchanged = "Adam → Gradient descent, η = 0.01, constant schedule → cosine schedule"
    assert run_names(session.experiment())[1] == exchanged
    session.advance(20)
    session.tweak("adam", "learning_rate", 0.5)  # as a slider does, at every step of a drag
    session.tweak("adam", "parameter.1", 0.5)
    named = run_names(session.experiment())[0]
    assert named == "Adam, η = 0.01 → 0.5, constant schedule, 1 parameter set by hand"


def test_equal_changes_at_other_updates_tell_when_and_else_are_numbered() -> None:
    session = Session(new_experiment("rosenbrock", [new_run("adam", learning_rate=0.01)]))
    session.advance(500)
    for update in (200, 300, 300):
        session.fork("adam", update, {"learning_rate": 0.003})
    change = "η = 0.01 → 0.003 from update"
    assert run_names(session.experiment()) == ("η = 0.01", f"{change} 200", f"{change} 300 (1)", f"{change} 300 (2)")


def test_an_optimizer_that_is_exchanged_twice_leaves_nothing_of_the_former_name() -> None:
    session = Session(new_experiment("rosenbrock", ["adam", "sgd"]))
    for optimizer in ("sgd", "adam", "momentum", "adam"):
        session.tweak("adam", "optimizer", optimizer)
    assert run_names(session.experiment()) == ("Adam", "Gradient descent")


def test_a_typed_name_stays_and_what_differs_is_told_beside_it() -> None:
    runs = [new_run("adam", name="Bold", learning_rate=0.1), new_run("sgd", learning_rate=0.1)]
    session = Session(new_experiment("sphere", runs))
    session.advance(5)
    session.tweak("adam", "optimizer", "sgd")
    assert run_names(session.experiment()) == ("Bold", "Gradient descent")
    assert run_differences(session.experiment()) == ("Adam → Gradient descent", "Gradient descent")
    session.tweak("adam", "name", "")
    assert run_names(session.experiment())[0] == "Adam → Gradient descent"


def test_names_are_kept_until_a_run_changes() -> None:
    names, experiment = RunNames(), new_experiment("sphere", ["adam", "sgd"])
    first = names(experiment)
    assert names(replace(experiment, view={"speed": 1.0})) is first
    other = replace(experiment.runs[0], settings=replace(experiment.runs[0].settings, name="Bold"))
    assert names(replace(experiment, runs=(other, experiment.runs[1])))[0] == "Bold"


def test_among_those_compared_a_learning_rate_is_named_only_if_it_tells_runs_apart() -> None:
    adam, slow = new_run("adam", learning_rate=0.1), new_run("adam", learning_rate=0.01)
    apart = new_experiment("rosenbrock", [adam, new_run("momentum")])
    assert compared_names(apart) == ("Adam", "Momentum")
    alike = new_experiment("rosenbrock", [adam, slow])
    assert compared_names(alike) == run_names(alike) and len(set(compared_names(alike))) == 2
    plan = plan_of(alike, "seeds", {"seeds": 1, "updates": 5}, naming=compared_names)
    assert tuple(arm.name for arm in plan.arms) == compared_names(alike)
    assert [arm.name for arm in plan_of(alike, "seeds").arms] == ["Adam", "Adam 2"]
