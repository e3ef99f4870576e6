"""The Compare workspace in the real window: asked, computed, adopted, kept, cancelled and gone on with by a hand."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication

from app.compare.comparison_page import FORMER
from app.compare.run_bar import AGAIN, GO_ON, START
from app.compare.sweep_picture import MAP, PARALLEL
from app.compare.workspace import FORMER_ANSWER
from app.look.theme import LIGHT
from engine import COMPARISONS, axis, new_experiment, new_network, new_run
from tests.app.comparing import Button, click, compute, show


def test_the_switch_puts_the_workspace_in_place_of_stage_and_curves_and_nothing_is_lost(comparing) -> None:
    window = comparing()
    bench = window.bench
    window.advance(5)
    window.actions.by_name["panel-curves"].trigger()  # hidden by hand: so it stays
    QApplication.processEvents()
    sizes = window.actions.layout._columns.sizes
    space, _ = show(window, "seeds")
    assert space.isVisible() and not bench.shown_stage.isVisible() and bench.runs_panel.isVisible()
    assert not window.actions.layout.is_shown("curves")
    window.actions.by_name["panel-curves"].trigger()  # to be seen once Watch is back
    assert window.actions.layout.is_shown("curves") and not bench.curves.isVisible()
    window.actions.by_name["panel-curves"].trigger()
    window.actions.by_name["compare"].trigger()
    assert bench.shown_stage.isVisible() and not space.isVisible() and not bench.curves.isVisible()
    assert window.update == 5 and window.actions.layout._columns.sizes == sizes
    window.actions.by_name["compare"].trigger()
    window.shell.close()
    other = comparing()
    assert other.compare.is_shown and other.compare.workspace.tabs.key == "seeds", "the next window looks the same"


def test_a_question_is_answered_by_a_fair_race_with_its_curves(comparing) -> None:
    window = comparing()
    space, page = show(window, "race")
    question = space.question
    assert question.one.currentText().startswith("Adam") and question.other.currentText().startswith("Momentum")
    page.set_values({"updates": 30})
    window.qtbot.mouseClick(question.find_out, Button)
    window.until(lambda: space.bar.start.isVisible() and question.answer.isVisible())
    outcome = page.outcome
    assert outcome.finished and outcome.result.sentences[0] in question.answer.text()
    test = outcome.result.pairs[0].test
    expected = "Yes" if test.wins > test.losses else "No"
    assert question.answer.text().startswith(expected)
    assert outcome.result.sentences[0] not in page.sentences.label.text(), "it stands above already"
    for plot, arms in ((page.picture.rates.plot, outcome.result.curves), (page.picture.race.plot, outcome.result.arms)):
        lines = plot.listDataItems()
        assert [line.name() for line in lines] == [each.arm.name for each in arms]
    x, y = page.picture.race.plot.listDataItems()[0].getOriginalDataset()
    assert np.array_equal(x, outcome.result.arms[0].updates)
    assert np.array_equal(y, outcome.result.arms[0].band[1], equal_nan=True)
    compute(window, space)
    assert "the same to the bit" in space.bar.line.text()
    question.other.setCurrentIndex(question.other.findData("optimizer:sgd"))  # none of the runs
    window.qtbot.mouseClick(question.find_out, Button)
    window.until(lambda: space.bar.start.isVisible())
    assert page.outcome.result.arms[1].arm.record.settings.optimizer.kind == "sgd"
    window.qtbot.mouseClick(page.all_runs, Button)
    assert page.request.runs == () and page.note.isVisible() and not page.all_runs.isVisible()


def test_a_rate_is_adopted_by_a_click_and_results_of_former_settings_say_so(comparing) -> None:
    window = comparing()
    space, page = show(window, "rates")
    compute(window, space)
    plot, curve = page.picture.rates.plot, page.outcome.result.curves[0]
    assert not page.note.isVisible() and space.bar.start.text() == AGAIN
    place = next(k for k, rate in enumerate(curve.rates) if rate != curve.arm.record.settings.learning_rate)
    x, y = plot.scales
    click(window, plot, QPointF(x.pixel(curve.rates[place]), y.pixel(curve.spreads[place].median)))
    window.settle()
    assert window.run(curve.arm.key).settings.learning_rate == curve.rates[place]
    window.until(lambda: page.note.isVisible())
    assert page.note.text() == FORMER and space.bar.start.text() == START
    window.actions.by_name["undo"].trigger()
    window.settle()
    window.until(lambda: not page.note.isVisible())
    window.actions.choose_theme("light")
    window.settle()
    assert plot.theme is LIGHT


def test_an_answer_says_when_it_is_of_former_settings_on_every_page(comparing) -> None:
    window = comparing()
    space, page = show(window, "race")
    page.set_values({"updates": 40})
    space.question.choose("optimizer:rmsprop", "run:momentum")
    window.qtbot.mouseClick(space.question.find_out, Button)
    window.until(lambda: space.bar.start.isVisible() and space.question.answer.isVisible())
    before = space.question.answer.text()
    assert not before.startswith(FORMER_ANSWER) and space.question.adopt.isVisible()
    show(window, "rates")
    window.bench.controller.change_problem({"start": [1.5, 1.5]})
    window.settle()
    window.until(lambda: space.question.answer.text() == f"{FORMER_ANSWER} {before}")
    assert not space.question.adopt.isVisible()
    window.actions.by_name["undo"].trigger()
    window.settle()
    window.until(lambda: space.question.answer.text() == before and space.question.adopt.isVisible())


def test_what_is_cancelled_goes_on_and_closing_in_the_middle_is_quick(comparing) -> None:
    window = comparing()
    space, page = show(window, "seeds")
    page.set_values({"updates": 200_000, "seeds": 40})
    window.qtbot.mouseClick(space.bar.start, Button)
    window.until(lambda: page.outcome is not None and page.outcome.result.done)
    assert not space.question.find_out.isEnabled() and space.bar.cancel.isVisible()
    window.qtbot.mouseClick(space.bar.cancel, Button)
    window.until(lambda: space.bar.start.isVisible())
    done = page.outcome.result.done
    assert 0 < done < page.outcome.result.expected and space.bar.start.text() == GO_ON
    window.qtbot.mouseClick(space.bar.start, Button)
    window.until(lambda: page.outcome.result.done > done)  # and the window is closed within a second


def test_results_are_kept_with_the_experiment_and_shown_when_it_is_opened_again(comparing, tmp_path) -> None:
    window = comparing()
    space, page = show(window, "seeds")
    compute(window, space)
    window.qtbot.mouseClick(space.bar.keep, Button)
    window.settle()
    (record,) = window.current().comparisons
    assert record.choice.kind == "seeds" and record.known() == dict(page.outcome.known)
    window.save_file(tmp_path / "kept.toml")
    told = page.outcome.result.sentences
    window.bench.document.open(new_experiment("beale", [new_run("sgd")]))
    window.settle()
    window.until(lambda: page.outcome is None)
    window.open_file(tmp_path / "kept.toml")
    window.until(lambda: page.outcome is not None)
    assert page.outcome.result.sentences == told and page.outcome.finished and space.bar.keep.isChecked()
    assert not window.bench.document.is_changed
    window.qtbot.mouseClick(space.bar.keep, Button)
    window.settle()
    assert window.current().comparisons == ()
    assert window.bench.document.is_changed, "what is kept is work, which is asked for before it goes"
    window.qtbot.mouseClick(space.bar.keep, Button)
    window.settle()
    assert not window.bench.document.is_changed, "it is as it was saved"


def test_a_sweep_is_seen_as_table_map_and_parallel_axes(comparing) -> None:
    window = comparing()
    space, page = show(window, "sweep")
    page.axes.take([axis("learning_rate", [1e-4, 1e-3, 1e-2], log=True), axis("noise", [0.0, 1.0])])
    compute(window, space)
    rows, picture = page.outcome.result.rows, page.picture
    assert len(rows) == 2 * 3 * 2 and picture.table.model().rowCount() == len(rows)
    results = picture.table.results
    losses = [results.rows[place].cells[3] for place in results.places]
    assert losses == sorted(losses)
    window.qtbot.mouseClick(picture.views.button(MAP), Button)
    x, y = picture.map.scales
    click(window, picture.map, QPointF(x.pixel(1e-2), y.pixel(1.0)))
    assert "learning rate 0.01" in picture.words.text() and picture.adopt.isEnabled()
    window.qtbot.mouseClick(picture.views.button(PARALLEL), Button)
    parallel, at = picture.parallel, round(picture.parallel.axis_x(1))
    window.qtbot.mousePress(parallel, Button, pos=QPoint(at, 10))
    window.qtbot.mouseMove(parallel, QPoint(at, 60))
    window.qtbot.mouseRelease(parallel, Button, pos=QPoint(at, 60))
    hidden = sum(picture.table.isRowHidden(place) for place in range(len(rows)))
    assert hidden == len(rows) // 2, "those without noise are outside the brush at the top"
    window.qtbot.mouseClick(picture.views.button(MAP), Button)
    run = picture._rows[picture._chosen].arm.key
    window.qtbot.mouseClick(picture.adopt, Button)
    window.settle()
    assert window.run(run).settings.learning_rate == 0.01 and window.picture.task.value("noise") == 1.0


def test_every_page_says_what_it_will_show_and_how_long_it_takes(comparing) -> None:
    window = comparing()
    for key in COMPARISONS:
        _, page = show(window, key)
        page.changed.emit()
        window.until(lambda page=page: "trial" in page.empty.text().rpartition("\n")[2])
        assert page.empty.isVisible() and page.comparison.help[1:] in page.empty.text()


def test_a_sweep_over_what_has_names_is_seen_and_a_combination_adopted(comparing) -> None:
    window = comparing()
    space, page = show(window, "sweep")
    page.axes.take([axis("optimizer", ["adam", "rmsprop"]), axis("learning_rate", [1e-3, 1e-2], log=True)])
    compute(window, space)
    picture, result = page.picture, page.outcome.result
    model = picture.table.model()
    assert {model.index(row, 1).data() for row in range(model.rowCount())} == {"Adam", "RMSprop"}
    window.qtbot.mouseClick(picture.views.button(MAP), Button)
    assert picture.map.y_axis.labels == ("Adam", "RMSprop") and picture.map.x_axis.name == "learning rate"
    x, y = picture.map.scales
    click(window, picture.map, QPointF(x.pixel(1e-2), y.pixel(1.0)))
    assert "optimizer RMSprop, learning rate 0.01" in picture.words.text()
    window.qtbot.mouseClick(picture.views.button(PARALLEL), Button)
    assert picture.parallel.axes[0].labels == ("Adam", "RMSprop") and result.labels(1) == ()
    run = picture._rows[picture._chosen].arm.key
    before = window.run(run).settings
    window.qtbot.mouseClick(picture.adopt, Button)
    window.settle()
    settings = window.run(run).settings
    assert settings.optimizer.kind == "rmsprop" and settings.learning_rate == 0.01
    undo = window.actions.by_name["undo"]
    assert "adopting settings" in undo.text()
    undo.trigger()
    window.settle()
    assert window.run(run).settings == before


def test_an_optimizer_that_is_no_run_is_asked_about_kept_opened_again_and_adopted(comparing, tmp_path) -> None:
    window = comparing()
    space, page = show(window, "race")
    question = space.question
    page.set_values({"updates": 40})
    question.one.setCurrentIndex(question.one.findData("optimizer:rmsprop"))
    question.other.setCurrentIndex(question.other.findData("run:momentum"))
    window.qtbot.mouseClick(question.find_out, Button)
    window.until(lambda: space.bar.start.isVisible() and question.adopt.isVisible())
    pair = page.outcome.result.pairs[0]
    assert (pair.one.key, pair.other.key) == ("momentum", "rmsprop") and pair.test.losses > pair.test.wins
    told = question.answer.text()
    assert told.startswith("Yes."), "it was asked of the second of the pair"
    window.qtbot.mouseClick(space.bar.keep, Button)
    window.settle()
    (record,) = window.current().comparisons
    assert (record.runs, record.optimizers) == (("momentum",), ("rmsprop",))
    window.save_file(tmp_path / "kept.toml")
    window.bench.document.open(new_experiment("beale", [new_run("sgd")]))
    window.settle()
    window.until(lambda: page.outcome is None and not question.answer.isVisible())
    window.open_file(tmp_path / "kept.toml")
    window.until(lambda: question.adopt.isVisible())
    assert page.outcome.finished and page.outcome.result.pairs == page.outcome.result.pairs and not page.is_former
    assert {question.one.currentData(), question.other.currentData()} == {"run:momentum", "optimizer:rmsprop"}
    rate = next(curve.best_rate for curve in page.outcome.result.curves if curve.arm.key == "rmsprop")
    assert f"RMSprop (tuned to {rate:g})" in question.adopt.text() and "Add" in question.adopt.toolTip()
    window.qtbot.mouseClick(question.adopt, Button)
    window.settle()
    added = window.run("rmsprop").settings
    assert added.optimizer.kind == "rmsprop" and added.learning_rate == rate
    assert not page.is_former, "what was compared is the same"
    window.actions.by_name["undo"].trigger()
    window.settle()
    assert [run.id for run in window.picture.runs] == ["adam", "momentum"]


def test_a_bad_number_of_a_sweep_is_told_once_and_nothing_starts(comparing) -> None:
    window = comparing()
    space, page = show(window, "sweep")
    (row,) = page.axes.rows
    window.until(lambda: space.bar.start.isEnabled())
    window.type(row.steps, "0")
    assert not space.bar.start.isEnabled()
    told = "Steps: learning rate takes 1 to 10,000, got 0."
    assert space.bar.line.text() == told and told not in page.empty.text()
    window.type(row.steps, "3")
    window.until(lambda: space.bar.start.isEnabled() and "trials" in page.empty.text())


def test_the_question_is_of_two_that_differ_whatever_is_opened(comparing) -> None:
    window = comparing()
    space, _ = show(window, "race")
    bar = space.question
    bar.choose("run:momentum", "run:adam")
    for runs in (["momentum", "sgd"], ["momentum"], ["adam", "momentum", "sgd"], ["sgd"]):
        window.bench.document.open(new_experiment("beale", [new_run(each) for each in runs]))
        window.settle()
        window.until(lambda runs=runs: bar.one.itemText(0) and bar.one.findData(f"run:{runs[-1]}") >= 0)
        assert bar.one.currentData() != bar.other.currentData() and not bar.why.isVisible()
        assert bar.find_out.isEnabled() and bar.one.currentData() == f"run:{runs[0]}", "the first of the document"
    bar.other.setCurrentIndex(bar.other.findData(bar.one.currentData()))
    assert not bar.find_out.isEnabled() and bar.why.isVisible() and "differ" in bar.why.text()


def test_what_counts_is_asked_where_it_means_something(comparing) -> None:
    window = comparing()
    window.bench.document.open(new_network("moons", ["adam"], hidden=(4,)))
    window.settle()
    for key, wanted in (("scores", False), ("race", True), ("scores", False)):
        _, page = show(window, key)
        window.until(lambda page=page: page.counted.count() > 1)
        assert page.counted.isVisible() == wanted, key


def test_a_branch_of_what_is_watched_is_not_offered_over_a_comparison(comparing) -> None:
    window = comparing()
    bench, switch = window.bench, window.compare.switch
    window.advance(100)
    bench.controller.scrub(50)
    window.until(lambda: window.picture.cursor == 50 and bench.settled)
    bench.controller.change_setting("adam", "learning_rate", 0.5)
    assert len(bench.offers.waiting) == 1
    window.qtbot.mouseClick(switch.button(1), Button)
    assert not bench.offers.waiting and bench.controller.proposal is not None
    window.qtbot.mouseClick(switch.button(0), Button)
    (offer,) = bench.offers.waiting
    window.qtbot.mouseClick(offer.buttons["Branch here"], Button)
    window.settle()
    assert len(window.picture.runs) == 3


def test_a_document_keeps_a_comparison_of_each_kind_and_opens_with_all_of_them(comparing, tmp_path) -> None:
    window = comparing()
    told = {}
    for key in ("seeds", "rates", "sweep"):
        space, page = show(window, key)
        compute(window, space)
        assert not space.bar.keep.isChecked(), "each page has its own"
        window.qtbot.mouseClick(space.bar.keep, Button)
        window.settle()
        told[key] = page.outcome.result.sentences
    assert [record.choice.kind for record in window.current().comparisons] == list(told)
    window.actions.by_name["undo"].trigger()
    window.settle()
    window.until(lambda: not space.bar.keep.isChecked())
    window.actions.by_name["redo"].trigger()
    window.settle()
    window.until(lambda: space.bar.keep.isChecked())
    window.save_file(tmp_path / "kept.toml")
    window.bench.document.open(new_experiment("beale", [new_run("sgd")]))
    window.settle()
    window.until(lambda: all(page.outcome is None for page in space.pages.values()))
    window.qtbot.mouseClick(space.tabs.button("rates"), Button)
    assert not space.bar.keep.isChecked()
    window.open_file(tmp_path / "kept.toml")
    window.until(lambda: all(space.pages[key].outcome is not None for key in told))
    assert {key: space.pages[key].outcome.result.sentences for key in told} == told
    assert space.tabs.key == "rates" and space.bar.keep.isChecked() and not window.bench.document.is_changed
    window.qtbot.mouseClick(space.bar.keep, Button)
    window.settle()
    assert [record.choice.kind for record in window.current().comparisons] == ["seeds", "sweep"]


def test_the_next_window_goes_on_where_the_last_one_was(comparing) -> None:
    window = comparing()
    space, page = show(window, "seeds")
    page.set_values({"updates": 3_000_000, "seeds": 20})
    window.qtbot.mouseClick(space.bar.start, Button)
    window.until(lambda: page.outcome is not None and page.outcome.result.done > 1)
    window.qtbot.mouseClick(space.bar.cancel, Button)
    window.until(lambda: space.bar.start.isVisible())
    done = page.outcome.result.done
    window.shell.close()
    other = comparing()
    space, page = show(other, "seeds")
    page.set_values({"updates": 3_000_000, "seeds": 20})
    page.changed.emit()
    other.until(lambda: f"{done} more are known already" in space.bar.line.text())
    other.qtbot.mouseClick(space.bar.start, Button)
    other.until(lambda: page.outcome is not None and page.outcome.result.done > done)
