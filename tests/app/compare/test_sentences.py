"""The sentences of a comparison: the first above its picture, the others behind a button."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.compare.sentences import Sentences

LONG = [f"Sentence {place} goes on for so long that it takes two lines in a small window." for place in range(9)]


def test_what_matters_first_is_shown_and_a_click_unfolds_the_rest(qtbot, themed) -> None:
    told = Sentences()
    qtbot.addWidget(told)
    told.resize(420, 200)
    told.show()
    told.show_sentences(LONG[:1])
    low = told._scroll.height()
    assert told.label.text() == LONG[0] and not told.more.isVisible()
    told.show_sentences(LONG)
    shown = told.label.text().splitlines()
    assert 0 < len(shown) < len(LONG) and shown == LONG[: len(shown)] and told.more.isVisible()
    assert told.more.text() == f"{len(LONG) - len(shown)} more sentences" and low < told._scroll.height()
    assert told.label.heightForWidth(told._scroll.viewport().width()) <= told._scroll.height(), "nothing is cut off"
    folded = told._scroll.height()
    qtbot.mouseClick(told.more, Qt.MouseButton.LeftButton)
    assert told.label.text().splitlines() == LONG and told._scroll.height() > folded
    qtbot.mouseClick(told.more, Qt.MouseButton.LeftButton)
    assert told.label.text().splitlines() == shown
    told.resize(3000, 200)
    qtbot.waitUntil(lambda: len(told.label.text().splitlines()) > len(shown))
