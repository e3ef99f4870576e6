"""The run library: what is kept comes back, is found, compared and forgotten."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.documents.files import FileError
from app.documents.library.columns import FIRST, KEPT, RESULT, Column
from app.documents.library.library import Library
from app.documents.library.search import read_search
from engine import NUMBERS, Session, new_network
from tests.app.documents.library.entries import a_race, entries_of, finished, many
from tests.app.documents.test_experiment_file import random_experiment
from tests.app.documents.test_recovery import a_table

LOSS, RATE, SEED = Column("loss", RESULT), Column("learning_rate"), Column("seed")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "deep" / "library.sqlite")


def found(library: Library, text: str = "", order: Column = KEPT, descending: bool = True) -> list[int]:
    return list(library.find(read_search(text, library.columns()), order, descending).ids)


def test_an_empty_library_is_no_file(library: Library, tmp_path: Path) -> None:
    assert not found(library) and library.size == 0 and library.rows([1, 2], FIRST) == {}
    assert not library.compare([1]).runs and library.count_older(0) == 0
    with pytest.raises(FileError, match="no longer in the library"):
        library.open(1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(8))
def test_every_experiment_comes_back_to_the_bit(library: Library, seed: int) -> None:
    experiment = random_experiment(seed)
    (like, *_) = entries_of(finished(a_race()))
    from app.documents.library import run_entry

    tables: dict = {}
    entry = replace(like, toml=run_entry._text(experiment, tables), tables=tables)
    assert library.keep([entry]) == 1
    again = library.open(found(library)[0])
    expected = replace(experiment, view={**experiment.view, "selected": entry.run})
    assert told(again.experiment) == told(expected) and again.update == entry.updates


def told(experiment) -> str:
    return (
        json.dumps(experiment.to_dict(lambda table: table.digest), sort_keys=True).encode("utf-8", "replace").decode()
    )


def test_a_run_that_is_opened_again_is_the_same_run(library: Library) -> None:
    session = finished(a_race(0), 30)
    session.tweak("adam", "learning_rate", 0.1)
    session.advance(30)
    library.keep(entries_of(session))
    for id in found(library):
        kept = library.open(id)
        again = Session(kept.experiment)
        again.advance(kept.update)
        name = kept.experiment.view["selected"]
        assert again.run(name).machine.theta.tobytes() == session.run(name).machine.theta.tobytes()
        assert kept.experiment.numbers == NUMBERS


def test_the_same_run_is_kept_once_and_one_that_went_on_replaces_itself(library: Library) -> None:
    session = finished(a_race(0), 10)
    first = entries_of(session)
    assert library.keep(first) == 2 and library.keep(first) == 0 and library.keep([*first, *first]) == 0
    before = found(library)
    session.advance(5)
    assert library.keep(entries_of(session)) == 2 and library.keep(first) == 0, "not back to where it was"
    after = found(library)
    assert len(after) == 2 and not set(before) & set(after)
    assert {row.updates for row in library.rows(after, FIRST).values()} == {15}
    session.tweak("adam", "learning_rate", 0.1)
    session.advance(5)
    assert library.keep(entries_of(session)) == 2 and len(found(library)) == 3, "with another record it is another run"


def test_examples_are_kept_once(library: Library) -> None:
    table = a_table(400)
    for seed in range(4):
        network = new_network(table, ["adam", "sgd"], hidden=(2,), scaling="none", weight_seed=seed)
        library.keep(entries_of(finished(network, 3)))
    assert len(found(library)) == 8 and library.size < 1.3 * 400 * 4 * 8 + 120_000
    assert told(library.open(found(library)[0]).experiment) and library.forget(found(library)[:7]) == 7
    assert library.open(found(library)[0]).experiment.problem.data == table
    library.forget_all()
    library.keep(entries_of(finished(a_race())))
    library.compact()
    assert library.size < 100_000


def test_runs_are_sorted_by_any_setting_or_result(library: Library) -> None:
    entries = list(many(60))
    assert library.keep(entries) == 60
    rows = library.rows(found(library), (LOSS, RATE, Column("run", "field")))
    for column in (LOSS, RATE, Column("run", "field")):
        for descending in (False, True):
            ids = found(library, "", column, descending)
            cells = [rows[id].cells[column] for id in ids]
            assert cells == sorted(
                cells, key=lambda cell: str(cell).lower() if isinstance(cell, str) else cell, reverse=descending
            )
    beta = Column("optimizer.beta1")
    has = [beta in library.rows([id], (beta,))[id].cells for id in found(library, "", beta)]
    assert has == [True] * 30 + [False] * 30, "those without a value come last"
    library.keep([replace(entries[0], digest=b"new", results={"loss": float("inf")})])
    assert library.rows(found(library, "", LOSS)[:1], (LOSS,)).popitem()[1].cells == {LOSS: float("inf")}


def test_runs_are_found_by_words_and_conditions(library: Library) -> None:
    entries = list(many(60))
    entries[7] = replace(entries[7], title="Experiment 0 100% Änderung_x")
    library.keep(entries)

    def fits(text: str, test) -> None:
        expected = {entry.settings["seed"] for entry in entries if test(entry)}
        rows = library.rows(found(library, text), (SEED,)).values()
        assert {row.cells[SEED] for row in rows} == expected, text

    fits("", lambda entry: True)
    fits("ADAM", lambda entry: entry.settings["optimizer"] == "adam")
    fits('"experiment 3"', lambda entry: entry.title == "Experiment 3")
    fits("100%", lambda entry: "100%" in entry.title)
    fits("0%", lambda entry: "100%" in entry.title)
    fits("änderung", lambda entry: "Ä" in entry.title)
    fits("ung_x", lambda entry: "Ä" in entry.title)
    fits("Optimizer=Momentum", lambda entry: entry.settings["optimizer"] == "momentum")
    fits("optimizer!=momentum", lambda entry: entry.settings["optimizer"] != "momentum")
    fits("loss<0.01", lambda entry: entry.results["loss"] < 0.01)
    fits("loss>=0.01 adam", lambda entry: entry.results["loss"] >= 0.01 and entry.settings["optimizer"] == "adam")
    fits("beta1=0.9", lambda entry: "optimizer.beta1" in entry.settings)
    fits("momentum=0.9", lambda entry: entry.settings["optimizer"] == "momentum")
    fits("bias_correction!=true", lambda entry: False)
    fits(f"learning_rate={entries[5].settings['learning_rate']!r}", lambda entry: entry is entries[5])
    fits("seed>57", lambda entry: entry.settings["seed"] > 57)
    fits("title=experiment-3", lambda entry: False)
    fits('title="EXPERIMENT 3" seed!=25', lambda entry: entry.title == "Experiment 3" and entry.settings["seed"] != 25)


def test_a_comparison_holds_only_what_differs(library: Library) -> None:
    library.keep(list(many(4)))
    ids = found(library)[::-1][:2]
    comparison = library.compare(ids)
    assert [run.id for run in comparison.runs] == ids
    keys = [column.key for column, _ in comparison.differences]
    assert keys[0] == "run" and keys[-2:] == ["loss", "lowest_loss"] and "learning_rate" in keys
    assert "problem" not in keys and "batch" not in keys and "optimizer.beta1" in keys and "loss" in keys
    cells = dict(comparison.differences)[Column("optimizer.beta1")]
    assert set(cells) == {0.9, None}
    assert not library.compare(ids[:1]).differences


def test_what_is_forgotten_is_gone(library: Library) -> None:
    entries = [replace(entry, title=f"secret {place}") for place, entry in enumerate(many(40))]
    day = 86_400
    for place, entry in enumerate(entries):
        library.keep([entry], time.time() - place * day)
    assert library.count_older(9.5) == 30 and library.forget_older(9.5) == 30
    assert len(found(library)) == 10 and library.forget(found(library)[:4]) == 4
    before = library.size
    library.compact()
    assert library.size < before
    data = Path(library._file.path).read_bytes()
    assert b"secret 4" in data and not [place for place in (0, 3, 10, 39) if b"secret %d\n" % place in data]
    assert library.forget_all() == 6 and not found(library)
    library.compact()
    assert library.size < 80_000


def test_all_are_those_that_there_were_when_it_was_asked(library: Library) -> None:
    entries = list(many(6))
    asked = time.time()
    for place, entry in enumerate(entries):
        library.keep([entry], asked + (1.0 if place == 4 else -place))
    assert library.forget_all(until=asked) == 5
    (left,) = found(library)
    assert library.open(left).update == entries[4].updates
    assert library.forget_all(until=asked + 2.0) == 1 and not found(library)


def test_a_thousand_settings_are_no_trouble(library: Library) -> None:
    (like, _) = entries_of(finished(a_race()))
    entry = replace(like, settings={f"rates.layer {place}": float(place) for place in range(1000)}, title="\ud800 x")
    library.keep([entry])
    assert len(library.columns()) > 1000 and found(library, '"layer 7"=7')


def test_the_file_is_the_users_alone(library: Library) -> None:
    library.keep(list(many(1)))
    path: Path = library._file.path
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.close()
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o077 == 0
