"""The gallery of presets, operated by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.documents.presets import presets
from app.look.theme import DARK, LIGHT
from app.window.presets_gallery import PresetGallery
from engine import kind_of_entries


@pytest.fixture
def gallery(qtbot, themed):
    owner = QWidget()
    owner.resize(1280, 800)
    qtbot.addWidget(owner)
    made = PresetGallery(DARK, owner)
    made.picked = []
    made.chosen.connect(made.picked.append)
    with qtbot.waitExposed(owner):
        owner.show()
    owner.activateWindow()
    made.popup()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is made.cards)
    yield made


def shown(gallery: PresetGallery) -> list[str]:
    model = gallery.cards.model()
    return [model.index(row, 0).data() for row in range(model.rowCount()) if not gallery.cards.isRowHidden(row)]


def current(gallery: PresetGallery) -> str:
    return gallery.cards.currentIndex().data()


def press(qtbot, gallery: PresetGallery, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget(), key)


def test_every_preset_has_a_card(gallery) -> None:
    assert shown(gallery) == [preset.title for preset in presets()]
    assert current(gallery) == presets()[0].title
    model = gallery.cards.model()
    for row, preset in enumerate(presets()):
        index = model.index(row, 0)
        assert preset.thumbnail is not None and not QPixmap(str(preset.thumbnail)).isNull()
        assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"{preset.title}. {preset.line}"


def test_the_arrows_move_over_the_grid_and_return_opens(qtbot, gallery) -> None:
    titles = shown(gallery)
    press(qtbot, gallery, Qt.Key.Key_Right, Qt.Key.Key_Down)
    columns = gallery.cards.viewport().width() // gallery.cards.gridSize().width()
    assert columns > 1
    assert current(gallery) == titles[1 + columns]
    press(qtbot, gallery, Qt.Key.Key_Return)
    assert gallery.picked == [presets()[1 + columns].path]
    assert not gallery.isVisible()


def test_a_click_opens_once(qtbot, gallery) -> None:
    place = gallery.cards.visualRect(gallery.cards.model().index(2, 0)).center()
    qtbot.mouseClick(gallery.cards.viewport(), Qt.MouseButton.LeftButton, pos=place)
    gallery.cards.activated.emit(gallery.cards.model().index(2, 0))
    assert gallery.picked == [presets()[2].path]
    assert not gallery.isVisible()


def test_typing_among_the_cards_searches(qtbot, gallery) -> None:
    qtbot.keyClicks(gallery.cards, "S")
    assert QApplication.focusWidget() is gallery.search
    qtbot.keyClicks(gallery.search, "addle")
    assert shown(gallery) == ["Escaping a saddle"]
    press(qtbot, gallery, Qt.Key.Key_Return)
    assert [path.stem for path in gallery.picked] == ["06_saddle"]


def test_words_are_found_in_titles_and_lines_in_any_order(qtbot, gallery) -> None:
    gallery.search.setText("cloud NOISE")
    assert shown(gallery) == ["Batch size and noise"]
    gallery.search.setText("deeper noise ")
    assert shown(gallery) == ["Noise helps"]


def test_every_kind_can_be_read(gallery) -> None:
    assert all(button.width() >= button.sizeHint().width() for button in gallery.kind.findChildren(QPushButton))


def test_surfaces_and_networks_are_told_apart(qtbot, gallery) -> None:
    all_titles = shown(gallery)
    surfaces, networks = (
        [preset.title for preset in presets() if kind_of_entries(preset.problem).key == kind]
        for kind in ("surface", "network")
    )
    buttons = {button.text(): button for button in gallery.kind.findChildren(QPushButton)}
    for title, expected in (("Networks", networks), ("Surfaces", surfaces), ("All", all_titles)):
        qtbot.mouseClick(buttons[title], Qt.MouseButton.LeftButton)
        assert shown(gallery) == expected and current(gallery) == expected[0]
    assert len(surfaces) >= 22 and len(networks) >= 14
    qtbot.mouseClick(buttons["Networks"], Qt.MouseButton.LeftButton)
    gallery.search.setText("edge of stability")
    assert shown(gallery) == ["The edge of stability, in a network"]


def test_nothing_found_is_said_and_return_opens_nothing(qtbot, gallery) -> None:
    gallery.search.setFocus()
    qtbot.keyClicks(gallery.search, "xyzzy")
    assert shown(gallery) == []
    assert "“xyzzy”" in gallery.nothing.text() and gallery.nothing.isVisible()
    press(qtbot, gallery, Qt.Key.Key_Return)
    assert gallery.picked == [] and gallery.isVisible()
    press(qtbot, gallery, Qt.Key.Key_Escape)
    assert gallery.search.text() == "" and len(shown(gallery)) == len(presets())
    assert not gallery.nothing.isVisible()


def test_up_from_the_first_row_goes_to_the_search_and_down_comes_back(qtbot, gallery) -> None:
    press(qtbot, gallery, Qt.Key.Key_Up)
    assert QApplication.focusWidget() is gallery.search
    press(qtbot, gallery, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is gallery.cards


def test_escape_closes_it_from_anywhere(qtbot, gallery) -> None:
    for place in (gallery.cards, gallery.search):
        gallery.popup()
        place.setFocus()
        qtbot.keyClick(place, Qt.Key.Key_Escape)
        assert not gallery.isVisible()
    assert gallery.picked == []


def test_keys_among_the_cards_are_no_shortcuts_of_the_window(qtbot, gallery) -> None:
    """Space, R and the arrows would play, reset and step."""
    fired = []
    for keys in ("Space", "R", "Right"):
        action = QAction(gallery.parentWidget())
        action.setShortcut(keys)
        action.triggered.connect(lambda _=False, keys=keys: fired.append(keys))
        gallery.parentWidget().addAction(action)
    for key, text in ((Qt.Key.Key_Space, " "), (Qt.Key.Key_R, "r"), (Qt.Key.Key_Right, "")):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier, text)
        QApplication.sendEvent(gallery.cards, event)
        assert event.isAccepted()
    press(qtbot, gallery, Qt.Key.Key_Right)
    assert fired == []


def test_a_search_is_forgotten_when_it_opens_again(qtbot, gallery) -> None:
    gallery.search.setText("noise")
    gallery.hide()
    gallery.popup()
    assert gallery.search.text() == "" and len(shown(gallery)) == len(presets())


def test_columns_follow_the_width(qtbot, gallery) -> None:
    seen = []
    for width in (1280, 960, 640):
        gallery.parentWidget().resize(width, 700)
        qtbot.waitUntil(lambda width=width: gallery.width() <= width)
        QApplication.processEvents()
        grid, room = gallery.cards.gridSize().width(), gallery.cards.viewport().width()
        seen.append(room // grid)
        assert 0 <= room - seen[-1] * grid <= seen[-1]
        rows = {gallery.cards.visualRect(gallery.cards.model().index(row, 0)).top() for row in range(seen[-1])}
        assert len(rows) == 1, "the first row is full"
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == 3


def test_a_theme_repaints_the_cards(qtbot, gallery) -> None:
    corner = QPoint(gallery.cards.gridSize().width() // 2, gallery.cards.gridSize().height() - 12)
    before = gallery.cards.viewport().grab().toImage().pixelColor(corner)
    gallery.set_theme(LIGHT)
    after = gallery.cards.viewport().grab().toImage().pixelColor(corner)
    assert before == DARK.hover and after == LIGHT.hover


def test_titles_come_before_what_is_only_told(gallery) -> None:
    gallery.search.setText("momentum")
    titled = ["momentum" in title.casefold() for title in shown(gallery)]
    assert any(titled) and not all(titled) and titled == sorted(titled, reverse=True)
    assert current(gallery) == shown(gallery)[0]
    gallery.search.setText("")
    assert shown(gallery) == [preset.title for preset in presets()]
