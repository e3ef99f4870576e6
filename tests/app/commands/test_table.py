"""`python main.py table FILE`: what a table would be read as, for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.commands import cli
from app.launch.exit_status import DONE, REFUSED

PRICES = "id;Preis;Datum;Art\n" + "".join(
    f"{i * 7 % 30};1.{i:03},50 €;{1 + i % 28}.3.2024;{['Haus', 'None', 'Boot'][i % 3]}\n" for i in range(30)
)


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text(PRICES, "utf-8")
    return path


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert cli.main(["table", *arguments]) == DONE
    out, err = capsys.readouterr()
    assert not err
    return json.loads(out)


def test_it_tells_everything_as_json(prices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, str(prices))
    assert found["columns"] == ["id", "Preis", "Datum", "Art"]
    assert found["kinds"] == ["index", "number", "date", "class"]
    assert (found["separator"], found["decimal"], found["thousands"], found["header"]) == (";", ",", ".", True)
    assert found["sums"] == {"Preis": pytest.approx(sum(1000 + i + 0.5 for i in range(30)))}
    assert found["classes"] == {"Art": ["Boot", "Haus", "None"]} and found["features"] == ["Preis", "Datum"]
    assert found["details"][1]["taken_off"] == "€" and found["details"][2]["lowest"] == "2024-03-01"
    assert found["rows"] == found["examples"] == 30 and found["dropped"]["rows"] == 0 and found["problem"] == ""


def test_options_say_what_is_known_better(prices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, str(prices), "--target", "Preis", "--missing", "None", "--separator", "semicolon")
    assert found["target"] == "Preis" and found["purpose"] == "regression"
    reason = {"column": "Art", "rows": 10, "why": "“None” is taken for a missing value"}
    assert found["dropped"] == {"rows": 10, "first_row": 3, "reasons": [reason]}
    other = asked(capsys, str(prices), "--kind", "id=number", "--kind", "Datum=text", "--every", "3", "--first", "8")
    assert other["kinds"] == ["number", "number", "text", "class"] and other["features"] == ["id", "Preis"]
    assert other["rows"] == 30 and other["examples"] == 8 and other["rows_taken"] == {"every": 3, "first": 8}
    assert asked(capsys, str(prices), "--no-header")["columns"] == ["1", "2", "3", "4"]
    assert asked(capsys, str(prices), "--decimal", ".", "--thousands", "")["kinds"][1] == "text"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "the following arguments are required: file; see `"),
        (["missing.csv"], "missing.csv: no such file"),
        (["FILE", "--separator", "x"], "--separator must be one of comma, semicolon, tab, bar, space, got 'x'"),
        (
            ["FILE", "--target", "Ort"],
            "--target must name a column of the table, got 'Ort'; there are id, Preis",
        ),
        (["FILE", "--kind", "Art"], "--kind must be COLUMN= and one of number, text, index, ymd"),
        (["FILE", "--kind", "Ort=text"], "--kind must name a column of the table, got 'Ort'"),
        (["FILE", "--every", "0"], "--every must be at least 1, got 0"),
        (["FILE", "--decimal", ",", "--thousands", ","], "must differ, got ',' for both"),
        (["FILE", "--encoding", "ebcdic"], "invalid choice: 'ebcdic'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(prices, capsys, arguments: list[str], why: str) -> None:
    assert cli.main(["table", *(str(prices) if part == "FILE" else part for part in arguments)]) == REFUSED
    out, err = capsys.readouterr()
    assert not out and why in err


def test_a_file_that_is_no_table_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.json"
    path.write_text('[{"x": 1}]')
    assert cli.main(["table", str(path)]) == REFUSED
    err = capsys.readouterr().err
    assert "in.json as a table: not a table of rows and columns: this is JSON; save" in err


def test_the_inputs_may_be_an_image_or_a_sequence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pixels.csv"
    rows = (f"{i},{7 * i % 5},{3 * i % 11},{i % 2 + 0.5},{'ab'[i % 2]}\n" for i in range(1, 30))
    path.write_text("p1,p2,p3,p4,kind\n" + "".join(rows), "utf-8")
    found = asked(capsys, str(path), "--image", "2x2")
    assert (found["form"], found["sides"], found["problem"]) == ("image", "2x2", "")
    assert "images of 2 × 2" in found["summary"] and found["features"] == ["p1", "p2", "p3", "p4"]
    wrong = asked(capsys, str(path), "--sequence", "3x2")
    assert "a sequence of 3 × 2 has 6 numbers, and there are 3 input columns" in wrong["problem"].lower()
