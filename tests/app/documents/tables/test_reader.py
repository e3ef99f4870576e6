"""Tables of every make are read to the bit, or refused with the row, the column and the reason."""

from __future__ import annotations

import codecs
import csv
import io
import math
import os
import random
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.documents.files import FileError
from app.documents.tables import selection as csv_selection
from app.documents.tables import source as csv_source
from app.documents.tables.dialect import Dialect, DialectOptions, sniff
from app.documents.tables.reader import read
from app.documents.tables.row_choice import RowChoice
from app.documents.tables.selection import Selection, check_selection, suggested
from app.documents.tables.separator import SEPARATORS
from app.documents.tables.source import TableSource, no_progress
from app.documents.tables.survey import Survey, survey
from engine import MAX_CLASSES, MAX_COLUMNS, SettingError, Table

DATA = Path(__file__).resolve().parents[4] / "assets" / "data"
PLAIN = "größe,weight\n1.5,-2\n2.25,1e3\n-3,.5\n"


def of(data: bytes | str, folder: Path) -> TableSource:
    if isinstance(data, str):
        return TableSource.of_text(data)
    path = folder / "in.csv"
    path.write_bytes(data)
    return TableSource.of_file(path)


def surveyed(source: TableSource, options: DialectOptions | None = None) -> Survey:
    return survey(source, sniff(source, options or DialectOptions()), no_progress)


def table(source: TableSource, options: DialectOptions | None = None, **change: object) -> Table:
    found = surveyed(source, options)
    return read(source, found, replace(suggested(found), **change), no_progress)


def numbers(made: Table) -> np.ndarray:
    return np.column_stack([made.inputs, made.targets])


def verdict(text: str, **change: object):
    found = surveyed(TableSource.of_text(text))
    return check_selection(found, replace(suggested(found), **change))


# How it is written


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
        ("cp1252", b""),
    ],
)
def test_every_encoding_gives_the_same_table(tmp_path, encoding, mark) -> None:
    source = of(mark + PLAIN.encode(encoding), tmp_path)
    assert sniff(source).encoding == encoding
    made = table(source)
    assert made.columns == ("größe",) and made.target == "weight"
    assert numbers(made).tolist() == [[1.5, -2.0], [2.25, 1000.0], [-3.0, 0.5]]


def test_bytes_that_no_code_page_has_are_latin(tmp_path) -> None:
    assert sniff(of(b"a\x81,b\n1,2\n", tmp_path)).encoding == "latin-1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("quoted", [False, True])
def test_every_separator_and_line_end_gives_the_same_table(tmp_path, end, separator, quoted) -> None:
    rows = [["a b", "c", "y"], ["1.5", "-2", "3"], ["2.25", "1e3", "4.5"], ["-3", ".5", "6"]]
    if separator == " ":
        rows[0][0] = "a"
    cells = [[f'"{cell}"' if quoted else cell for cell in row] for row in rows]
    text = end.join(separator.join(row) for row in cells)
    for ending in ("", end):
        source = of((text + ending).encode(), tmp_path)
        dialect = sniff(source)
        assert (dialect.separator, dialect.header, dialect.names) == (separator, True, tuple(rows[0]))
        made = table(source)
        assert numbers(made).tolist() == [[float(cell) for cell in row] for row in rows[1:]]


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("x;y\n1,5;2,5\n-0,25;1e3\n", ","),
        ("x\ty\n1,5\t2,5\n0,125\t1,1e2\n", ","),
        ("x;y\n1.5;2.5\n", "."),
        ('x,y\n"1,5","2,5"\n', ","),
        ("x\ty\n1,234\t2\n", "."),  # a thousand and more, as likely as not
        ("x;y\n1;2\n", "."),
    ],
)
def test_the_decimal_mark_is_seen(text, decimal) -> None:
    assert sniff(TableSource.of_text(text)).decimal == decimal


def test_a_decimal_comma_is_read_and_may_be_asked_for() -> None:
    text = "x;y;z\n" + "".join(f"{i},5;{i}e-1;{1 + i},25\n" for i in range(50))
    wanted = [[i + 0.5, i / 10, i + 1.25] for i in range(50)]
    assert numbers(table(TableSource.of_text(text))).tolist() == wanted
    quoted = TableSource.of_text('x,y\n"1,5","2,5"\n"2,5","3,75"\n')
    made = table(quoted, DialectOptions(decimal=","), purpose="regression")
    assert numbers(made).tolist() == [[1.5, 2.5], [2.5, 3.75]]


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("x,y\n1,2\n", ("x", "y"), 1),
        ("1,2\n3,4\n", ("column 1", "column 2"), 0),
        ("name,y\nann,1\nbob,2\n", ("name", "y"), 1),
        ("red,green\nblue,red\n", ("red", "green"), 1),
        ("red,blue\ngreen,blue\nred,blue\n", ("column 1", "column 2"), 0),
        ("NA,2\n1,3\n", ("column 1", "column 2"), 0),
        ("x,x,,x\n1,2,3,4\n", ("x", "x (2)", "column 3", "x (3)"), 1),
        ('"a\nb", "say ""hi"""\n1,2\n', ("a b", 'say "hi"'), 1),
        ("A title\n# a comment\n\nx,y\n1,2\n3,4\n", ("x", "y"), 4),
        ("sep=;\nx;y\n1;2\n", ("x", "y"), 2),
        ("\n\n,\nx,y\n1,2\n", ("x", "y"), 4),
    ],
)
def test_the_header_is_found_and_names_are_told_apart(text, names, first) -> None:
    dialect = sniff(TableSource.of_text(text))
    assert (dialect.names, dialect.first) == (names, first)


def test_a_person_knows_better() -> None:
    source = TableSource.of_text("1,2\n3,4\n5,6\n7,9\n")
    assert sniff(source, DialectOptions(header=True)).names == ("1", "2")
    assert sniff(source, DialectOptions(separator=";")).names == ("column 1",)
    made = table(source, DialectOptions(header=True), purpose="regression")
    assert made.columns == ("1",) and numbers(made).tolist() == [[3.0, 4.0], [5.0, 6.0], [7.0, 9.0]]


def test_the_preview_counts_rows_as_a_spreadsheet_does() -> None:
    dialect = sniff(TableSource.of_text("x,y\n\n1,2\n3\n\n5,6,7\n"))
    assert dialect.rows == (3, 4, 6)
    assert dialect.preview == (("1", "2"), ("3", ""), ("5", "6"))


# What stands in it


def random_table(chance: random.Random, rows: int) -> list[list[str]]:
    """Cells with everything that quotes are for."""
    signs = ["a", "ö", ",", ";", '"', "\n", " b", "_", "1"]
    found = [["x", "text", "y"]]
    for row in range(rows):
        word = "w" + "".join(chance.choice(signs) for _ in range(chance.randrange(6)))
        found.append([repr(chance.gauss(0, 10.0 ** chance.randrange(-9, 9))), word, str(row % 7)])
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("block", [7, 64, 2**18])
def test_blocks_and_quotes_fall_anywhere(tmp_path, monkeypatch, seed, block) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", block)
    rows = random_table(random.Random(seed), 40)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n" if seed % 2 else "\n").writerows(rows)
    source = of(text.getvalue().encode(("utf-8", "utf-16")[seed % 2]), tmp_path)
    found = surveyed(source, DialectOptions(separator=","))
    assert found.rows == 40
    assert [column.kind for column in found.columns] == ["number", "text", "number"]
    words = {row[1].strip() for row in rows[1:]}
    assert set(found.columns[1].categories or ()) == words
    made = read(source, found, Selection((0,), 2, "regression"), no_progress)
    assert numbers(made).tolist() == [[float(row[0]), float(row[2])] for row in rows[1:]]


@pytest.mark.parametrize("way", ["plain", "quoted", "beside a text", "decimal comma"])
def test_numbers_come_to_the_bit(way) -> None:
    chance = np.random.default_rng(0)
    values = chance.normal(size=(400, 3)) * 10.0 ** chance.integers(-300, 300, size=(400, 3))
    values[0] = [5e-324, 9.999999999999999e299, -0.0]
    rows = [[repr(value) for value in row] for row in values.tolist()]
    separator = ","
    if way == "quoted":
        rows = [[f'"{cell}"' for cell in row] for row in rows]
    elif way == "beside a text":
        rows = [[*row, f"t{place}"] for place, row in enumerate(rows)]
    elif way == "decimal comma":
        rows, separator = [[cell.replace(".", ",") for cell in row] for row in rows], ";"
    text = "\n".join(separator.join(row) for row in rows)
    source = TableSource.of_text(text)
    made = read(source, surveyed(source), Selection((0, 1), 2, "regression"), no_progress)
    assert numbers(made).tobytes() == values.tobytes()


@pytest.mark.parametrize(("name", "rows"), [("iris", 150), ("wine", 178), ("diabetes", 442), ("digits", 1797)])
def test_the_bundled_files_are_read_as_numpy_reads_them(name, rows) -> None:
    source = TableSource.of_file(DATA / f"{name}.csv")
    made = table(source, purpose="regression")
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        header = next(file).strip().split(",")
        wanted = np.loadtxt(file, delimiter=",")
    everything = read(
        source, surveyed(source), Selection(tuple(range(len(header) - 1)), len(header) - 1, "regression"), no_progress
    )
    assert everything.columns == tuple(header[:-1]) and made.name == name
    assert numbers(everything).tobytes() == wanted.tobytes() and len(wanted) == rows


@pytest.mark.parametrize(
    ("cells", "kind", "categories"),
    [
        (["1", " 2.50 ", "1e0", "−3"], "number", ("-3", "1", "2.5")),
        (["cat", " dog", "cat", ""], "text", ("cat", "dog")),
        (["", "NA", "#N/A", "null", "-"], "empty", ()),
        (["1", "1.0", "x", "y"], "text", ("1", "x", "y")),
        (["nan", "inf", "1e400", "3"], "number", ("3",)),
        (["0x10", "1_000", "True", "=1+1"], "text", ("0x10", "1_000", "=1+1", "True")),
        (["2020-01-01", "01/02/2020"], "text", ("01/02/2020", "2020-01-01")),
        (["9" * 10_000, "1"], "number", ("1",)),
        (["7", "7"], "number", ("7",)),
    ],
)
@pytest.mark.parametrize("quoted", [False, True])
def test_what_a_column_is(cells, kind, categories, quoted) -> None:
    mark = '"' if quoted else ""
    text = "a,b\n" + "".join(f"{mark}{cell}{mark},1\n" for cell in cells)
    column = surveyed(TableSource.of_text(text), DialectOptions(header=True)).columns[0]
    assert column.kind == kind and column.categories is not None
    assert set(column.categories) == set(categories)
    if kind == "number":
        assert column.categories == categories  # in the order of numbers
    assert column.constant == (len(categories) == 1)
    assert column.numbers + column.missing + column.texts == len(cells)


def test_columns_are_counted_over_the_whole_file(monkeypatch) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", 100)
    text = "n,x,c,t\n" + "".join(f"{i},{i / 3!r},5,{'' if i % 50 == 49 else f't{i % 3}'}\n" for i in range(500))
    counted, real, constant, texts = surveyed(TableSource.of_text(text)).columns
    assert counted.counting and counted.whole and (counted.low, counted.high) == (0.0, 499.0)
    assert not real.counting and not real.whole and real.categories is None
    assert constant.constant and not constant.counting
    assert texts.missing == 10 and texts.categories == ("t0", "t1", "t2")


# What is made of it


def test_classes_come_in_order_and_texts_become_one_input_each() -> None:
    text = "colour,size,kind\nred,1,dog\nblue,2,cat\ngreen,3,dog\nred,4,eel\n"
    made = table(TableSource.of_text(text))
    assert made.columns == ("colour = blue", "colour = green", "colour = red", "size")
    assert made.inputs.tolist() == [[0, 0, 1, 1], [1, 0, 0, 2], [0, 1, 0, 3], [0, 0, 1, 4]]
    assert made.classes == ("cat", "dog", "eel") and made.targets.tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize("mark", ["", '"'])
def test_numbers_as_classes_are_in_the_order_of_numbers(mark) -> None:
    text = "x,y\n" + "".join(
        f"{i},{mark}{label}{mark}\n" for i, label in enumerate(["10", "2", "2.0", "10", "-1.5"] * 3)
    )
    made = table(TableSource.of_text(text), purpose="classification")
    assert made.classes == ("-1.5", "2", "10")
    assert made.targets.tolist() == [2, 1, 1, 2, 0] * 3


def test_a_class_that_is_left_without_rows_is_dropped() -> None:
    made = table(TableSource.of_text("x,k\n1,a\n,b\n2,c\n3,a\n"))
    assert made.classes == ("a", "c") and made.targets.tolist() == [0, 1, 0]
    with pytest.raises(SettingError, match="only one class, “a”"):
        table(TableSource.of_text("x,k\n1,a\n,b\n2,a\n"))


@pytest.mark.parametrize(
    ("text", "features", "target", "purpose"),
    [
        ("a,b,y\n" + "".join(f"{i * i},2.5,{i % 3}\n" for i in range(30)), (0,), 2, "classification"),
        ("a,b,c\n" + "".join(f"{i * i},{-i},{i / 7!r}\n" for i in range(30)), (0, 1), 2, "regression"),
        ("label,a,b\n" + "".join(f"c{i % 2},{i * i},{-i}\n" for i in range(30)), (1, 2), 0, "classification"),
        ("id,a,b\n" + "".join(f"{i},{i * i},{-i}\n" for i in range(30)), (1,), 2, "regression"),
        ("x,y\n" + "".join(f"{i},{i * i}\n" for i in range(30)), (0,), 1, "regression"),
        ("a,b,c\n" + "".join(f"{i * i},{-i},\n" for i in range(30)), (0,), 1, "regression"),
        ("a,name,b\n" + "".join(f"{i * i},n{i},{-i}\n" for i in range(30)), (0,), 2, "regression"),
        ("a,b\n1,2\n2,5\n3,7\n", (0,), 1, "regression"),  # too few to say that 2, 5 and 7 are classes
        ("a,b,Class\n" + "".join(f"{i * i},{-i},cat\n" for i in range(30)), (0, 1), 2, "classification"),
    ],
)
def test_what_is_suggested(text, features, target, purpose) -> None:
    assert suggested(surveyed(TableSource.of_text(text))) == Selection(features, target, purpose)


def test_one_row_is_left_out_in_the_singular() -> None:
    found = surveyed(TableSource.of_text("x,y\n1,2\n,3\n4,5\n6,7\n"))
    (note,) = check_selection(found, Selection((0,), 1, "regression")).notes
    assert note == "1 of 4 rows is left out; the first is row 3 (column “x”: empty)."


def test_unusable_rows_are_counted_and_left_out_or_refused() -> None:
    text = "a,b,c,y\n1,2,x,3.5\n,2,x,4\n3,oops,x,5\n4,5,,6.5\n5,6,z,1e999\n6,7,z\n7,8,z,9,10\n8,9,z,10,\n"
    text += "9,1,z,0\n,,,\n10,2,x,1\n"
    found = surveyed(TableSource.of_text(text))
    assert found.rows == 10 and found.long == 1
    every = Selection((0, 1, 2), 3, "regression")
    assert found.unusable(every.places) == (6, (3, 0))
    assert found.unusable((1, 3)) == (4, (4, 1))
    assert found.unusable((0,)) == (2, (3, 0))
    source = TableSource.of_text(text)
    assert numbers(read(source, found, every, no_progress))[:, 0].tolist() == [1, 8, 9, 10]
    assert numbers(read(source, found, replace(every, features=(1,)), no_progress))[:, 0].tolist() == [2, 2, 5, 9, 1, 2]
    told = check_selection(found, every)
    assert told.examples == 4 and told.inputs == 4 and not told.problem
    assert told.notes[0] == "6 of 10 rows are left out; the first is row 3 (column “a”: empty)."
    refused = check_selection(found, replace(every, leave_out=False))
    assert refused.problem.startswith("Row 3 (column “a”: empty) cannot be used, nor can 5 more.")
    with pytest.raises(SettingError, match="Row 3"):
        read(source, found, replace(every, leave_out=False), no_progress)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("oops", "“oops” is not a number"),
        ("inf", "“inf” is not finite"),
        ("-2e300", "“-2e300” is not within ±1e+300"),
        ("1e400", "“1e400” is not finite"),
        ("1_000", "“1_000” is not a number"),
        ("NA", "“NA” is taken for a missing value"),
        ("", "empty"),
    ],
)
def test_the_first_unusable_cell_is_told(cell, why) -> None:
    told = verdict(f"x,y\n1,2\n3,4\n\n5,{cell}\n6,7\n", leave_out=False)
    assert told.problem.startswith(f"Row 5 (column “y”: {why}) cannot be used.")


def test_a_row_with_too_many_cells_is_told() -> None:
    told = verdict("x,y\n1,2\n3,4,5\n6,7\n8,8,\n", leave_out=False)
    assert told.problem.startswith("Row 3 (it has more cells than the 2 columns) cannot be used.")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("mark", ["", '"'])
def test_any_choice_leaves_out_just_the_rows_it_must(monkeypatch, seed, mark) -> None:
    """Against a loop over plain rows."""
    monkeypatch.setattr(csv_source, "_BLOCK", 200)
    chance = random.Random(seed)
    rows = [
        [chance.choice(["", "x", "NA"]) if chance.random() < 0.1 else repr(chance.random()) for _ in range(5)]
        for _ in range(120)
    ]
    for row in rows[60:90]:  # a stretch that goes the quick way
        row[:] = [repr(chance.random()) for _ in range(5)]
    rows = [row for row in rows if any(row)]
    text = "a,b,c,d,e\n" + "".join(",".join(f"{mark}{cell}{mark}" for cell in row) + "\n" for row in rows)
    source = TableSource.of_text(text)
    found = surveyed(source)
    for _ in range(8):
        chosen = chance.sample(range(5), chance.randint(2, 5))
        selection = Selection(tuple(sorted(chosen[1:])), chosen[0], "regression")
        wanted = [[row[place] for place in selection.places] for row in rows]
        wanted = [row for row in wanted if not {"", "x", "NA"} & set(row)]
        assert found.unusable(selection.places)[0] == len(rows) - len(wanted)
        made = read(source, found, selection, no_progress)
        assert numbers(made).tolist() == [list(map(float, row)) for row in wanted]


@pytest.mark.parametrize(
    ("text", "change", "why"),
    [
        ("x,y\n1,2\n", {}, "only one row of data"),
        ("x\n1\n2\n", {}, "only one column"),
        ("x,label\n1,cat\n2,cat\n", {}, "“label” contains only one class, “cat”"),
        (
            "x,label\n1,1\n2,NA\n3,1\n4,NA\n",
            {"purpose": "classification", "target": 1, "features": (0,)},
            "“label” contains only one class, “1”; “NA” was read as missing in 2 rows: choose text as its kind if",
        ),
        (
            "x,y\n1,none\n2,none\n",
            {"target": 1, "features": (0,)},
            "“y” is empty; “none” was read as missing in 2 rows: choose text as its kind if that is a class",
        ),
        (
            "x,y\n1,2\n2,2\n",
            {"purpose": "regression", "target": 1, "features": (0,)},
            "“y” is 2 in every row, so there is nothing to learn",
        ),
        ("x,y\n1,a\n2,b\n", {"purpose": "regression"}, "“y” is text, but regression needs numbers"),
        ("x,y\n1,2\n2,3\n", {"features": ()}, "No feature is selected"),
        ("x,y,z\n1,2,\n2,3,\n", {"target": 2}, "“z” is empty"),
        ("x,y\n1,nan\n2,nan\n", {"target": 1, "features": (0,)}, "“y” is empty"),
        ("x,y\n1,\n,2\n,3\n", {}, "No usable rows"),
        (
            "a,y\n" + "".join(f"w{i},{i / 7}\n" for i in range(21)),
            {"features": (0,)},
            "“a” is text with 21 different values; at most 20 can be one-hot encoded",
        ),
        (
            "a,y\n" + "".join(f"{i},w{i}\n" for i in range(MAX_CLASSES + 1)),
            {"target": 1, "features": (0,), "purpose": "classification"},
            f"“y” has more than {MAX_CLASSES} different values, too many for classes.",
        ),
        (
            "a,y\n" + "".join(f"{i},{i / 7}\n" for i in range(MAX_CLASSES + 1)),
            {"purpose": "classification"},
            "choose regression",
        ),
    ],
)
def test_what_no_network_can_learn_from_is_refused_with_the_reason(text, change, why) -> None:
    source = TableSource.of_text(text)
    found = surveyed(source)
    selection = replace(suggested(found), **change)
    assert why in check_selection(found, selection).problem
    with pytest.raises(SettingError):
        read(source, found, selection, no_progress)


def test_a_constant_feature_may_be_chosen_and_is_told() -> None:
    told = verdict("a,c,y\n1,5,1.5\n2,5,2.5\n3,5,4\n", features=(0, 1))
    assert told.problem == "" and "“c” is constant and carries no information." in told.notes


def test_of_a_table_that_is_too_large_some_rows_are_taken(monkeypatch) -> None:
    monkeypatch.setattr(csv_selection, "MAX_NUMBERS", 100)
    text = "a,b,y\n" + "".join(f"{i * i},{i},{i / 7}\n" for i in range(40))
    told = verdict(text)
    assert told.examples == 20 and told.notes == ("Of 40 rows every 2nd row is taken: 20.",)
    told = verdict(text, rows=RowChoice())
    assert "40 examples of 3 numbers are 120; at most 100 fit" in told.problem
    assert told.problem.endswith("Choose fewer features, or only every 2nd row.")


@pytest.mark.parametrize("every", [1, 2, 7, 1000])
@pytest.mark.parametrize("first", [0, 1, 5, 40, 5000])
@pytest.mark.parametrize("spoilt", [False, True])
def test_rows_are_chosen(monkeypatch, every, first, spoilt) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", 200)
    rows = [(f"{i}", "" if spoilt and i % 5 == 3 else f"{i / 7!r}") for i in range(300)]
    source = TableSource.of_text("t,y\n" + "".join(f"{a},{b}\n" for a, b in rows))
    found = surveyed(source)
    selection = Selection((0,), 1, "regression", rows=RowChoice(every, first))
    taken = rows[::every][: first or None]
    wanted = [[float(a), float(b)] for a, b in taken if b]
    told = check_selection(found, selection)
    assert found.unusable(selection.places, selection.rows)[0] == len(taken) - len(wanted)
    if len(wanted) < 2:
        assert told.problem
        return
    assert told.examples == len(wanted)
    assert numbers(read(source, found, selection, no_progress)).tolist() == wanted


# What is refused at once


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b" \n\r\n\t", "the file is empty"),
        (codecs.BOM_UTF8, "only a byte-order mark"),
        (b"x,y\n", "no data below the header in row 1"),
        (b",,\n,,\n", "only empty rows"),
        (b"x,y\n1,2\n1,\x002\n", "row 3: a zero byte"),
        (bytes(range(256)) * 200, "row 1: a zero byte"),
        (b'x,y\n1,2\n3,"4\n5,6\n', "row 3: unclosed quote"),
        (b'x,y\n1,2\n"3"4,5\n', "row 3: text after a closing quote"),
        (b"x,y\n" + b'"1,2\n' * 100, "row 2: text after a closing quote"),
        (b"x,y\n1," + b"9" * 200_000 + b"\n", "row 2: a cell of more than 131,072 characters"),
        (b"x,y\n" + b"1" * 3_000_000 + b",2\n", "row 2: longer than 1,048,576 characters"),
        (b",".join([b"c"] * 5000) + b"\n", f"row 1: 5,000 columns; at most {MAX_COLUMNS:,}"),
        (b"<html><body>404</body></html>", "a web page"),
        (b"PK\x03\x04....", "save the sheet as CSV"),
        (b"\x1f\x8b\x08....", "unpack it first"),
        (b"\n" * 2_000_000, "starts with 1,048,576 blank characters"),
    ],
)
def test_what_is_no_table_is_refused_with_the_row_and_the_reason(tmp_path, data, why) -> None:
    with pytest.raises(SettingError, match=why):
        surveyed(of(data, tmp_path))


@pytest.mark.parametrize("block", [50, 2**18])
def test_a_fault_far_down_is_told_with_its_row(tmp_path, monkeypatch, block) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", block)
    good = b"".join(b"%d,%d\n" % (i, i * i) for i in range(2000))
    for fault, row, why in (
        (b"\xff,1\n", 2002, "byte 0xff is not UTF-8; choose another encoding"),
        (b"1,\x00\n", 2002, "a zero byte"),
        (b'1,"2\n' * 3, 2002, "unclosed quote|after a closing quote"),
        (b'"a",1\n2,"b"c\n', 2003, "text after a closing quote"),
    ):
        source = of(b"x,y\n" + good + fault + good[:100], tmp_path)
        with pytest.raises(SettingError, match=why) as caught:
            surveyed(source, DialectOptions(encoding="utf-8"))
        assert str(caught.value).startswith(f"row {row:,}: ")


def test_a_quote_that_swallows_the_rest_of_a_large_file_does_not_swallow_memory(tmp_path) -> None:
    # The quotes of each line close the cell of the line before and open another one of the same row.
    source = of(b"x,y\n1,2\n3,4\n5,6\n" * 100 + b'1,"' + b'\n","' * 1_000_000, tmp_path)
    with pytest.raises(SettingError, match="row 401: unclosed quote"):
        surveyed(source)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "zero"])
def test_what_is_no_file_is_named(tmp_path, kind) -> None:
    path = tmp_path / "in.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(FileError, match=r"cannot read /dev/zero" if kind == "zero" else r"cannot read .*in\.csv: "):
        surveyed(TableSource.of_file(Path("/dev/zero") if kind == "zero" else path))


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(csv_source, "MAX_BYTES", 10)
    with pytest.raises(FileError, match="the limit is"):
        surveyed(of(b"x,y\n1,2\n3,4\n", tmp_path))


# Large files


def large(rows: int, label: str = "") -> str:
    return "a,b,y\n" + "".join(f"{i * 0.37!r},{i % 11},{i % 5}{label}\n" for i in range(rows))


def test_progress_goes_from_nothing_to_everything(monkeypatch) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", 1000)
    source = TableSource.of_text(large(1000))
    dialect = sniff(source)
    told: list[float] = []
    found = survey(source, dialect, told.append)
    assert len(told) > 10 and told == sorted(told) and 0.0 < told[0] < 0.2 and told[-1] == 1.0
    told.clear()
    read(source, found, suggested(found), told.append)
    assert len(told) > 10 and told == sorted(told) and told[-1] == 1.0


@pytest.mark.parametrize("label", ["", '"q"'])
def test_what_progress_raises_ends_the_reading(monkeypatch, label) -> None:
    class Enough(Exception):
        pass

    def stop(share: float) -> None:
        calls.append(share)
        if share > 0.3:
            raise Enough

    monkeypatch.setattr(csv_source, "_BLOCK", 1000)
    source = TableSource.of_text(large(1000, label))
    dialect, found = sniff(source), surveyed(source)
    for work in (lambda: survey(source, dialect, stop), lambda: read(source, found, suggested(found), stop)):
        calls: list[float] = []
        with pytest.raises(Enough):
            work()
        assert max(calls) < 0.5


@pytest.mark.parametrize("label", ["", pytest.param("t", marks=pytest.mark.slow)])
def test_a_survey_takes_no_more_memory_for_a_longer_file(tmp_path, monkeypatch, label) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", 2**14)

    def peak(rows: int) -> int:
        source = of(large(rows, label).encode(), tmp_path)
        dialect: Dialect = sniff(source)
        tracemalloc.start()
        try:
            survey(source, dialect, no_progress)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def least(rows: int) -> int:
        """Of three times: others may take memory meanwhile."""
        return min(peak(rows) for _ in range(3))

    assert least(40_000) < 1.2 * least(10_000)


@pytest.mark.parametrize("other", ["x,y\n1,2\n3,5\n", "x,y\n1,2\n3,4\n5,7\n8,9\n", "x,y\n1,2\n3,oops\n5,7\n"])
def test_a_file_that_changes_between_the_looks_is_refused(tmp_path, other) -> None:
    source = of(b"x,y\n1,2\n3,5\n5,7\n", tmp_path)
    found = surveyed(source)
    of(other.encode(), tmp_path)
    with pytest.raises(FileError, match=r"in\.csv has changed while being read"):
        read(source, found, Selection((0,), 1, "regression"), no_progress)


def test_two_threads_may_read_at_once() -> None:
    sources = [TableSource.of_text(large(3000, label)) for label in ("", "t")]
    alone = [table(source) for source in sources]
    found: list[Table | None] = [None] * 4

    def work(place: int) -> None:
        found[place] = table(sources[place % 2])

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone * 2


def test_the_clipboard_of_a_spreadsheet_is_a_table() -> None:
    made = table(TableSource.of_text("height\tshoe\tsex\r\n1.82\t44\tm\r\n1.66\t38\tf\r\n1.75\t41\tf\r\n", "Clipboard"))
    assert made.name == "Clipboard" and made.classes == ("f", "m")
    assert made.inputs.tolist() == [[1.82, 44.0], [1.66, 38.0], [1.75, 41.0]]
    assert math.isclose(made.targets.sum(), 1.0)
    with pytest.raises(SettingError, match="the clipboard is empty"):
        table(TableSource.of_text(" "))
    assert table(TableSource.of_text("x\ty\n1\t2\n2\t\ud800\n3\t4\n"), purpose="regression").targets.tolist() == [
        2.0,
        4.0,
    ]
