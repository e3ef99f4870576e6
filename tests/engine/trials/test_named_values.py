"""Settings whose values have names: every catalogue, choice and switch, and no value with which a run cannot begin."""

from __future__ import annotations

from engine import (
    ACTIVATIONS,
    BATCHES,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    named_settings,
    new_experiment,
    new_network,
    new_policy,
    possible_values,
    value_names,
    value_now,
)


def first(experiment):
    return experiment.problem, experiment.runs[0].settings


def test_what_has_names_is_offered_with_them() -> None:
    network = new_network("circle", ["adam"])
    task, settings = first(network)
    paths = list(named_settings(task, settings))
    assert {"optimizer", "optimizer.bias_correction", "schedule", "batch", "hidden.1.activation", "loss"} < set(paths)
    assert {"initializer", "output", "scaling", "split", "residual"} < set(paths) and len(set(paths)) == len(paths)
    for path, catalogue in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("batch", BATCHES), ("loss", LOSSES)):
        assert value_names(task, settings, path) == {key: entry.title for key, entry in catalogue.items()}
    assert set(value_names(task, settings, "hidden.2.activation")) == set(ACTIVATIONS)
    assert value_names(task, settings, "residual") == {False: "off", True: "on"}
    assert value_names(task, settings, "learning_rate") == value_names(task, settings, "hidden.9.activation") == {}
    assert value_now(task, settings, "optimizer") == "adam" and value_now(task, settings, "residual") is False
    surface = list(named_settings(*first(new_experiment("rosenbrock", ["adam"]))))
    assert "surface" not in surface and "batch" not in surface, "other surfaces end elsewhere, and have no examples"


def test_values_with_which_no_run_can_begin_are_left_out() -> None:
    task, settings = first(new_network("circle", ["adam"]))
    assert "attention" not in possible_values(task, settings, "architecture")
    asking = {key for key, entry in OPTIMIZERS.items() if entry.asks}
    assert asking and not asking & set(possible_values(*first(new_policy("bandit", ["sgd"])), "optimizer"))
