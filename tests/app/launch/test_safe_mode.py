"""Safe mode: nothing that was kept between starts is used or changed, and the title says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.commands import cli
from app.documents.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import os, sys
from pathlib import Path
from app.launch import start

def begin(self):
    self._settings.set("theme", "light")
    self._settings.finish()
    print("title", self._shell.windowTitle(), flush=True)
    print("recent", len(self._settings.recent()), self._settings.get("answer", "none"), flush=True)
    print("file", self._file, self._cache.complete, flush=True)
    print("folders", os.environ["FALL_LINE_CONFIG"], os.environ["NUMBA_CACHE_DIR"], flush=True)
    self._shell.close()

start.Starter.begin = begin
from app.commands import cli
sys.exit(cli.main(sys.argv[1:]))
"""


def started(tmp_path: Path, *arguments: str) -> dict[str, str]:
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "FALL_LINE_CONFIG": str(tmp_path / "config"),
        "FALL_LINE_CACHE": str(tmp_path / "cache"),
    }  # fmt: skip
    child = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return dict(line.split(maxsplit=1) for line in child.stdout.splitlines())


def test_it_starts_as_if_for_the_first_time_and_leaves_everything_as_it_was(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    preset = ROOT / "assets" / "presets" / "01_four_optimizers.toml"
    settings = Settings()
    settings.opened(preset)
    settings.set("answer", "kept")
    settings.finish()
    before = (tmp_path / "config" / "memory.toml").read_bytes()
    said = started(tmp_path, "--safe-mode", str(preset))
    assert said["title"] == "Fall Line (safe mode)"
    assert said["recent"] == "0 none" and said["file"] == f"{preset} False"
    folders = [Path(folder) for folder in said["folders"].split()]
    assert not [folder for folder in folders if folder.is_relative_to(tmp_path) or folder.exists()]
    assert (tmp_path / "config" / "memory.toml").read_bytes() == before and not (tmp_path / "cache").exists()


def test_without_it_what_was_kept_is_used(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    settings = Settings()
    settings.set("answer", "kept")
    settings.finish()
    said = started(tmp_path)
    assert said["title"] == "Fall Line" and said["recent"] == "0 kept"


def test_other_options_are_refused_and_help_names_this_one(capsys) -> None:
    assert cli.main(["--save-mode"]) == 2 and "unknown option --save-mode" in capsys.readouterr().err
    assert cli.main(["--safe-mode", "one", "two"]) == 2 and "at most one file" in capsys.readouterr().err
    cli.main(["--help"])
    assert "--safe-mode" in capsys.readouterr().out
