"""A comparison in a document: it comes back to the bit, and what is wrong with it is named."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine import (
    ComparisonRecord,
    Experiment,
    SettingError,
    Summary,
    axis,
    kind_of,
    line_of,
    new_experiment,
    of_line,
    plan_of,
    planned,
    trial,
)
from engine.choices import choose
from engine.trials.comparison_record import MAX_RESULTS
from engine.trials.members import COMPARISONS

BASE = new_experiment("rosenbrock", ["adam", "sgd"])
IDS = [record.settings.id for record in BASE.runs]
SEEDS = ComparisonRecord(choose(COMPARISONS, "seeds", {"seeds": 2, "updates": 40}), (IDS[1],), "loss")
KEPT = {one.key: trial(one) for one in planned(BASE, SEEDS).trials({})}


def again(experiment: Experiment) -> Experiment:
    return Experiment.from_dict(experiment.to_dict())


def test_a_comparison_comes_back_with_its_results_to_the_bit() -> None:
    kept = SEEDS.keeping(KEPT)
    (found,) = again(replace(BASE, comparisons=(kept,))).comparisons
    assert found == kept
    assert {key: summary.digest for key, summary in found.known().items()} == {
        key: summary.digest for key, summary in KEPT.items()
    }
    plan = planned(BASE, found)
    assert plan.is_finished(found.known()) and plan.result(found.known()).done == 2
    assert plan.arms == plan_of(BASE, "seeds", {"seeds": 2, "updates": 40}, [IDS[1]]).arms
    axes = (axis("learning_rate", [0.1, 0.001], log=True), axis("optimizer", ["adam", "sgd"]))
    varied = ComparisonRecord(choose(COMPARISONS, "sweep"), axes=axes)
    assert again(replace(BASE, comparisons=(kept, varied))).comparisons == (kept, varied)
    assert again(BASE).comparisons == ()
    gone = replace(BASE, runs=BASE.runs[:1], comparisons=(SEEDS,))
    assert again(gone).comparisons == (replace(SEEDS, runs=()),), "a run that was removed is no longer named"


def test_a_comparison_by_itself_is_read_as_one_of_several() -> None:
    data = again(replace(BASE, comparisons=(SEEDS,))).to_dict()
    assert data["comparison"] == [SEEDS.to_dict(IDS)]
    assert Experiment.from_dict({**data, "comparison": SEEDS.to_dict(IDS)}).comparisons == (SEEDS,)
    assert Experiment.from_dict({**data, "fall_line": 5, "comparison": SEEDS.to_dict(IDS)}).comparison("seeds") == SEEDS


def test_an_optimizer_is_compared_without_being_a_run() -> None:
    asked = ComparisonRecord(choose(COMPARISONS, "race"), (IDS[0],), optimizers=("rmsprop", "adam"))
    assert again(replace(BASE, comparisons=(asked,))).comparisons == (asked,)
    arms = planned(BASE, asked).arms
    assert [arm.key for arm in arms] == [IDS[0], "rmsprop", "adam-2"] and [arm.colour for arm in arms] == [0, 2, 3]
    rate, _ = kind_of(BASE.problem).suited("rmsprop")
    settings = arms[1].record.settings
    assert settings.optimizer.kind == "rmsprop" and settings.learning_rate == rate
    assert settings.batch == BASE.runs[0].settings.batch
    alone = replace(asked, runs=())
    assert [arm.key for arm in planned(BASE, alone).arms] == ["rmsprop", "adam-2"], "without the visible runs"
    with pytest.raises(SettingError, match="unknown optimizer"):
        plan_of(BASE, "race", optimizers=["adma"])


def test_summaries_are_lines_that_hold_every_number() -> None:
    odd = Summary(3, -0.0, 1e-300, 1, None, math.inf, 2, 'it\'s a "test" of\nlines', curve=(math.nan, 1.5), numbers=3)
    line = line_of("a1", odd)
    key, found = of_line(line)
    assert key == "a1" and line.isascii() and line.isprintable() and "'" not in line
    assert repr(found) == repr(odd)
    for line, told in (
        ("nothing", "line of JSON"),
        ('{"a": 1}', "key of a trial"),
        ('["a", {"bits": 1}]', "summary of a trial"),
        ('["a", {"updates": -1}]', r"updates.*whole number in \[0"),
        ('["a", {"updates": 1.5}]', "updates.*whole number"),
        ('["a", {"value": "low"}]', "value.*number"),
        ('["a", {"curve": [1, "2"]}]', "curve.*number"),
        (f'["a", {{"curve": {[1.0] * 2000}}}]', "curve.*at most 1000 numbers"),
        ('["a", {"ending": 3}]', "ending.*text"),
        ("[" * 100_000, "line of JSON"),
    ):
        with pytest.raises(SettingError, match=told):
            of_line(line)


def test_a_score_sheet_from_before_fresh_seeds_keeps_those_it_was_tuned_with() -> None:
    data = new_experiment("rosenbrock", ["adam"]).to_dict()
    data["comparison"] = [{"kind": "scores", "seeds": 7, "rounds": 1}, {"kind": "race", "seeds": 4}]
    for version, counted, tuned in ((6, 10, 7), (7, 7, 3)):
        sheet, race = Experiment.from_dict({**data, "fall_line": version}).comparisons
        assert (sheet.choice.values["seeds"], sheet.choice.values["tuning_seeds"]) == (counted, tuned)
        assert race.choice.values["seeds"] == 4 and sheet.choice.values["rounds"] == 1


def test_what_is_wrong_in_a_file_is_named_with_its_place() -> None:
    good = {"kind": "seeds", "seeds": 2}
    axes = [{"setting": "learning_rate", "values": [0.1]}]
    for wrong, told in (
        (3, "comparison: must be a table"),
        ({**good, "kind": "horses"}, "comparison.*horses"),
        ({**good, "seeds": 0}, r"comparison\.seeds.*\[1"),
        ({**good, "cows": 0}, r"comparison\.cows"),
        ({**good, "runs": "adam"}, r"comparison\.runs.*list of ids"),
        ({**good, "runs": ["nobody"]}, r"comparison\.runs.*among.*nobody"),
        ({**good, "optimizers": "adam"}, r"comparison\.optimizers.*list of keys"),
        ({**good, "optimizers": ["adma"]}, r"comparison\.optimizers.*did you mean adam"),
        ([good, {**good, "seeds": 0}], r"comparison\[2\]\.seeds.*\[1"),
        ([good, good], "comparison: there is one comparison of each kind, got 2 of kind seeds"),
        ({**good, "counted": 3}, r"comparison\.counted"),
        ({**good, "axes": axes}, r"comparison\.axes.*varies no settings"),
        ({"kind": "sweep", "axes": axes * 7}, r"comparison\.axes.*at most 6"),
        ({"kind": "sweep", "axes": [{"setting": "x", "values": [[1]]}]}, r"comparison\.axes\[1\].*numbers or texts"),
        ({"kind": "sweep", "axes": [{"setting": "x", "valves": [1]}]}, r"comparison\.axes\[1\]\.valves"),
        ({**good, "results": 3}, r"comparison\.results.*text"),
        ({**good, "results": line_of("a", Summary()) + "\nno"}, r"comparison\.results\[2\].*line of JSON"),
        ({**good, "results": "\n" * (MAX_RESULTS + 1)}, rf"at most {MAX_RESULTS:,} results"),
    ):
        with pytest.raises(SettingError, match=told):
            Experiment.from_dict({**BASE.to_dict(), "comparison": wrong})
    with pytest.raises(SettingError, match="at most"):
        SEEDS.keeping(dict.fromkeys(map(str, range(MAX_RESULTS + 1)), Summary()))


def test_no_knob_of_a_comparison_has_the_name_of_an_entry_beside_it() -> None:
    entries = {"kind", "runs", "optimizers", "counted", "axes", "results"}
    for comparison in COMPARISONS.values():
        assert not {knob.name for knob in comparison.knobs} & entries
