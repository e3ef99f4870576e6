"""Tables as people write them: what each is read as without a hand, kind by kind."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from app.documents.tables.description import described
from app.documents.tables.dialect import DialectOptions, sniff
from app.documents.tables.reader import read
from app.documents.tables.selection import suggested
from app.documents.tables.source import TableSource, no_progress
from app.documents.tables.survey import survey
from engine import SettingError

CASES = Path(__file__).parent / "cases"
EXPECTED = json.loads((CASES / "expected.json").read_text("utf-8"))
NB = "\u00a0"


def described_source(source: TableSource, **options: object) -> dict[str, Any]:
    found = survey(source, sniff(source, DialectOptions(**options)), no_progress)  # type: ignore[arg-type]
    return described(source, found, suggested(found))


def of(text: str, **options: object) -> dict[str, Any]:
    return described_source(TableSource.of_text(text), **options)


def lines(pattern: str, count: int = 20, **values: list[Any]) -> str:
    """Rows from a pattern with i, x (a number with decimals) and lists that go round."""
    made = []
    for i in range(count):
        x = (i * 7919 % 1000) / 100 + 1.25
        made.append(pattern.format(i=i, x=x, **{name: cells[i % len(cells)] for name, cells in values.items()}))
    return "\n".join(made) + "\n"


def check(text: str, wanted: dict[str, Any], **options: object) -> dict[str, Any]:
    found = of(text, **options)
    assert {key: found[key] for key in wanted} == wanted
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_the_cases_are_read_as_they_must_be(name: str) -> None:
    found = described_source(TableSource.of_file(CASES / name))
    sums = EXPECTED[name].pop("sums")
    assert {key: found[key] for key in EXPECTED[name]} == EXPECTED[name]
    assert found["sums"] == pytest.approx(sums)


WORDS = ["ann, b", "bob", "eve, c"]


@pytest.mark.parametrize(
    ("text", "separator", "kinds"),
    [
        ("a;b\n" + lines("rot, hell;{i},5"), ";", ["text", "number"]),
        ("a;b;c\n" + lines("{i},5;{i},25;{i},125"), ";", ["number"] * 3),
        ("a\tb\n" + lines("x{i}, y;z\t{x}"), "\t", ["text", "number"]),
        ("a|b|c\n" + lines("p,q|r;s|{x}"), "|", ["text", "text", "number"]),
        ('a,b\n' + lines('"x;{i}",{x}'), ",", ["text", "number"]),
        ("name;note;y\n" + lines("{w};said: a, b, c;{x}", w=["ann", "bob"]), ";", ["text", "text", "number"]),
        (lines("{i},5 {i},25 {i},75"), " ", ["number"] * 3),
        (lines("2024-01-{d} 12:00,{x}", d=[f"{k:02}" for k in range(1, 29)]), ",", ["date", "number"]),
        ("x  y   z\n" + lines("  {x}   {i}.5     {x}  "), " ", ["number"] * 3),
        ("a,b\n" + lines("{x},{w}", w=["one", "two words"]), ",", ["number", "class"]),
        ("Stadt;Land;Fluss\n" + lines("{a};{b};{a}", a=["Ulm", "Bonn"], b=["D", "A"]), ";", ["text", "text", "class"]),
        ("rot;0,8\nblau;0,2\n" * 2, ";", ["text", "number"]),
    ],
)  # fmt: skip
def test_separators(text: str, separator: str, kinds: list[str]) -> None:
    found = of(text)
    assert (found["separator"], found["kinds"]) == (separator, kinds)


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "total"),
    [
        ("n;p;y\n" + lines("a{i};1.234.567,50;{i}"), ",", ".", 20 * 1234567.5),
        ("n\tp\ty\n" + lines("a{i}\t1,234,567.50\t{i}"), ".", ",", 20 * 1234567.5),
        ("n;p;y\n" + lines(f"a{{i}};1{NB}234,5;{{i}}"), ",", " ", 20 * 1234.5),
        ("n;p;y\n" + lines("a{i};1\u202f234,5;{i}"), ",", " ", 20 * 1234.5),
        ("n,p,y\n" + lines("a{i},1 234.5,{i}"), ".", " ", 20 * 1234.5),
        ("n;p;y\n" + lines("a{i};1'234.5;{i}"), ".", "'", 20 * 1234.5),
        ("n;p;y\n" + lines("a{i};1’234.5;{i}"), ".", "'", 20 * 1234.5),
        ("n\tp\ty\n" + lines("a{i}\t12,34,567.5\t{i}"), ".", ",", 20 * 1234567.5),
        ("n\tp\ty\n" + lines("a{i}\t{p}\t{i}", p=["950", "1,200"]), ".", ",", 10 * 2150),
        ("n;p;y\n" + lines("a{i};{p};{i}", p=["950", "1.200", "12.400"]), ",", ".", 89_450),
        ("n;p;y\n" + lines("a{i};{p};{i}", p=["0,125", "3,591"]), ",", "", 10 * 3.716),
        ("n;p;y\n" + lines("a{i};{p};{i}", p=["4.125", "3.591"]), ".", "", 10 * 7.716),
        ("n\tp\ty\n" + lines("a{i}\t{p}\t{i}", p=["1,000", "2,500", "12,000"]), ".", ",", 96_500),
        ('n,p,y\n' + lines('a{i},"{p}",{i}', p=["1,5", "2,25"]), ",", "", 10 * 3.75),
        ("n;p;y\n" + lines("a{i};−1.234,5;{i}"), ",", ".", -20 * 1234.5),
    ],
)  # fmt: skip
def test_decimal_and_thousands_marks(text: str, decimal: str, thousands: str, total: float) -> None:
    found = check(text, {"decimal": decimal, "thousands": thousands, "kinds": ["text", "number", "number"]})
    assert found["sums"]["p"] == pytest.approx(total)


@pytest.mark.parametrize(
    ("cells", "unit", "total"),
    [
        (["€ 5", "€ 7.5"], "€", 125),
        (["5 €", "7 €"], "€", 120),
        (["-$5", "$8"], "$", 30),
        (["$-5", "$8"], "$", 30),
        (["($5.00)", "$8.00"], "$", 30),
        (["(5)", "8"], None, 30),
        (["12.5 kg", "3 kg"], "kg", 155),
        (["20°C", "-3°C"], "°C", 170),
        (["90 km/h", "50 km/h"], "km/h", 1400),
        (["US$ 1", "US$ 2"], "US$", 30),
        (["CHF 1.50", "CHF 2"], "CHF", 35),
        (["4 m²", "9 m²"], "m²", 130),
        (["5%", "+7%"], "%", 120),
        (["1.5 ‰", "2.5 ‰"], "‰", 40),
        (["12 Monate", "6 Monate"], "Monate", 180),
    ],
)
def test_units_are_taken_off_and_named(cells: list[str], unit: str | None, total: float) -> None:
    found = check("u,y\n" + lines("{c},{x}", c=cells), {"kinds": ["number", "number"]})
    assert found["details"][0].get("taken_off") == unit
    assert found["sums"]["u"] == pytest.approx(total)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["5 kg", "7 lb"], "text"),  # two units
        (["A1", "A2", "B1"], "text"),
        (["C0", "C1", "C2"], "text"),
        (["1-2", "3-5"], "text"),
        (["1.2.3", "1.2.4"], "text"),
        (["192.168.0.1", "10.0.0.7"], "text"),
        (["5 kg", "7 kg", "heavy"] * 2, "text"),
        (["2-", "3+"], "text"),  # marks at school
        (["1:30:99", "2:75"], "text"),
        (["0x1f", "0x2e"], "text"),
    ],
)
def test_what_is_no_number_stays_text(cells: list[str], kind: str) -> None:
    assert of("u,y\n" + lines("{c},{x}", c=cells))["kinds"] == [kind, "number"]


def test_a_cell_without_the_unit_of_the_others_is_told() -> None:
    found = of("u,y\n" + lines("{i} kg,{x}") + "5,1\n")
    assert found["kinds"] == ["number", "number"] and found["dropped"]["rows"] == 1
    assert found["dropped"]["reasons"][0]["why"] == "“5” lacks the “kg” of the other cells"
    mixed = of("u,y\n" + lines("{i} {w},{x}", w=["kg", "lb"]))
    assert "“u” mixes units (“kg”, “lb”), so it holds labels." in mixed["notes"]


def test_a_column_with_the_other_decimal_mark_is_read_by_itself() -> None:
    found = of("a;b;c\n" + lines("{i}.5;{i},25 %;{x}"))
    assert found["kinds"] == ["number"] * 3 and found["decimal"] == "." and found["details"][1]["decimal"] == ","
    assert found["sums"]["b"] == pytest.approx(sum(range(20)) + 5)


@pytest.mark.parametrize(
    ("text", "header", "names"),
    [
        (",2001,2002,2003\n" + lines("C{i},{x},{x},{x}"), True, ["", "2001", "2002", "2003"]),
        ("Land;1990;2000\n" + lines("L{i};{x};{x}").replace(".", ","), True, ["Land", "1990", "2000"]),
        ("2001,2002,2003\n" + lines("{i}000,{i}500,{i}700"), True, ["2001", "2002", "2003"]),
        ("0,1\n" + lines("{x:.3f},{x:.2f}"), True, ["0", "1"]),
        (",0,1,2\n" + lines("{i},{x},{x},{x}"), True, ["", "0", "1", "2"]),
        ("1,2,3\n" + lines("{x},{x},{k}", k=[0, 1]), True, ["1", "2", "3"]),
        ("0,1,2,3,4,5,6\n" + lines("{i},9,8,7,{i},5,4"), True, list("0123456")),
        ("10,20,50\n" + lines("{x},{x},{x}"), True, ["10", "20", "50"]),
        ("Station,2020-01-01,2020-01-02\n" + lines("S{i},{x},{x}"), True, ["Station", "2020-01-01", "2020-01-02"]),
        ("date,label\n" + lines("2024-02-{d},{w}", d=range(10, 28), w=["a", "b"]), True, ["date", "label"]),
        ("price,unit\n" + lines("${i}.50,{i} kg"), True, ["price", "unit"]),
        # data, not names
        ("2001,1.5\n" + lines("200{d},{x}", d=[2, 3, 4]), False, ["1", "2"]),
        ("0,0,0\n0,1,1\n1,0,1\n1,1,0\n", False, ["1", "2", "3"]),
        ("1,2,3\n4,5,6\n7,8,9\n10,11,12\n13,14,15\n16,17,18\n", False, ["1", "2", "3"]),
        ("0,1\n" + "".join(f"{i / 10!r},{1 - i * i / 70!r}\n" for i in range(1, 10)), False, ["1", "2"]),
        ("2024-02-01,a\n" + lines("2024-02-{d},{w}", d=range(10, 28), w=["a", "b"]), False, ["1", "2"]),
        ("$5,a\n" + lines("${i},{w}", w=["a", "b"]), False, ["1", "2"]),
        ("1990,1991,1992\n" + lines("{a},{b},{c}", a=[1993, 1990], b=[1994, 1991], c=[1995, 1992]), False, list("123")),
    ],
)  # fmt: skip
def test_headers(text: str, header: bool, names: list[str]) -> None:
    check(text, {"header": header, "columns": names})


@pytest.mark.parametrize(
    ("text", "comment", "names", "rows"),
    [
        ("#x,y\n" + lines("{x},{i}.5"), "#", ["x", "y"], 20),
        ("# made by hand\n# x;y\n" + lines("{i},5;{i},25"), "#", ["x", "y"], 20),
        ("% x y z\n" + lines("{x} {x} {i}"), "%", ["x", "y", "z"], 20),
        ("// note\nx,y\n" + lines("{x},{i}.5"), "//", ["x", "y"], 20),
        ("# a, b\nx,y\n" + lines("{x},{i}.5"), "#", ["x", "y"], 20),
        ("x,y\n1.5,2\n# the sensor was moved\n" + lines("{x},{i}.5"), "#", ["x", "y"], 21),
        ("# only a note of many words\n" + lines("{x},{i}.5"), "#", ["1", "2"], 20),
        ("\n\n# x y\n\n" + lines("{x} {i}.5"), "#", ["x", "y"], 20),
        (lines("#{i},{x}"), "", ["1", "2"], 20),
        ("tag,y\n" + lines("#{w},{x}", w=["red", "blue"]), "", ["tag", "y"], 20),
        ("#\tname\ty\n" + lines("{i}\tn{i}\t{x}"), "#", ["", "name", "y"], 20),
        ('x,y\n"a\n# b",1\n' + lines("c{i},{x}"), "", ["x", "y"], 21),
    ],
)
def test_comment_marks(text: str, comment: str, names: list[str], rows: int) -> None:
    check(text, {"comment": comment, "columns": names, "rows": rows})


def test_a_comment_far_down_and_between_quotes() -> None:
    plain = "# x y\n" + lines("{x} {i}.5", 3000) + "# pause\n" + lines("{x} {i}.5", 3000)
    assert of(plain)["rows"] == 6000 and of(plain)["dropped"]["rows"] == 0
    quoted = '# x,t\n' + lines('{x},"a\n# no comment"', 30) + "# pause\n" + lines('{x},"b"', 30)  # fmt: skip
    found = of(quoted)
    assert found["rows"] == 60 and found["classes"]["t"] == ["a\n# no comment", "b"]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["+", "-"], ["+", "-"]),
        (["None", "mild"], ["None", "mild"]),
        (["NA", "EU", "AS"], ["AS", "EU", "NA"]),
        (["n/a", "yes", "no"], ["n/a", "no", "yes"]),
        (["?", "!"], ["!", "?"]),
        (["null", "one"], ["null", "one"]),
        (["nil", "two"], ["nil", "two"]),
        ([".", "dot"], [".", "dot"]),
        (["nan", "naan"], ["naan", "nan"]),
        (["–", "up"], ["up", "–"]),
        (["Na", "Cl", "K"], ["Cl", "K", "Na"]),
    ],
)
def test_a_label_is_never_a_missing_value(labels: list[str], classes: list[str]) -> None:
    found = of("x,class\n" + lines("{x},{w}", w=labels))
    assert found["classes"]["class"] == classes
    assert found["dropped"]["rows"] == 0 and found["examples"] == 20


@pytest.mark.parametrize("mark", ["NA", "-", "?", "null", "None", "nan", ".", "#N/A", "#DIV/0!", "—"])
def test_in_a_column_of_numbers_it_is_and_drops_the_row_by_its_name(mark: str) -> None:
    found = of("x,y\n" + lines("{x},{i}.5") + f"{mark},1.5\n")
    assert found["kinds"] == ["number", "number"] and found["dropped"]["rows"] == 1
    reason = {"column": "x", "rows": 1, "why": f"“{mark}” is taken for a missing value"}
    assert found["dropped"]["reasons"] == [reason]
    assert f"row 22 (column “x”: “{mark}” is taken for a missing value)" in found["notes"][0]


def test_a_person_says_what_is_missing() -> None:
    text = "x,class\n" + lines("{v},{w}", v=["1.5", "-999"], w=["a", "None", "b"])
    told = of(text, missing=("None", "-999"))
    assert told["classes"]["class"] == ["a", "b"] and told["details"][0]["missing"] == 10
    reasons = {reason["column"]: reason["rows"] for reason in told["dropped"]["reasons"]}
    assert reasons == {"x": 10, "class": 7}
    assert of(text, missing=())["dropped"]["rows"] == 0
    plain = of("x,y\n" + lines("{v},{x}", v=["1.5", "-999"]), missing=("-999",))
    assert plain["details"][0]["missing"] == 10 and plain["details"][0]["lowest"] == 1.5


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("", "{j}", "index"),
        ("id", "{j}", "index"),
        ("ID", "{j}", "index"),
        ("PassengerId", "{j}", "index"),
        ("customer_id", "{j}", "index"),
        ("Unnamed: 0", "{j}", "index"),
        ("row", "{j}", "index"),
        ("index", "1{j}", "index"),
        ("#", "{j}", "index"),
        ("Lfd. Nr.", "{j}", "index"),
        ("id", "{k}", "number"),  # not distinct
        ("width", "{j}", "number"),
        ("idea", "{j}", "number"),
        ("id", "{j}.5", "number"),
        ("acid", "{j}", "number"),
    ],
)
def test_indices(name: str, cells: str, kind: str) -> None:
    j, k = [place * 37 % 101 for place in range(50)], [1, 2, 3, 4, 5]
    rows = "".join(f"{cells.format(j=j[i], k=k[i % 5])},{i * 0.7:.2f},{'ab'[i * i % 7 > 2]}\n" for i in range(50))
    found = of(f"{name},v,label\n{rows}", comment="")
    assert found["kinds"][0] == kind and (found["columns"][0] in found["features"]) == (kind == "number")


@pytest.mark.parametrize(
    ("cells", "first", "last"),
    [
        (["2024-01-01", "2024-12-31"], "2024-01-01", "2024-12-31"),
        (["2024/1/1", "2024/12/31"], "2024-01-01", "2024-12-31"),
        (["31.12.2024", "1.1.2024"], "2024-01-01", "2024-12-31"),
        (["12/31/2024", "1/1/2024"], "2024-01-01", "2024-12-31"),
        (["31/12/2024", "1/1/2024"], "2024-01-01", "2024-12-31"),
        (["31-12-99", "01-02-03"], "1999-12-31", "2003-02-01"),
        (["1 Jan 2024", "31 Dec 2024"], "2024-01-01", "2024-12-31"),
        (["2024-01-01T06:00:00Z", "2024-01-02T18:30:00+00:00"], "2024-01-01 06:00", "2024-01-02 18:30"),
        (["2024-01-01 23:00", "2024-01-02 01:00"], "2024-01-01 23:00", "2024-01-02 01:00"),
        (["2024-01", "2024-07"], "2024-01-01", "2024-07-01"),
        (["1. Mai 2024", "3. März 2024"], "2024-03-03", "2024-05-01"),
        (["20240101", "20241231"], "2024-01-01", "2024-12-31"),
        (["1/1/2024 1:05 PM", "1/13/2024 12:05 am"], "2024-01-01 13:05", "2024-01-13 00:05"),
    ],
)
def test_dates(cells: list[str], first: str, last: str) -> None:
    found = of("date;y\n" + lines("{d};{x}", d=cells))
    assert found["kinds"] == ["date", "number"] and found["features"] == ["date"]
    assert (found["details"][0]["lowest"], found["details"][0]["highest"]) == (first, last)
    assert found["details"][0]["read_as"] == f"days since {first[:10]}"


@pytest.mark.parametrize(
    ("cells", "lowest", "total"),
    [
        (["12:30", "6:15"], "06:15", 187.5),
        (["00:00:30", "23:59:30"], "00:00:30", 240.0),
        (["1:05 PM", "12:05 am"], "00:05", 131.6666667),
    ],
)
def test_times_of_day_are_hours(cells: list[str], lowest: str, total: float) -> None:
    text = "t,y\n" + lines("{d},{x}", d=cells)
    found = of(text)
    assert found["kinds"] == ["date", "number"]
    assert (found["details"][0]["lowest"], found["details"][0]["read_as"]) == (lowest, "hours")
    source = TableSource.of_text(text)
    surveyed = survey(source, sniff(source), no_progress)
    made = read(source, surveyed, suggested(surveyed), no_progress)
    assert made.columns == ("t (hours)",) and made.inputs.sum() == pytest.approx(total)


@pytest.mark.parametrize("cells", [["2024-13-01", "2024-02-30"], ["1.2.3", "4.5.6"], ["12345678", "20249999"]])
def test_what_is_no_date(cells: list[str]) -> None:
    assert of("date;y\n" + lines("{d};{x}", d=cells))["kinds"][0] in ("text", "number")


def test_days_are_counted_from_the_first_and_doubts_are_told() -> None:
    found = of("d,y\n" + lines("{d},{x}", d=["1/2/2024", "3/4/2024"]))
    assert found["details"][0]["order"] == "mdy"
    assert "“d” may as well hold dates with the day first." in found["notes"]
    late = of("d,y\n" + lines("{d},{x}", 600, d=["1/2/2024", "3/4/2024"]) + "13/4/2024,1\n")
    assert late["dropped"]["rows"] == 1 and "it is one with the day first" in late["dropped"]["reasons"][0]["why"]
    other = of("d,y\n" + lines("{d},{x}", d=["1/2/2024", "3/4/2024"]), kinds={0: "dmy"})
    assert other["details"][0]["lowest"] == "2024-02-01"


@pytest.mark.parametrize(
    ("kind", "told"),
    [("number", "“w” holds no number"), ("ymd", "“w” holds no date"), ("clock", "“w” holds no date")],
)
def test_a_kind_that_nothing_in_a_column_is_can_be_asked_for_and_is_told(kind: str, told: str) -> None:
    text = "w,y\n" + lines("{w},{x}", w=["a", "b"])
    found = of(text, kinds={0: kind})
    assert found["problem"] == f"No column can be a feature: {told}."


@pytest.mark.parametrize(
    "cell", ["(" + " " * 50_000 + "x", "1 " + "a " * 50_000 + "!", "1." * 60_000, " " * 100_000 + "|-"]
)
def test_no_cell_takes_long_to_look_at(cell: str) -> None:
    start = time.monotonic()
    of("a;y\n" + lines("{w};{x}", 30, w=[cell, "2"]))
    assert time.monotonic() - start < 5  # hours, with a pattern that tries every way


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"common": 39, "rare": 1}, "“rare” occurs in one row only"),
        ({"a": 10, "b": 1, "c": 1}, "“b”, “c” occur in one row only"),
        ({"a": 10, "b": 2}, ""),
        ({"0": 30, "1": 1}, "“1” occurs in one row only"),
        ({"None": 1, "mild": 20}, "“None” occurs in one row only"),
        ({"+": 1, "-": 1, "x": 18}, "“+”, “-” occur in one row only"),
        ({f"k{i:02}": 1 + (i > 5) for i in range(20)}, "“k00”, “k01”, “k02” and 3 more occur in one row only"),
        ({"a": 2, "b": 2}, ""),
        ({"a long name of a class that goes on": 1, "b": 20}, "“a long name of a class …” occurs in one row only"),
        ({"1": 5, "2": 5, "3": 1}, "“3” occurs in one row only"),
    ],
)
def test_classes_that_are_too_rare_are_told(counts: dict[str, int], told: str) -> None:
    cells = [name for name, count in counts.items() for _ in range(count)]
    found = of("x,class\n" + lines("{x},{w}", len(cells), w=cells))
    assert found["details"][1]["values"] == counts
    assert any(told in note for note in found["notes"]) if told else not found["notes"]


ARFF = "% c\n@relation 'a b'\n@attribute x numeric\n@ATTRIBUTE 'my class' {a, 'b c'}\n\n@data\n"


def test_arff_is_read() -> None:
    found = check(
        ARFF + "1.5,a\n2.5,'b c'\n% pause\n?,a\n3.5,'b c'\n",
        {"format": "ARFF", "columns": ["x", "my class"], "kinds": ["number", "class"], "rows": 4, "header": True},
    )
    assert found["classes"]["my class"] == ["a", "b c"] and found["examples"] == 3
    dated = "@relation r\n@attribute d date 'yyyy-MM-dd'\n@attribute y real\n@data\n2024-01-01,1\n2024-01-03,2.5\n"
    assert of(dated)["kinds"] == ["date", "number"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (lines("{w} 1:{x} 2:{i}", w=["+1", "-1"]), "this is LIBSVM"),
        (lines("{w} qid:1 1:{x}", w=[0, 1]), "this is LIBSVM"),
        ('[{"x": 1, "y": 2}]', "this is JSON;"),
        ('{"x": [1, 2], "y": [3, 4]}', "this is JSON;"),
        ("[[1, 2],\n [3, 4]]", "this is JSON;"),
        ("[\n" + lines('{{"x": {i},\n"y": 2}},', 200) + "{}]", "this is JSON;"),
        ("[" * 100_000, "this is JSON;"),
        ('{"x": 1}\n{"x": 2}\n', "this is JSON lines"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", "this is a Markdown table"),
        ("@relation r\n@attribute x numeric\n", "an ARFF file without @data"),
        ("@relation r\n@attribute x\n@data\n1\n", "row 2: “@attribute x” is no @attribute with a name and a kind"),
        ("@relation r\n@attribute x numeric\n@data\n{0 1}\n", "row 4: sparse ARFF data"),
        ("@relation r\n@attribute x relational\n@data\n1\n", "row 2: an attribute of the kind “relational”"),
        ("<?xml version='1.0'?><a/>", "a web page or XML"),
    ],
)  # fmt: skip
def test_other_formats_are_named(text: str, why: str) -> None:
    with pytest.raises(SettingError) as caught:
        of(text)
    assert why in str(caught.value)


@pytest.mark.parametrize("first", ["[1],[2]", "[m],{s}", "{a},b", "@relation,b", "1:2 3,4", "x,<html>", "---,b"])
def test_what_only_begins_like_another_format_is_a_table(first: str) -> None:
    assert of(f"{first}\n" + lines("{x},{i}.5"))["columns"] == first.split(",")
