"""Who computes comparisons, chosen in the real window: threads, processes, or a Dask cluster by its address."""

from __future__ import annotations

import re
import time

import psutil
import pytest

from app.compare.run_bar import AGAIN, GO_ON, START
from app.workers import dask_cluster
from tests.app.cluster import Cluster, copied
from tests.app.comparing import Button, compute, show
from tests.app.workers.test_executors import is_worker

PATIENCE = 60_000  # milliseconds until processes have begun on a busy machine
LONG = {"updates": 200_000, "seeds": 20}


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if is_worker(each)]


def digests(page) -> dict[str, str]:
    return {key: summary.digest for key, summary in page.outcome.known.items()}


def wait(window, condition) -> None:
    window.qtbot.waitUntil(condition, timeout=PATIENCE)


def test_what_is_typed_wrongly_is_told_and_nothing_is_computed(comparing, monkeypatch) -> None:
    monkeypatch.setattr(dask_cluster, "_ANSWER", 0.3)
    window = comparing()
    space, page = show(window, "seeds")
    said = []
    window.bench.toast.said.connect(lambda tone, sentence, _: said.append(sentence))
    window.type(space.bar.workers.lineEdit(), "three threads")
    assert "2 threads" in said[-1] and "three threads" in said[-1]
    window.type(space.bar.workers.lineEdit(), "tcp://127.0.0.1:1")
    window.qtbot.mouseClick(space.bar.start, Button)
    assert space.bar.line.text() == "asking tcp://127.0.0.1:1 for workers …"
    window.until(lambda: space.bar.start.isVisible())
    assert said[-1].startswith("no Dask scheduler answers at tcp://127.0.0.1:1; ") and page.outcome is None
    assert space.bar.start.text() == START and page.empty.isVisible()
    window.qtbot.mouseClick(space.bar.who, Button)
    table = space.workers_table
    assert table.isVisible() and table.words.text() == "Asking tcp://127.0.0.1:1 …"
    window.until(lambda: table.words.text().startswith("No Dask scheduler answers"))
    monkeypatch.setattr(dask_cluster, "_ANSWER", 60.0)
    window.qtbot.mouseClick(space.bar.start, Button)  # and the window is closed within a second


@pytest.mark.slow
def test_processes_compute_a_killed_one_costs_its_own_trials_and_cancel_and_close_end_all(comparing) -> None:
    window = comparing()
    space, page = show(window, "seeds")
    page.set_values({"updates": 2000, "seeds": 10})
    compute(window, space)
    expected = digests(page)
    bar = space.bar
    bar.workers.setCurrentIndex(1)
    bar.workers.activated.emit(1)
    window.qtbot.mouseClick(bar.who, Button)
    table = space.workers_table
    wait(window, lambda: table.members.isVisible())
    assert table.members.model().index(0, 0).data() == "this machine"
    assert table.results.model().index(0, 1).data() == "20", "the results on screen come from this processor"
    table.hide()
    window.qtbot.mouseClick(bar.start, Button)
    assert bar.line.text() == "starting 2 processes …"
    wait(window, lambda: bar.start.isVisible())
    assert bar.start.text() == AGAIN and "the same to the bit" in bar.line.text() and digests(page) == expected

    page.set_values(LONG)
    window.qtbot.mouseClick(bar.start, Button)
    wait(window, lambda: page.outcome.request.values["updates"] == LONG["updates"] and page.outcome.result.done > 1)
    assert re.fullmatch(r"\d+ of 40 trials, \d+ s left", bar.line.text())
    done = page.outcome.result.done
    children()[0].kill()
    wait(window, lambda: page.outcome.result.done > done)
    window.qtbot.mouseClick(bar.cancel, Button)
    began = time.monotonic()
    window.until(lambda: bar.start.isVisible())
    assert time.monotonic() < began + 2 and not children()
    assert bar.start.text() == GO_ON and not page.outcome.failed[0]
    window.qtbot.mouseClick(bar.start, Button)
    wait(window, lambda: bool(children()))  # and the window is closed within a second, while they begin


@pytest.mark.slow
def test_a_cluster_computes_and_tells_whom_it_has_refused(comparing, cluster: Cluster) -> None:
    window = comparing()
    space, page = show(window, "seeds")
    bar, table = space.bar, space.workers_table
    cluster.worker()
    doomed = cluster.worker()
    cluster.worker(copied(cluster.tmp / "other", "9.8.7"))
    window.type(bar.workers.lineEdit(), cluster.address)

    def answered(count: int) -> bool:
        if table.members.isVisible() and table.members.model().rowCount() == count:
            return True
        if not table.words.text().startswith("Asking"):
            window.qtbot.mouseClick(bar.who, Button)
        return False

    wait(window, lambda: answered(3))
    assert "has Fall Line 9.8.7, while this is Fall Line" in table.words.text()
    computing = [table.members.model().index(row, 4).data() for row in range(3)]
    assert sorted(computing) == ["no", "yes", "yes"]
    table.hide()
    page.set_values(LONG)
    window.qtbot.mouseClick(bar.start, Button)
    wait(window, lambda: page.outcome is not None and page.outcome.result.done > 1)
    doomed.kill()
    wait(window, lambda: bar.start.isVisible())
    assert page.outcome.finished and page.outcome.result.done == 40 and not page.outcome.failed[0]
    by_cluster = digests(page)
    window.type(bar.workers.lineEdit(), "2 threads")
    window.qtbot.mouseClick(bar.start, Button)
    wait(window, lambda: bar.start.isVisible())
    assert "the same to the bit" in bar.line.text() and digests(page) == by_cluster
