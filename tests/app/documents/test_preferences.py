from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from app.documents import user_folders as places
from app.documents.file_lock import FileLock
from app.documents.preferences import MAX_FILES, Preferences, change_preferences, load_preferences, preferences_file
from app.documents.presets import presets
from app.documents.settings import Settings


def at_once() -> Settings:
    """Settings whose changes are written at once, not beside the window."""
    settings = Settings()
    settings.finish()
    return settings


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
    assert change_preferences(lambda _: preferences) == preferences
    again = load_preferences()
    assert again == preferences
    assert [path.name for path in again.files[:2]] == ["é 5.toml", "é 12.toml"] and len(again.files) == MAX_FILES
    assert home / "é 5.toml" not in again.without(home / "é 5.toml").files


@pytest.mark.parametrize(
    ("content", "damaged"),
    [(b"", False), (b"\x00" * 100, True), (b"files = 3", False), (b"files = [1, 2]\nchoices = []", False),
     (b"\xff\xfe", True), (b"[" * 9000, True), (b"a." * 100_000 + b"a=1", True), (b"x" * 300_000, True),
     (b'files = ["relative.toml", "\\u0000"]', False)],
)  # fmt: skip
def test_damaged_preferences_are_empty_and_set_aside(content: bytes, damaged: bool) -> None:
    preferences_file().parent.mkdir(parents=True)
    preferences_file().write_bytes(content)
    assert load_preferences() == Preferences()
    assert preferences_file().read_bytes() == content, "nothing is lost by looking"
    settings = at_once()
    settings.set("theme", "dark")
    assert load_preferences().choices == {"theme": "dark"}
    aside = list(preferences_file().parent.glob("memory.damaged-*.toml"))
    assert [file.read_bytes() for file in aside] == ([content] if damaged else [])


def test_two_windows_do_not_undo_each_others_changes(home: Path) -> None:
    one, other = at_once(), at_once()
    one.set("theme", "light")
    other.set("size", [1.0, 2.0])
    one.opened(home / "a.toml")
    other.opened(home / "b.toml")
    one.opened(home / "c.toml")
    assert [file.name for file in one.recent()] == ["c.toml", "b.toml", "a.toml"]
    other.forget(home / "b.toml")
    found = load_preferences()
    assert [file.name for file in found.files] == ["c.toml", "a.toml"]
    assert found.choices == {"theme": "light", "size": [1.0, 2.0]}
    assert other.get("theme", "") == "light"


def test_windows_that_write_at_once_lose_nothing(home: Path) -> None:
    def write(window: int) -> None:
        settings = at_once()
        for number in range(15):
            settings.set(f"{window}.{number}", number)

    windows = [threading.Thread(target=write, args=(window,)) for window in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert len(load_preferences().choices) == 4 * 15


def test_a_lock_that_is_never_given_back_holds_nobody_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.documents.preferences._LOCK_WAIT", 0.05)
    settings = at_once()
    settings.set("theme", "dark")
    lock = FileLock(preferences_file().with_suffix(".lock"))
    lock.take()
    begun = time.monotonic()
    settings.set("theme", "light")
    assert time.monotonic() - begun < 1.0 and load_preferences().choices == {"theme": "light"}
    lock.release()


def test_what_could_not_be_written_holds_here_and_is_written_later(home: Path) -> None:
    (home / "config").write_text("a file where the folder should be")
    settings = at_once()
    settings.set("theme", "light")
    settings.opened(home / "a.toml")
    assert settings.get("theme", "") == "light" and settings.recent() == (home / "a.toml",)
    (home / "config").unlink()
    at_once().set("size", 3)
    settings.set("grid", True)
    assert load_preferences() == Preferences((home / "a.toml",), {"size": 3, "theme": "light", "grid": True})


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
    assert change_preferences(lambda former: former) is None


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


def test_changes_are_written_beside_the_window_and_before_it_ends(home: Path) -> None:
    settings = Settings()
    for size in range(50):
        settings.set("size", size)
        assert settings.get("size", -1) == size
    settings.finish()
    assert load_preferences().choices == {"size": 49}


def test_the_end_waits_no_longer_than_a_second_for_a_disk_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr("app.documents.settings.change_preferences", lambda change: answers.wait() and None)
    settings = Settings()
    settings.set("theme", "light")
    begun = time.monotonic()
    settings.finish()
    assert time.monotonic() - begun < 2.0 and settings.get("theme", "") == "light"
    answers.set()
    for thread in threading.enumerate():
        if thread.name.startswith("settings"):
            thread.join()
