"""What a network writes, and what it does while it reads."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from engine import (
    LOSS_OF_EACH,
    Learner,
    NetworkTask,
    Problem,
    SampledText,
    SettingError,
    TextReading,
    TokenVectors,
    finish,
    new_network,
    problem_of,
    snapshot_of,
)


@cache
def problem(data: str = "number_words", cell: str = "gru", loss: str = "softmax") -> Problem:
    made = {"kind": data, "context": 16, **({} if data == "prose" else {"samples": 60})}
    architecture = {"kind": "recurrent", "cell": cell, "units": 6}
    return problem_of(new_network(made, ["sgd"], architecture=architecture, loss=loss).problem)


def written(query: SampledText, theta: np.ndarray | None = None, data: str = "number_words") -> tuple[str, ...]:
    made = problem(data)
    found = snapshot_of(made, made.start if theta is None else theta, {query}).answer(SampledText)
    assert found is not None
    return found


def test_lines_are_as_long_as_windows_and_depend_on_the_network_alone() -> None:
    lines = written(SampledText(5, 1.0, "two"))
    assert len(lines) == 5 and all(line.startswith("two") and len(line) == 17 for line in lines)
    assert written(SampledText(5, 1.0, "two")) == lines and len(set(lines)) == 5
    assert written(SampledText(3, 1.0, "two")) == lines[:3]
    assert written(SampledText(5, 1.0, "two", seed=2)) != lines
    assert written(SampledText(5, 1.0, "TWO§two")) == lines  # what is not in the vocabulary is left out
    moved = problem().start.copy()
    moved[-1] += 30.0
    assert set("".join(line[3:] for line in written(SampledText(5, 1.0, "two"), moved))) == {"z"}


def test_at_temperature_zero_the_most_likely_is_written_once() -> None:
    assert len(written(SampledText(8, 0.0, "o"))) == 1
    firsts = [line[0] for line in written(SampledText(8, 0.0))]
    assert len(set(firsts)) == len(firsts)


def test_without_weights_all_characters_are_as_likely() -> None:
    nothing = np.zeros_like(problem().start)
    signs = "".join(line[1:] for line in written(SampledText(40, 1.0), nothing))
    counts = np.array([signs.count(sign) for sign in Learner.of(problem().subject).data.classes])
    expected = len(signs) / len(counts)
    assert (((counts - expected) ** 2) / expected).sum() < 45.0  # chi-squared of 19 degrees: one in a thousand


def test_a_line_ends_where_the_network_is_not_finite() -> None:
    broken = np.full_like(problem().start, np.nan)
    assert written(SampledText(3, 1.0, "on"), broken) == ("on",) * 3
    assert written(SampledText(3, 0.0, "on"), broken) == ("on",)


@pytest.mark.parametrize("data", ["number_words", "brackets"])
def test_the_loss_of_each_character_adds_up_to_bits(data: str) -> None:
    made = problem(data)
    learner = Learner.of(made.subject)
    read = snapshot_of(made, made.start, {TextReading(LOSS_OF_EACH, 0, 1000)}).answer(TextReading)
    assert read is not None and read.validation and read.values.shape == (learner.data.validation, 16)
    values = finish(learner.measured(made.start, None, 0.0, None))[0]
    names = [measure.key for measure in learner.measures if not measure.by_layer]
    bits = dict(zip(names, values, strict=True))
    assert read.values.mean() == pytest.approx(bits["validation_bits"], rel=1e-10)
    assert bits["training_bits"] == pytest.approx(bits["training_loss"] / np.log(2.0), rel=1e-12)


@pytest.mark.parametrize(
    "cell, groups",
    [
        ("elman", ("state",)),
        ("gru", ("state", "reset gate", "update gate", "candidate")),
        ("lstm", ("state", "cell state", "input gate", "forget gate", "candidate", "output gate")),
    ],
)
def test_units_are_those_of_the_cell(cell: str, groups: tuple[str, ...]) -> None:
    made = problem(cell=cell)
    asked = {TextReading(group, unit, 3) for group in groups for unit in (0, 99)}
    found = snapshot_of(made, made.start, asked).answers
    for query, read in found.items():
        assert read.groups == tuple((group, 6) for group in groups)
        assert (read.group, read.unit) == (query.group, min(query.unit, 5))
        low = 0.0 if query.group.endswith("gate") else -1.0
        assert read.values.shape == (3, 16) and low <= read.values.min() and read.values.max() <= 1.0
    learner = Learner.of(made.subject)
    data = learner.data
    states = learner.activations(made.start, data.inputs[data.train : data.train + 3])[0].reshape(3, 16, 6)
    assert (found[TextReading("state", 99, 3)].values == states[:, :, 5]).all()


def transformer(**knobs: object) -> NetworkTask:
    data, form = {"kind": "brackets", "samples": 40, "context": 16}, {"kind": "attention", "width": 8, "mlp": 6}
    return new_network(data, ["sgd"], architecture={**form, **knobs}).problem


def test_a_transformer_writes_and_reads_too() -> None:
    made = problem_of(transformer(causal=True, blocks=2))
    groups = (("attention 1", 8), ("MLP 1", 6), ("attention 2", 8), ("MLP 2", 6))
    asked = {SampledText(4, 1.0, "(["), TokenVectors(), *(TextReading(group, 2, 3) for group, _ in groups)}
    found = snapshot_of(made, made.start, asked)
    assert len(found.answer(SampledText) or ()) == 4
    for query, read in found.answers.items():
        if isinstance(query, TextReading):
            assert read.groups == groups and read.group == query.group and read.values.shape == (3, 16)
    assert (found.answer(TokenVectors) == made.start[: 4 * 8].reshape(4, 8)).all()
    alone = snapshot_of(made, made.start, {TextReading("MLP 1", 2, 1)}).answer(TextReading)
    together = found.answers[TextReading("MLP 1", 2, 3)]
    assert np.allclose(alone.values, together.values[:1], rtol=1e-12)


def test_nothing_may_see_the_character_that_is_asked_for() -> None:
    with pytest.raises(SettingError, match="attends to later steps unless it is causal: switch causal on"):
        transformer()
    task = new_network("brackets", ["sgd"]).problem.having("architecture", "attention")
    assert task.architecture.values["causal"]
    with pytest.raises(SettingError, match="switch causal on"):
        task.having("architecture.causal", False)
    seeing = new_network("echo", ["sgd"], architecture="attention").problem
    assert not seeing.architecture.values["causal"]
    assert seeing.having("data", "number_words").architecture.values["causal"]


def test_characters_are_read_as_columns_of_the_first_layer() -> None:
    made = problem()
    vectors = snapshot_of(made, made.start, {TokenVectors()}).answer(TokenVectors)
    assert vectors is not None and vectors.shape == (20, 18)
    assert (vectors.T.ravel() == made.start[:360]).all()


def test_tables_and_entropy_stand_beside_bits_alone() -> None:
    found = {each.title: each for each in problem().subject.references}
    assert list(found) == ["entropy", "bigram table", "trigram table"]
    assert all(each.curves == ("bits",) for each in found.values())
    assert found["entropy"].value < found["trigram table"].value < found["bigram table"].value
    assert [each.title for each in problem("prose").subject.references] == ["bigram table", "trigram table"]


def test_what_is_no_cross_entropy_has_no_bits() -> None:
    made = problem(loss="mse")
    values = finish(Learner.of(made.subject).measured(made.start, None, 0.0, None))[0]
    assert np.isnan(values[-2:]).all() and np.isfinite(values[:-2]).all()


def test_nobody_else_is_asked_about_a_text() -> None:
    made = problem_of(new_network("echo", ["sgd"], architecture={"kind": "recurrent", "units": 3}).problem)
    for query in (SampledText(1, 1.0), TextReading("", 0, 1), TokenVectors()):
        assert not made.subject.understands(type(query))
        with pytest.raises(SettingError, match="has no answer"):
            snapshot_of(made, made.start, {query})
