from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.documents import user_folders as places
from app.documents.preferences import MAX_FILES, Preferences, load_preferences, preferences_file, save_preferences
from app.documents.presets import presets


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    return tmp_path


def test_nothing_is_remembered_at_first() -> None:
    assert load_preferences() == Preferences()


def test_files_and_choices_come_back(home: Path) -> None:
    preferences = Preferences().choosing(theme="light", size=[89.0, 62.0], **{"figure.dpi": 300})
    for number in range(MAX_FILES + 3):
        preferences = preferences.opened(home / f"é {number}.toml")
    preferences = preferences.opened(home / "é 5.toml")
    assert save_preferences(preferences)
    again = load_preferences()
    assert again == preferences
    assert [path.name for path in again.files[:2]] == ["é 5.toml", "é 12.toml"] and len(again.files) == MAX_FILES
    assert home / "é 5.toml" not in again.without(home / "é 5.toml").files


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 100, b"files = 3", b"files = [1, 2]\nchoices = []", b"\xff\xfe", b"[" * 9000,
     b"a." * 100_000 + b"a=1", b"x" * 300_000, b'files = ["relative.toml", "\\u0000"]'],
)  # fmt: skip
def test_damaged_preferences_are_empty(content: bytes) -> None:
    preferences_file().parent.mkdir(parents=True)
    preferences_file().write_bytes(content)
    assert load_preferences() == Preferences()
    assert save_preferences(Preferences().choosing(theme="dark"))
    assert load_preferences().choices == {"theme": "dark"}


def test_what_is_good_in_it_is_kept(home: Path) -> None:
    preferences_file().parent.mkdir(parents=True)
    good = (home / "a.toml").as_posix()
    preferences_file().write_text(
        f"files = [3, '{good}', '{good}']\n[choices]\nfine = 1\nbad = nan\nworse = {{ a = 1 }}\n"
    )
    assert load_preferences() == Preferences((home / "a.toml",), {"fine": 1})


def test_a_place_that_cannot_be_written_is_no_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("FALL_LINE_CONFIG", str(home / "file" / "inside"))
    assert load_preferences() == Preferences()
    assert not save_preferences(Preferences())


@pytest.mark.skipif(os.name == "nt", reason="where POSIX has its configuration")
def test_the_place_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FALL_LINE_CONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(places.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert places.config_home() == tmp_path / "xdg" / "fall-line"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert places.config_home() == tmp_path / ".config" / "fall-line"
    monkeypatch.setattr(places.sys, "platform", "darwin")
    assert places.config_home() == tmp_path / "Library" / "Application Support" / "fall-line"
    monkeypatch.setattr(places.sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    assert places.config_home() == tmp_path / "roaming" / "fall-line"
    monkeypatch.delenv("FALL_LINE_CACHE", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert places.cache_home() == tmp_path / "local" / "fall-line"


def test_a_damaged_preset_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('title = "B"\nnote = "first\\nsecond"')
    (tmp_path / "a.toml").write_text("[problem]")
    (tmp_path / "c.toml").write_text("=")
    (tmp_path / "d.toml").write_text("title = 3")
    (tmp_path / "b.png").write_bytes(b"")
    found = presets(tmp_path)
    assert [(one.key, one.title, one.line) for one in found] == [("a", "a", ""), ("b", "B", "first")]
    assert [one.thumbnail for one in found] == [None, tmp_path / "b.png"]
