from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.documents.files import FileError
from app.export.csv_table import HEAD, head, neutral, write_table
from engine import COLUMNS, LAYER_MEASURES, MEASURES, Session, full_history, new_experiment, new_network, new_run
from tests.app.export import states


def read(path: Path) -> tuple[list[str], list[list[str]]]:
    with open(path, newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    return head, rows


@pytest.mark.parametrize("name", ["race", "diverged", "tweaked"])
def test_every_update_is_a_row_and_every_float_comes_back(tmp_path: Path, name: str) -> None:
    picture = states.STATES[name]()
    write_table(tmp_path / "race.csv", picture)
    head, rows = read(tmp_path / "race.csv")
    assert tuple(head) == HEAD
    columns = list(zip(*rows, strict=True))
    experiment = replace(picture.experiment, stop={**picture.experiment.stop, "updates": 0})
    session = Session(experiment)
    session.advance(max(run.history.updates for run in picture.runs))
    place = 0
    for run, again in zip(picture.runs, session.runs, strict=True):
        exact = full_history(again)
        part = slice(place, place + run.history.updates)
        place += run.history.updates
        assert columns[2][part] == tuple(map(str, range(run.history.updates)))
        for column, key in zip(columns[HEAD.index(COLUMNS[0]) :], COLUMNS, strict=False):
            assert np.array(column[part], float).tobytes() == exact[key].tobytes()
    assert place == len(rows)


def by_part(rows: np.ndarray, classes: int) -> np.ndarray:
    """Rows (k, parts, measures) as the table has them: all of the three layers, then the loss of each class."""
    return np.column_stack([rows[:, :3, :-1].reshape(len(rows), -1), rows[:, :classes, -1]])


def test_what_is_measured_stands_where_it_was_measured(tmp_path: Path) -> None:
    picture = states.networks()
    write_table(tmp_path / "nets.csv", picture)
    names, rows = read(tmp_path / "nets.csv")
    assert tuple(names) == head(picture)
    *of_layers, of_classes = LAYER_MEASURES
    layers = [f"{layer}_{name}" for layer in ("hidden_1", "hidden_2", "output") for name in of_layers]
    classes = picture.subject.titles_of("class")
    assert names == [*HEAD, *MEASURES, *layers, *(f"{of_classes}_{title}" for title in classes)] and classes
    assert len(rows) == sum(run.history.updates + 1 for run in picture.runs)
    for run in picture.runs:
        own = [row for row in rows if row[0] == run.id]
        assert [int(row[2]) for row in own] == list(range(257)), "it is measured before an update that is not taken"
        assert own[-1][len(HEAD) - len(COLUMNS) : len(HEAD)] == [""] * len(COLUMNS)
        assert all(cell != "" for row in own[:-1] for cell in row[: len(HEAD)])
        ends = len(HEAD), len(HEAD) + len(MEASURES), len(names)
        measures = run.measures
        for begin, end, at, exact in (
            (*ends[:2], measures.at, measures.values),
            (*ends[1:], measures.layers_at, by_part(measures.layers, len(classes))),
        ):
            there = [row for row in own if row[begin] != ""]
            assert [float(row[2]) for row in there] == at.tolist()
            assert all(row[begin:end] == [""] * (end - begin) for row in own if row not in there)
            found = np.array([[float(cell) for cell in row[begin:end]] for row in there])
            assert found.tobytes() == exact.tobytes()
        assert 1 < len(measures.layers_at) < len(measures.at)


def test_a_network_before_its_first_update_has_what_was_measured(tmp_path: Path) -> None:
    picture = states.unmeasured()
    write_table(tmp_path / "nets.csv", picture)
    names, rows = read(tmp_path / "nets.csv")
    assert tuple(names) == head(picture) and len(rows) == len(picture.runs[0].measures.at)


def test_examples_count_what_the_batches_were(tmp_path: Path) -> None:
    session = Session(new_experiment("rosenbrock", [new_run(batch=10), new_run(batch="full")], noise=1.0))
    session.advance(20)
    session.tweak("sgd", "batch.size", 3)
    session.advance(10)
    write_table(tmp_path / "race.csv", session.picture())
    _, rows = read(tmp_path / "race.csv")
    seen = [int(row[4]) for row in rows]
    assert seen[:30] == [*range(0, 200, 10), *range(200, 230, 3)]
    assert seen[30:] == [100 * update for update in range(30)]
    assert all(float(row[3]) == int(row[4]) / 100 for row in rows)


def test_a_text_is_one_line() -> None:
    assert neutral("Adam = 1") == "Adam = 1" and neutral("a\r\nb\rc") == "a  b c"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n", " =1", "＝1"])
def test_no_text_is_a_formula(text: str, tmp_path: Path) -> None:
    session = Session(new_experiment("rosenbrock", [new_run("adam", name=text, id=text)]))
    session.advance(3)
    write_table(tmp_path / "race.csv", session.picture())
    _, rows = read(tmp_path / "race.csv")
    cell = "'" + text.replace("\r", " ").replace("\n", " ")
    assert [row[:2] for row in rows] == [[cell] * 2] * 3
    assert all(not cell.startswith("'") for row in rows for cell in row[2:])


def test_what_is_not_finite_is_written_so_that_it_reads_back(tmp_path: Path) -> None:
    picture = states.one_row()
    (run, other) = picture.runs
    odd = np.array([math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308])[:, None]
    run = replace(run, history=replace(run.history, last=odd, low=odd, high=odd))
    write_table(tmp_path / "race.csv", replace(picture, runs=(run, other)))
    _, rows = read(tmp_path / "race.csv")
    assert np.array([float(cell) for cell in rows[0][HEAD.index(COLUMNS[0]) :]]).tobytes() == odd.tobytes()


def test_a_cancelled_table_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "race.csv"
    path.write_bytes(b"old")
    shares = []

    def cancel(what: str, share: float) -> None:
        shares.append(share)
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(path, states.tweaked(), cancel)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
    assert shares == sorted(shares) and 0.3 < shares[-1] < 0.4
    with pytest.raises(FileError, match="cannot write"):
        write_table(tmp_path / "none" / "race.csv", states.one_row())


def test_runs_with_networks_of_their_own_have_the_columns_of_their_layers(tmp_path: Path) -> None:
    session = Session(new_network("moons", ["adam", "sgd"], (3, 2)))
    session.tweak("sgd", "own.hidden", [{"units": 5}])
    session.advance(30)
    picture = session.picture(focus="sgd")
    write_table(tmp_path / "own.csv", picture)
    names, rows = read(tmp_path / "own.csv")
    *of_layers, of_classes = LAYER_MEASURES
    layers = [f"{layer}_{name}" for layer in ("hidden_1", "hidden_2", "output") for name in of_layers]
    assert names == [*HEAD, *MEASURES, *layers, f"{of_classes}_upper", f"{of_classes}_lower"]
    first, deep = (names.index(f"{layer}_gradient_norm") for layer in ("hidden_1", "hidden_2"))
    for run, has_second in zip(picture.runs, (True, False), strict=True):
        own = [row for row in rows if row[0] == run.id]
        measured = [row for row in own if row[first]]
        assert len(measured) == len(run.measures.layers_at)
        assert all(bool(row[deep]) is has_second for row in measured)
        exact = full_history(next(each for each in session.runs if each.settings.id == run.id))
        losses = [float(row[HEAD.index("loss")]) for row in own[:30]]
        assert losses == exact["loss"].tolist()
