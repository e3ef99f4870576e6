from __future__ import annotations

import json
import math
import os
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.documents import experiment_file
from app.documents.experiment_file import MAX_BYTES, from_text, load, open_file, save, to_text
from app.documents.file_stamp import changed_since
from app.documents.files import FileError
from app.documents.presets import FOLDER
from app.documents.toml_reader import MAX_TEXT
from app.export import figure
from app.export.figure_content import CurveContent
from app.export.style import FigureSettings
from engine import (
    BATCHES,
    COMPARISONS,
    FORMAT,
    MAX_NUMBERS,
    NUMBERS,
    OPTIMIZERS,
    SCHEDULES,
    SURFACES,
    Choice,
    ComparisonRecord,
    Experiment,
    Formula,
    NetworkTask,
    Session,
    Setting,
    SettingError,
    Summary,
    Table,
    Tweak,
    choose,
    new_experiment,
    new_network,
    new_run,
)

WRITTEN = f"fall_line = {FORMAT}"


def random_experiment(seed: int) -> Experiment:
    """Any of the catalogues' entries, knobs at any allowed value, tweaked while it ran."""
    chance = random.Random(seed)

    def choice(catalogue) -> Choice:
        kind = chance.choice(list(catalogue))
        values = {}
        for knob in catalogue[kind].knobs:
            if knob.name in getattr(catalogue[kind], "refused", ()):
                continue
            if knob.kind == "real":
                values[knob.name] = chance.uniform(max(knob.low, -1e3), min(knob.high, 1e3))
            elif knob.kind == "switch":
                values[knob.name] = chance.random() < 0.5
            elif knob.kind == "choice":
                values[knob.name] = chance.choice(knob.options)
        return choose(catalogue, kind, values)

    runs = []
    for _ in range(chance.randint(1, 4)):
        run = new_run(learning_rate=chance.uniform(0, 1e-3), name=chance.choice(["", 'é "x"', "a\tb", "$x$"]))
        optimizer, schedule, batch = choice(OPTIMIZERS), choice(SCHEDULES), choice(BATCHES)
        run = type(run)(**{**fields(run), "optimizer": optimizer, "schedule": schedule, "batch": batch})
        runs.append(run.having("drive.optimizer.weight_decay", chance.choice(list(SCHEDULES))))
    surface = choice(SURFACES) if seed % 3 else Formula("a*x^2 + y^4", {"a": chance.random()}, (-1.0, 2.0, -3.5, 4.0))
    experiment = new_experiment(surface, runs, noise=chance.random(), title="T: é", note='one\n"two"\n\\three')
    session = Session(experiment)
    for _ in range(3):
        session.advance(5)
        session.tweak(session.runs[0].settings.id, "learning_rate", chance.random() * 1e-3)
    if seed % 4 == 0:
        return session.experiment()
    known = {  # none, few, or so many that they are set aside before the file is parsed
        f"{chance.getrandbits(128):x}": Summary(
            7, chance.random(), ending='it\'s \\ "so"\n', curve=(math.nan, chance.random())
        )
        for _ in range((0, 3, 200)[seed % 4 - 1])
    }
    compared = ComparisonRecord(choice(COMPARISONS), (session.runs[0].settings.id,)).keeping(known)
    return replace(session.experiment(), comparisons=(compared,))


def fields(run) -> dict:
    return {name: getattr(run, name) for name in run.__slots__}


@pytest.mark.parametrize("seed", range(25))
def test_saved_and_loaded_is_the_same(tmp_path: Path, seed: int) -> None:
    experiment = random_experiment(seed)
    save(experiment, tmp_path / "race.toml")
    again = load(tmp_path / "race.toml")
    assert again == experiment
    assert repr(again) == repr(experiment)  # also tells 1 from 1.0 and 0.0 from -0.0


def test_loaded_gives_the_same_numbers(tmp_path: Path) -> None:
    experiment = random_experiment(1)
    save(experiment, tmp_path / "race.toml")
    one, other = Session(experiment), Session(load(tmp_path / "race.toml"))
    for session in (one, other):
        session.advance(100)
    for first, second in zip(one.runs, other.runs, strict=True):
        assert first.history.last.tobytes() == second.history.last.tobytes()


def test_a_person_can_read_it() -> None:
    text = to_text(new_experiment("rosenbrock", [new_run("adam", learning_rate=0.03)], title="Valley"))
    lines = text.splitlines()
    assert lines[0].startswith("# ") and lines[2:5] == [WRITTEN, f"numbers = {NUMBERS}", 'title = "Valley"']
    assert "start = [-1.2, 1.0]" in lines and "learning_rate = 0.03" in lines and "eps = 1e-08" in lines
    chapters = [line for line in lines if line.startswith("[")]
    assert chapters == ["[problem]", "[stop]", "[[runs]]", "[runs.optimizer]", "[view]"]
    assert max(map(len, lines)) <= 120


GOOD = to_text(new_experiment("rosenbrock", ["adam"]))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("learning_rate = 0.001", "learning_rate = -1", r"runs\[1\]\.learning_rate: .*lie in \[0, 1e\+12\], got -1"),
        ("learning_rate = 0.001", "learning_rate = nan", "got nan"),
        ("learning_rate = 0.001", f"learning_rate = 0x{'f' * 9000}", r"runs\[1\]\.learning_rate"),
        ("beta1 = 0.9", "beta1 = 1.5", r"runs\[1\]\.optimizer\.beta1: beta1 must lie in .*got 1\.5"),
        ("beta1 = 0.9", "beta9 = 0.9", r"runs\[1\]\.optimizer\.beta9: unknown setting"),
        ('kind = "adam"', 'kind = "adamm"', "did you mean adam"),
        ("[problem]", "[problme]", "problem: is missing"),
        ("seed = 1", "seed = 1\nsed = 2", r"problem\.sed: unknown entry"),
        ("updates = 2000", "updates = 1.5", r"stop\.updates: .*whole number"),
        (WRITTEN, f"fall_line = {FORMAT + 1}", rf"format {FORMAT + 1}; .* formats up to {FORMAT}"),
        (WRITTEN, "fall_line = 0", f"fall_line: must be the number of a format, from 1 to {FORMAT}, got 0"),
        (WRITTEN, "fall_line = true", "fall_line: must be the number of a format"),
        (WRITTEN, 'fall_line = "2"', "fall_line: must be the number of a format"),
        (f"numbers = {NUMBERS}", "numbers = 0", "numbers: must be a whole number from 1 on, got 0"),
        (WRITTEN, f"{WRITTEN}\n{WRITTEN}", r"not TOML: .*line 4"),
        (WRITTEN, "fall_line = ", r"not TOML: .*line 3"),
        (WRITTEN, f"x = {'[' * 5000}", "not TOML: .*nested too deeply"),
        ("seed = 1", "seed = 1979-05-27", "seed must be a whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_place_value_and_range(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    path = tmp_path / "race.toml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(SettingError, match=told):
        load(path)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_preset_survives_a_save(tmp_path: Path, path: Path) -> None:
    experiment = load(path)
    save(experiment, tmp_path / "copy.toml")
    assert load(tmp_path / "copy.toml") == experiment


def test_a_byte_order_mark_is_no_harm_and_other_encodings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "race.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(path) == from_text(GOOD)
    path.write_bytes(GOOD.encode().replace(b"[problem]", b"# \xe9\n[problem]"))
    with pytest.raises(SettingError, match=r"byte \d+ \(line \d+\) is not UTF-8"):
        load(path)
    path.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(SettingError):
        load(path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "race.toml"
    path.write_bytes(GOOD.encode() + b"#" * MAX_TEXT)
    with pytest.raises(SettingError, match="longer than 2 MiB, besides tables of numbers and tweaks"):
        load(path)
    with open(path, "ab") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(FileError, match="longer than 256 MiB"):
        load(path)


def test_nothing_that_takes_a_parser_time_hides_in_what_is_set_aside() -> None:
    for hidden in ("a = 1\n", "[a]\n"):
        for before, after in (("# x = '''\n", ""), ("x = \"\"\"= '''\n", "'''\"\"\""), ("x.= '''\n", "'''")):
            with pytest.raises(SettingError, match=r"longer than 2 MiB|not TOML"):
                from_text(before + hidden * (MAX_TEXT // len(hidden)) + after)


def table(rows: int, columns: int, kind: str = "real") -> Table:
    random = np.random.default_rng(rows)
    inputs = random.normal(size=(rows, columns)) if kind == "real" else random.integers(0, 256, (rows, columns)) * 1.0
    names = tuple(f"column {place}" for place in range(columns))
    return Table("Imported", names, "y", inputs, random.integers(0, 2, rows) * 1.0, ("no", "yes"))


@pytest.mark.parametrize("size", [(40, 3), (4_000, 30), (50, 4096)], ids=["small", "packed", "wide"])
@pytest.mark.parametrize("kind", ["real", "pixels"])
def test_imported_tables_are_saved_and_loaded(tmp_path: Path, size: tuple[int, int], kind: str) -> None:
    session = Session(new_network(table(*size, kind=kind), ["adam", "sgd"], hidden=(2,)))
    session.advance(3)
    other = table(size[0] + 1, size[1])
    assert not session.problem_changed({"data": other})
    session.advance(2)
    experiment = session.experiment()
    save(experiment, tmp_path / "race.toml")
    again = load(tmp_path / "race.toml")
    assert again == experiment
    assert isinstance(again.problem, NetworkTask) and again.problem.data == table(*size, kind=kind)
    assert [tweak.value for run in again.runs for tweak in run.tweaks] == [other, other]
    assert ("packed" in (tmp_path / "race.toml").read_text("utf-8")) == (size[0] * size[1] > 100_000)


DOTS = tuple("." * 80 for _ in range(4096))
ESCAPES = tuple(f'"\\é\n\t\x7f\ufffe\U0001f600{place}' for place in range(4096))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": "x" * 4001}, "title: must be text of at most 4000 characters"),
        ({"note": "x\n" * 2001}, "note: must be text of at most 4000 characters"),
        ({"view": {str(place): 1 for place in range(101)}}, "view: must be a table of up to 100 entries"),
        ({"view": {"nested": {"a": 1}}}, "view.nested: must be a plain value"),
        ({"view": {"none": None}}, "not TOML"),
        ({"runs": ()}, "runs: there must be 1 to 16 runs"),
        ({"runs": new_experiment("rosenbrock", ["adam"]).runs * 2}, "runs: two runs have the same id"),
        ({"stop": {"updates": 10**16}}, "stop.updates: updates must be"),
    ],
)
def test_what_could_not_be_opened_again_is_not_saved(tmp_path: Path, changes: dict, told: str) -> None:
    save(from_text(GOOD), tmp_path / "race.toml")
    with pytest.raises(FileError, match=rf"cannot write .*race\.toml: it could not be opened again: {told}"):
        save(replace(from_text(GOOD), **changes), tmp_path / "race.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["race.toml"]
    assert load(tmp_path / "race.toml") == from_text(GOOD)


def test_what_would_not_be_the_same_is_not_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment_file, "toml_text", lambda data: GOOD.replace("beta1 = 0.9", "beta1 = 0.8"))
    with pytest.raises(FileError, match="it would not be opened as the same experiment"):
        save(from_text(GOOD), tmp_path / "race.toml")
    monkeypatch.undo()
    monkeypatch.setattr(experiment_file, "MAX_BYTES", 100)
    with pytest.raises(FileError, match=r"cannot write .*race\.toml: it would be larger than"):
        save(from_text(GOOD), tmp_path / "race.toml")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("names", [DOTS, ESCAPES, ("a.b", "'c'")], ids=["dots", "escapes", "quotes"])
def test_every_name_that_a_table_may_have_is_saved(tmp_path: Path, names: tuple[str, ...]) -> None:
    inputs = np.arange(2.0 * len(names)).reshape(2, -1)
    found = Table("'''", names, "= '''", inputs, np.zeros(2), ("'''\n", "# x = '''"))
    note = "tweaks = [\n\"\"\"\n'''"
    experiment = replace(new_network(found, ["adam"], hidden=(2,)), title="''' \"\"\"", note=note)
    save(experiment, tmp_path / "race.toml")
    assert load(tmp_path / "race.toml") == experiment


def test_half_a_surrogate_pair_is_no_obstacle(tmp_path: Path) -> None:
    experiment = replace(from_text(GOOD), title="\udcff", note="\ud800\n", view={"x": "\udfff"})
    save(experiment, tmp_path / "race.toml")
    again = load(tmp_path / "race.toml")
    assert (again.title, again.note, again.view) == ("?", "?\n", {"x": "?"})


@pytest.mark.parametrize("wide", [False, True], ids=["on lines", "in sections"])
def test_many_tweaks_are_saved_and_loaded(tmp_path: Path, wide: bool) -> None:
    session = Session(new_network(table(100, 3), ["adam", "sgd"], hidden=(2,)))
    first = session.runs[0].settings.id
    session.advance(1)
    if wide:
        session.problem_changed({"data": table(1500, 3)})
    for _ in range(12):
        for setting, value in (
            ("learning_rate", 0.1),
            ("optimizer.beta1", 0.5),
            ("optimizer", "adam"),
            ("parameter.3", -1e-300),
            ("warmup", 3),
            ("name", 'a "b"'),
        ):
            session.advance(1)
            session.tweak(first, setting, value)
        session.problem_changed({"data.add": (0.5, -0.0, 3.0, 1.0)})
    made = session.experiment()
    many = tuple(Tweak(place, Setting("learning_rate"), place / 7) for place in range(5_000))
    every = [sorted((*many, *run.tweaks), key=lambda tweak: tweak.update) for run in made.runs]
    runs = [replace(run, tweaks=tuple(tweaks)) for run, tweaks in zip(made.runs, every, strict=True)]
    experiment = replace(made, runs=tuple(runs))
    save(experiment, tmp_path / "race.toml")
    assert ("[[runs.tweaks]]" in (tmp_path / "race.toml").read_text("utf-8")) == wide
    again = load(tmp_path / "race.toml")
    assert again == experiment and repr(again) == repr(experiment)


class Cancelled(Exception):
    pass


def cancelled_after(calls: int) -> Callable[[], None]:
    left = iter(range(calls))

    def check() -> None:
        if next(left, None) is None:
            raise Cancelled

    return check


def test_saving_and_loading_can_be_cancelled(tmp_path: Path) -> None:
    experiment, path = new_network(table(9_000, 15), ["adam"], hidden=(2,)), tmp_path / "race.toml"
    save(from_text(GOOD), path)
    for work in (lambda check: save(experiment, path, check), lambda check: load(path, check)):
        for calls in range(1000):
            try:
                work(cancelled_after(calls))
            except Cancelled:
                assert [file.name for file in tmp_path.iterdir()] == ["race.toml"]
            else:
                break
        assert calls > 3
        assert load(path) == experiment


def test_a_file_changed_outside_and_a_figure_are_told(tmp_path: Path) -> None:
    path = tmp_path / "race.toml"
    assert not changed_since(path, None)
    stamp = save(from_text(GOOD), path).stamp
    assert changed_since(path, None)
    opened = open_file(path)
    assert not opened.is_figure and opened.stamp == stamp and not changed_since(path, stamp)
    path.touch()
    assert not changed_since(path, stamp), "its content is the same"
    path.write_text(path.read_text("utf-8").replace("0.9", "0.8", 1), "utf-8")
    os.utime(path, ns=(stamp.modified, stamp.modified))
    assert changed_since(path, stamp), "although neither size nor time has changed"
    path.unlink()
    assert not changed_since(path, stamp)
    path.mkdir()
    assert changed_since(path, stamp)
    picture = Session(from_text(GOOD)).picture()
    figure.write_figure(tmp_path / "a.png", picture, CurveContent("losses"), FigureSettings())
    assert open_file(tmp_path / "a.png").is_figure
    figure.write_figure(tmp_path / "a.svg", picture, CurveContent("losses"), FigureSettings())
    (tmp_path / "a.svg").rename(tmp_path / "plot.toml")
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for name, told in (("a.png", "it is a figure"), ("plot.toml", "it is a figure"), ("data.csv", "not in .csv")):
        with pytest.raises(FileError, match=f"cannot write .*{name}: .*{told}"):
            save(from_text(GOOD), tmp_path / name)
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}


def test_a_file_is_hashed_while_it_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, parsed = tmp_path / "race.toml", threading.Event()
    experiment = from_text(GOOD)
    stamp = save(experiment, path).stamp
    hashed, parse = experiment_file.stamp_of, experiment_file._experiment

    def parse_first(*content):
        found = parse(*content)
        parsed.set()
        return found

    monkeypatch.setattr(experiment_file, "stamp_of", lambda *content: parsed.wait(10) and hashed(*content))
    monkeypatch.setattr(experiment_file, "_experiment", parse_first)
    opened = open_file(path)
    assert opened.stamp == stamp and opened.experiment == experiment
    path.write_text("not TOML", "utf-8")
    parsed.set()
    with pytest.raises(SettingError, match="not TOML"):
        open_file(path)


@pytest.mark.slow
def test_the_largest_table_is_saved_and_loaded(tmp_path: Path) -> None:
    largest = table(MAX_NUMBERS // 20, 19)
    experiment = new_network(largest, ["adam"], hidden=(2,))
    save(experiment, tmp_path / "race.toml")
    assert load(tmp_path / "race.toml") == experiment


def test_a_figure_leaves_out_what_would_make_it_huge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(new_network(table(100, 20), ["adam"], hidden=(2,)))
    assert figure.is_carried(session.experiment())
    monkeypatch.setattr(figure, "_MAX_CARRIED", 2000)
    assert not figure.is_carried(session.experiment())
    figure.write_figure(tmp_path / "loss.pdf", session.picture(), CurveContent("losses"), FigureSettings())
    with pytest.raises(FileError, match=r"loss\.pdf contains no experiment: its data were too large"):
        load(tmp_path / "loss.pdf")


def test_a_figure_that_carries_no_experiment_is_refused(tmp_path: Path) -> None:
    for content in (b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXtx\0y"):
        path = tmp_path / "figure"
        path.write_bytes(content)
        with pytest.raises(FileError, match="contains no experiment"):
            load(path)


def test_mangled_files_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(5)
    for _ in range(300):
        text = list(GOOD)
        for _ in range(chance.randint(1, 20)):
            place = chance.randrange(len(text))
            text[place : place + chance.randrange(3)] = chance.choice(
                ["", "\x00", '"', "[", "=", "9" * 30, "\n", "é", "."]
            )
        try:
            assert isinstance(from_text("".join(text)), Experiment)
        except SettingError as error:
            assert str(error).strip() and "\n" not in error.sentence.strip()


def test_view_settings_of_former_files_keep_their_meaning():
    """Up to format 4 views of every kind of problem had names that began with those of a network."""
    former = {
        "network_path_plane": "weights", "network_path_weights": [3, 7], "network_map_across": "position",
        "network_map_up": "velocity", "network_episode_seed": 4, "network_grid_values": "learned",
        "network_clusters_region": [0.0, 1.0, 0.0, 1.0], "network_pairs_number": "loss",
        "network_maps_shown": "maps", "network_view": "path", "curves": ["loss"],
    }  # fmt: skip
    head = GOOD.partition("[view]")[0].replace(WRITTEN, "fall_line = 4")
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in former.items())
    assert from_text(f"{head}[view]\n{lines}").view == {
        "stage_path_plane": "weights", "stage_path_weights": [3, 7], "policy_map_across": "position",
        "policy_map_up": "velocity", "policy_episode_seed": 4, "policy_grid_values": "learned",
        "clustering_clusters_region": [0.0, 1.0, 0.0, 1.0], "association_pairs_number": "loss",
        "network_maps_shown": "maps", "network_view": "path", "curves": ["loss"],
    }  # fmt: skip
