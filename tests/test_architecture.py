"""The import rules of the house, read from the sources."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).resolve().parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
APP = sorted((ROOT / "app").rglob("*.py"))

# What the engine is made of besides itself; the rest of the standard library is clocks, files, threads ...
ENGINE_MAY = {
    "__future__", "binascii", "bisect", "collections", "contextlib", "copy", "dataclasses", "difflib", "functools",
    "hashlib", "itertools", "keyword", "llvmlite", "math", "numba", "numpy", "operator", "re", "string", "typing",
    "unicodedata", "weakref",
}  # fmt: skip
ENGINE_MAY_TOO = {
    ("contracts.py", "threading"),  # a lock around Numba's compiler, which is one for the process
    ("expressions.py", "ast"),
    ("bundled.py", "importlib"),  # its own data sets, which are files of the program
}
# Which floor of the engine a module stands on: it imports from lower floors, or from its own package.
FLOORS = (
    ("contracts", "setting", "draws", "stream", "measures"),
    ("expressions", "rng", "decimation", "choices"),
    ("typesetting", "reading", "batches", "optimizers", "schedules", "surfaces", "history", "datasets"),
    ("networks", "surface_task", "insight.sharpness", "insight.parameter_plane", "insight.refining_grid"),
    ("network_task", "lengths", "learner"),
    ("experiment",),
    ("loop",),
    ("problem",),
    ("machine", "portrait"),
    ("run", "diagnosis"),
    ("session", "rows", "explain", "building"),
    ("insight.slice_plan",),
)
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}
# The warm-up compiles every kernel in a child process: it is the one part of the app that knows them.
APP_KNOWS_KERNELS = {"compile_kernels.py"}


def imports(path: Path) -> list[tuple[str, str]]:
    """(module, name) of every import in a file, those inside functions too; "" for `import module`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", ENGINE, ids=name_of)
def test_the_engine_knows_no_window_no_clock_and_no_files(path: Path) -> None:
    for module, _ in imports(path):
        top = module.partition(".")[0]
        allowed = top == "engine" or top in ENGINE_MAY or (path.name, top) in ENGINE_MAY_TOO
        assert allowed, f"{name_of(path)} imports {module}"
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    named = {call.id for call in calls if isinstance(call, ast.Name)}
    assert not named & {"open", "print", "input", "eval", "exec", "compile", "__import__"}


@pytest.mark.parametrize("path", ENGINE, ids=name_of)
def test_the_engine_imports_downwards(path: Path) -> None:
    own = path.relative_to(ROOT / "engine").parts[0].removesuffix(".py")
    if own == "__init__":
        return
    type_checking = {
        module
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in node.body
        if isinstance(inner, ast.ImportFrom) and (module := inner.module)
    }
    for module, name in imports(path):
        if not module.startswith("engine") or module in type_checking:
            continue
        other = module.split(".")[1] if "." in module else name
        assert other == own or FLOOR[other] < FLOOR[own] or {other, own} == {"diagnosis", "run"}, (
            f"{name_of(path)} imports {module}, which stands above it"
        )


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_the_app_uses_only_the_engines_public_names(path: Path) -> None:
    if path.name in APP_KNOWS_KERNELS:
        return
    for module, name in imports(path):
        top = module.partition(".")[0]
        assert top not in ("numba", "llvmlite"), f"{name_of(path)} imports {module}"
        if top == "engine":
            assert module == "engine", f"{name_of(path)} imports {module}"
            assert not name or name in engine.__all__, f"{name_of(path)} imports engine.{name}"


def test_controls_stage_and_curves_do_not_know_each_other() -> None:
    rooms = ("controls", "stage", "curves")
    for path in APP:
        room = path.relative_to(ROOT / "app").parts[0]
        if room not in rooms:
            continue
        for module, _ in imports(path):
            for other in rooms:
                if other != room:
                    assert not module.startswith(f"app.{other}"), f"{name_of(path)} imports {module}"


def test_the_engine_works_without_qt() -> None:
    code = (
        "import sys; from engine import Session, new_experiment; "
        "Session(new_experiment('rosenbrock', ['sgd'])).advance(3); "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'PySide6', 'pyqtgraph', 'app'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_run_without_a_window_needs_no_qt(tmp_path: Path) -> None:
    """Where Qt's libraries are missing, everything that `run` can write is still written."""
    files = [str(tmp_path / f"out.{suffix}") for suffix in ("png", "svg", "pdf", "csv")]
    code = (
        "import sys; from app.commands import cli; "
        f"status = cli.main(['run', 'assets/presets/01_four_optimizers.toml', '--updates', '20', '--quiet', "
        f"*[part for file in {files} for part in ('--export', file)]]); "
        "print(status, sorted({name.partition('.')[0] for name in sys.modules} & {'PySide6', 'pyqtgraph'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
    assert all(Path(file).stat().st_size > 100 for file in files)


def test_every_public_name_exists_and_is_sorted() -> None:
    assert all(hasattr(engine, name) for name in engine.__all__)
    assert len(set(engine.__all__)) == len(engine.__all__)
