"""Collections in the GUI thread: short ones while people work, and a thorough one while nobody does."""

from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtCore import QObject, Qt

from app.window import gui_thread_gc
from app.window.gui_thread_gc import MIDDLE_EVERY, OLD_EVERY, GuiThreadGC


class Cycle:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def garbage(qapp):
    """Its own timer never comes: a test collects by hand."""
    owner = QObject()
    made = GuiThreadGC(owner)
    made._timer.stop()
    yield made
    made.stop()
    gc.unfreeze()
    owner.deleteLater()


def test_what_has_outlived_collections_is_frozen_and_looked_through_again_while_nobody_works(
    garbage, qtbot, monkeypatch
):
    assert not gc.isenabled()
    garbage.freeze()
    begun = gc.get_freeze_count()
    young, old = weakref.ref(Cycle()), Cycle()
    garbage.collect()
    assert young() is None, "what is new and without an owner goes at once"
    for _ in range(OLD_EVERY - 2):
        garbage.collect()
        assert gc.get_freeze_count() <= begun
    garbage.collect()
    assert gc.get_freeze_count() > begun
    old, known = weakref.ref(old), gc.get_freeze_count()
    for _ in range(2 * OLD_EVERY):
        garbage.collect()
    assert old() is not None, "no short collection looks at what is frozen"
    garbage.collect_everything()
    assert old() is not None, "few objects are not worth a long one"
    monkeypatch.setattr(gui_thread_gc, "FEWEST_FROZEN", -known)
    monkeypatch.setattr(gui_thread_gc, "AWAY", 0)
    garbage._away.setInterval(0)
    garbage._watch(Qt.ApplicationState.ApplicationInactive)
    garbage._watch(Qt.ApplicationState.ApplicationActive)  # a person is back in time
    qtbot.wait(20)
    assert old() is not None
    garbage._watch(Qt.ApplicationState.ApplicationInactive)
    qtbot.waitUntil(lambda: old() is None)
    assert gc.get_freeze_count() > 0, "and what is left is frozen again"


def test_most_collections_are_of_what_is_new_alone(garbage, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: asked.append(generation) or 0)
    monkeypatch.setattr(gc, "freeze", lambda: asked.append(-1))
    for _ in range(2 * OLD_EVERY):
        garbage.collect()
    assert asked.count(2) == asked.count(-1) == 2 and asked.count(1) == 2 * OLD_EVERY // MIDDLE_EVERY - 2
    assert asked.count(0) > 0.6 * len(asked)
