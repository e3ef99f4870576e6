from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.documents import journal, recovery
from app.documents.experiment_file import save
from app.documents.files import FileError
from app.documents.recovery import KeptWork, WorkKeeper, closed, left_behind
from engine import Experiment, RunRecord, Session, Setting, Table, Tweak, new_experiment, new_network, new_run
from tests.app.documents.faults import FAULTS, Fault, Killed, fault_at
from tests.app.documents.test_experiment_file import random_experiment

ROOT = Path(__file__).resolve().parents[3]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """To those who look, every process but the one that looks has died."""
    monkeypatch.setattr(recovery, "is_held", lambda path: False)


def a_table(rows: int = 50, seed: int = 0) -> Table:
    chance = np.random.default_rng(seed)
    inputs = chance.normal(size=(rows, 3))
    inputs[0] = -0.0, 5e-324, 1e300
    return Table("é \ud800", ("a", "b.c", "\n"), "t", inputs, chance.normal(size=rows))


def steered(updates: int = 3) -> Session:
    session = Session(new_network(a_table(), ["adam", new_run("sgd", name="\udcff")], hidden=(2,), scaling="none"))
    for place in range(updates):
        session.advance(2)
        session.tweak(session.runs[0].settings.id, "learning_rate", 0.01 + place / 1000)
    return session


def only(found: tuple[KeptWork, ...]) -> KeptWork:
    assert len(found) == 1
    return found[0]


def same(one: Experiment, other: Experiment) -> bool:
    return one == other and repr(one) == repr(other)  # 1 is not 1.0, and 0.0 not -0.0


@pytest.mark.parametrize("seed", range(12))
def test_what_was_kept_comes_back_to_the_bit(seed: int, dead: None) -> None:
    experiment = random_experiment(seed)
    WorkKeeper().keep(experiment, 15, Path("/some where/é.toml"), changed=True)
    work = only(left_behind())
    assert (work.title, work.path, work.update) == (experiment.title, Path("/some where/é.toml"), 15)
    assert work.changed and work.crashed and abs(work.when - time.time()) < 60
    again, update = work.load()
    assert same(again, experiment) and update == 15


def test_every_state_of_a_session_comes_back(dead: None) -> None:
    keeper, session = WorkKeeper(), steered()
    first = session.runs[0].settings.id
    for edit in (
        lambda: session.advance(5),
        lambda: session.tweak(first, "optimizer.beta1", 0.5),
        lambda: session.problem_changed({"data": a_table(60, 1)}),
        lambda: session.problem_changed({"data.add": (1.0, -0.0, 3.0, 4.0)}),
        lambda: session.add(RunRecord(replace(session.runs[0].settings, id="new"))),
        lambda: session.remove("new"),
        lambda: session.rewind(3),
        lambda: session.reset(),
        lambda: session.problem_changed({"weight_seed": 9}),
    ):
        edit()
        keeper.keep(session.experiment(), session.update, None, changed=True)
        again, update = only(left_behind()).load()
        assert same(again, session.experiment()) and update == session.update
        tables = [file.stem for file in only(left_behind()).place.glob("*.table")]
        assert len(tables) == len(set(tables)) <= 3


def test_numbers_that_only_compare_equal_are_told_apart(dead: None) -> None:
    keeper, experiment = WorkKeeper(), new_experiment("rosenbrock", ["adam"])
    for view in ({"a": 1}, {"a": 1.0}, {"a": True}, {"a": 0.0}, {"a": -0.0}, {"a": float("inf")}, {}):
        keeper.keep(replace(experiment, view=view), 0, None, changed=True)
        assert repr(only(left_behind()).load()[0].view) == repr(view)


def test_a_table_is_written_once_and_a_quiet_window_writes_nothing(dead: None) -> None:
    keeper, session = WorkKeeper(), steered()
    keeper.keep(session.experiment(), 0, None, changed=True)
    place = only(left_behind()).place
    (table,) = place.glob("*.table")
    before = table.stat(), (place / "journal").stat()
    for _ in range(3):
        session.advance(1)
        session.tweak(session.runs[0].settings.id, "learning_rate", 0.02)
        keeper.keep(session.experiment(), session.update, None, changed=True)
    grown = (place / "journal").stat()
    assert table.stat() == before[0] and 0 < grown.st_size - before[1].st_size < 1000
    keeper.keep(session.experiment(), session.update, None, changed=True)
    assert (place / "journal").stat() == grown


def test_a_long_journal_begins_anew(dead: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "_GROWTH", 1000)
    keeper, experiment = WorkKeeper(), steered().experiment()
    sizes = []
    for update in range(200):
        keeper.keep(experiment, update, None, changed=True)
        sizes.append((only(left_behind()).place / "journal").stat().st_size)
        assert only(left_behind()).update == update
    assert max(sizes) < 2 * sizes[0] + 1200 and sizes != sorted(sizes)


def test_as_many_tweaks_as_there_may_be_are_kept(dead: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "_TWEAKS", 50)
    experiment = new_experiment("rosenbrock", ["adam", "sgd"])
    tweaks = tuple(Tweak(place, Setting("learning_rate"), place / 7) for place in range(1000))
    keeper = WorkKeeper()
    for first, second in ((0, 0), (1, 0), (51, 50), (102, 100), (1000, 0), (1000, 777)):
        runs = (replace(run, tweaks=tweaks[:end]) for run, end in zip(experiment.runs, (first, second), strict=True))
        made = replace(experiment, runs=tuple(runs))
        keeper.keep(made, 1000, None, changed=True)
        assert same(only(left_behind()).load()[0], made)
    assert max(map(len, (only(left_behind()).place / "journal").read_bytes().split(b"\n"))) < 10_000


def test_the_work_of_a_living_window_is_its_own() -> None:
    keeper, other = WorkKeeper(), WorkKeeper()
    keeper.keep(random_experiment(1), 1, None, changed=True)
    other.keep(random_experiment(2), 2, None, changed=True)
    assert left_behind() == closed() == ()
    other.close(keep=True)
    assert left_behind() == () and only(closed()).update == 2 and not only(closed()).crashed
    keeper.close(keep=False)
    assert left_behind() == () and only(closed()).update == 2
    keeper.keep(random_experiment(1), 3, None, changed=True)  # too late
    only(closed()).discard()
    assert closed() == () and not list((recovery.data_home() / "work").iterdir())


def test_of_closed_windows_the_ten_newest_are_kept_within_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    for update in range(12):
        keeper = WorkKeeper()
        keeper.keep(replace(random_experiment(1), title=f"work {update}"), update, None, changed=bool(update % 2))
        keeper.close(keep=True)
    assert [work.update for work in closed()] == [*range(11, 1, -1)]
    assert len(list((recovery.data_home() / "work").iterdir())) == 10
    monkeypatch.setattr(recovery, "MAX_CLOSED_BYTES", 4 * recovery._size(closed()[0].place))
    assert 1 < len(closed()) <= 4
    monkeypatch.setattr(recovery, "MAX_CLOSED_BYTES", 0)
    assert [work.update for work in closed()] == [11], "the newest is kept however large"


def test_what_a_dead_process_had_saved_is_not_offered_as_lost(dead: None) -> None:
    WorkKeeper().keep(random_experiment(1), 1, None, changed=False)
    assert left_behind() == () and only(closed()).crashed


def test_lost_work_is_offered_until_it_is_discarded_newest_first(dead: None) -> None:
    for update in range(12):
        WorkKeeper().keep(random_experiment(1), update, None, changed=True)
    assert [work.update for work in left_behind()] == [*range(11, -1, -1)] and closed() == ()
    for work in left_behind():
        work.discard()
        work.discard()
    assert left_behind() == ()


def damage(place: Path, chance: random.Random) -> None:
    file = chance.choice([place / "journal", *place.glob("*.table")])
    content = bytearray(file.read_bytes())
    at = chance.randrange(len(content))
    match chance.randrange(4):
        case 0:
            content[at] ^= 1 << chance.randrange(8)
        case 1:
            del content[at:]
        case 2:
            content[at:at] = bytes(chance.randrange(256) for _ in range(9))
        case _:
            content[at : at + 50] = bytes(50)
    file.write_bytes(content)


@pytest.mark.parametrize("seed", range(60))
def test_damage_is_refused_or_costs_only_the_end(seed: int, dead: None) -> None:
    keeper, session, states = WorkKeeper(), steered(), []
    for _ in range(4):
        session.advance(2)
        session.tweak(session.runs[0].settings.id, "learning_rate", 0.02)
        keeper.keep(session.experiment(), session.update, None, changed=True)
        states.append(session.experiment())
    damage(only(left_behind()).place, random.Random(seed))
    for work in left_behind():
        try:
            again, _ = work.load()
        except FileError as error:
            assert "damaged" in str(error)
        else:
            assert any(same(again, state) for state in states)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"x" * 100, b"[]", b'{"format":1}', b'{"format":2,"beginning":1,"set":{},"tweaks":[]}',
     b"[" * 9000, b"\xff",
     b'{"format":1,"beginning":1,"set":{"experiment":3,"path":3,"when":"x","changed":0,"update":1e999},"tweaks":[]}'],
)  # fmt: skip
def test_folders_that_make_no_sense_are_passed_over_and_swept_when_old(content: bytes) -> None:
    WorkKeeper().keep(random_experiment(1), 7, None, changed=True)  # the home is there
    folder = recovery.data_home() / "work" / "999999999-x"
    folder.mkdir()
    (folder / "journal").write_bytes(journal._checksum(content) + b" " + content + b"\n")
    (folder.parent / "stray").write_text("")
    assert left_behind() == closed() == () and folder.exists()
    old = time.time() - 86_400 * (recovery.DAMAGED_DAYS + 1)
    os.utime(folder, (old, old))
    assert left_behind() == closed() == () and not folder.exists()


def test_a_home_that_is_a_file_or_missing_is_no_error_to_those_who_look(home: Path) -> None:
    assert left_behind() == closed() == ()
    (home / "home").write_text("")
    assert left_behind() == closed() == ()
    keeper = WorkKeeper()
    with pytest.raises(FileError, match=r"cannot keep the work in .*home"):
        keeper.keep(random_experiment(1), 1, None, changed=True)
    keeper.close(keep=True)
    (home / "home").unlink()


def test_a_window_that_could_never_keep_anything_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise FileError("the disk is full")

    monkeypatch.setattr(journal, "write", refuse)
    keeper = WorkKeeper()
    with pytest.raises(FileError, match="the disk is full"):
        keeper.keep(random_experiment(1), 1, None, changed=True)
    keeper.close(keep=True)
    assert not list((recovery.data_home() / "work").iterdir())


def test_a_folder_removed_while_open_is_made_again(dead: None) -> None:
    keeper, experiment = WorkKeeper(), steered().experiment()
    keeper.keep(experiment, 1, None, changed=True)
    only(left_behind()).discard()
    keeper.keep(experiment, 1, None, changed=True)
    assert same(only(left_behind()).load()[0], experiment)
    (only(left_behind()).place / "journal").unlink()
    keeper.keep(experiment, 2, None, changed=True)
    assert only(left_behind()).update == 2
    with open(only(left_behind()).place / "journal", "ab") as file:
        file.write(b"torn by somebody else")
    keeper.keep(experiment, 3, None, changed=True)
    assert only(left_behind()).update == 3


def test_where_there_are_no_locks_the_process_number_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("app.documents.file_lock._take", refuse)
    WorkKeeper().keep(random_experiment(1), 1, None, changed=True)
    assert left_behind() == ()
    (folder,) = (recovery.data_home() / "work").iterdir()
    folder.rename(folder.with_name("999999999-x"))
    assert only(left_behind()).update == 1


def test_the_last_experiment_of_earlier_versions_is_found(home: Path) -> None:
    experiment = replace(random_experiment(1), title='T: "é"\nb', note="x")
    (home / "home").mkdir()
    save(experiment, home / "home" / "last.toml")
    work = only(closed())
    assert (work.title, work.path, work.update, work.crashed) == (experiment.title, None, 0, False)
    assert same(work.load()[0], experiment)
    work.discard()
    assert closed() == ()
    (home / "home" / "last.toml").write_bytes(b"\xff[")
    assert only(closed()).title == "Untitled"
    with pytest.raises(ValueError, match="not UTF-8"):
        only(closed()).load()


@pytest.mark.parametrize("kind", ["first", "append", "append a table", "begin anew"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_at_any_call_leaves_the_former_or_the_new_state(
    kind: str, fault: Fault, dead: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = steered(1)
    former = session.experiment() if kind != "first" else None
    if kind == "begin anew":
        monkeypatch.setattr(recovery, "_GROWTH", -(10**6))
    session.advance(1)
    session.tweak(session.runs[0].settings.id, "learning_rate", 0.5)
    if kind == "append a table":
        session.problem_changed({"data": a_table(70, 2)})
    new, call, ended = session.experiment(), 0, False
    while not ended:
        call += 1
        keeper = WorkKeeper()
        if former:
            keeper.keep(former, 1, None, changed=True)
        told = False
        with fault_at(call, fault) as counted:
            try:
                keeper.keep(new, 2, None, changed=True)
            except (FileError, Killed):
                told = True
        ended = len(counted) < call
        found = left_behind()
        states = [work.load() for work in found]
        assert len(states) == bool(former) or (len(states) == 1 and states[0][1] == 2), (call, counted)
        for experiment, update in states:
            assert (same(experiment, new) and update == 2) or (former and same(experiment, former) and update == 1)
        if not told:
            assert states and states[0][1] == 2, f"call {call} of {counted} was said to be kept"
        if fault.number:
            keeper.keep(new, 3, None, changed=True)  # and work goes on
            assert left_behind()[0].update == 3
            assert same(left_behind()[0].load()[0], new)
        keeper.close(keep=False)
        assert left_behind() == ()
    assert call > 3


SCRIPT = """
import sys
from pathlib import Path
from app.documents.recovery import WorkKeeper
from engine import Session, new_experiment, new_network
from tests.app.documents.test_recovery import a_table
keeper, session = WorkKeeper(), Session(new_network(a_table(3000), ["sgd"], hidden=(2,), scaling="none"))
while True:
    session.advance(1)
    session.tweak(session.runs[0].settings.id, "learning_rate", 1e-3 / session.update)
    if session.update % 10 == 9:
        session.problem_changed({"data": a_table(3000, session.update)})
    keeper.keep(session.experiment(), session.update, Path("/x/y.toml"), True)
    print(session.update, flush=True)
"""


def kill_and_look(delay: float) -> None:
    """Start a process that keeps its work again and again, kill it, and compare what is found with what it said."""
    child = subprocess.Popen([sys.executable, "-c", SCRIPT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = [child.stdout.readline()]
    assert left_behind() == ()
    time.sleep(delay)
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read().split("\n")
    child.wait()
    child.stdout.close()
    last = int([line for line in said if line.strip()][-1])
    work = only(left_behind())
    experiment, update = work.load()
    assert last <= update <= last + 1 and work.changed and work.crashed and work.path == Path("/x/y.toml")
    assert [tweak.update for tweak in experiment.runs[0].tweaks if tweak.setting.part == "learning_rate"] == [
        *range(1, update + 1)
    ]
    work.discard()


@posix
def test_the_work_of_a_killed_process_is_offered() -> None:
    kill_and_look(0.2)


@posix
@pytest.mark.slow
def test_kills_at_random_moments_cost_at_most_the_keeping_under_way() -> None:
    chance = random.Random(1)
    for _ in range(100):
        kill_and_look(chance.uniform(0, 0.3))
    assert not list((recovery.data_home() / "work").iterdir())


def test_looking_for_lost_work_needs_no_engine() -> None:
    """It is done while the engine's kernels are still being looked for, and Numba must not be imported before."""
    code = "import sys; from app.documents.recovery import left_behind; left_behind(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
