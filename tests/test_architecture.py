"""The import rules of the house, read from the sources: every import, those inside functions and for types too."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Set
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import engine
from tests.each import each

ROOT = Path(__file__).resolve().parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
APP = sorted((ROOT / "app").rglob("*.py"))

# What the engine is made of besides itself; the rest of the standard library is clocks, files, threads ...
ENGINE_MAY = {
    "__future__", "abc", "binascii", "bisect", "collections", "contextlib", "copy", "dataclasses", "difflib",
    "fractions", "functools", "hashlib", "itertools", "keyword", "llvmlite", "math", "numba", "numpy", "operator", "re",
    "string", "typing", "unicodedata", "weakref",
}  # fmt: skip
ENGINE_MAY_TOO = {
    ("contracts.py", "threading"),  # a lock around Numba's compiler, which is one for the process
    ("expression.py", "ast"),
    ("spread.py", "concurrent"),  # the face of executors, which are handed in
    ("spread.py", "queue"),  # in which their threads say what has ended
    ("summary.py", "json"),  # a line that holds a summary, in a file or on its way
    ("bundled.py", "importlib"),  # its own data sets, which are files of the program
    ("bundled.py", "zipfile"),  # the error that reading a broken one raises
}
# Which floor of the engine a file or a package stands on: it imports from lower floors, or from its own package.
FLOORS = (
    ("contracts", "blocks", "training.stream", "expressions.notation_hints"),
    ("interruption",),
    ("random_generator",),
    ("expressions.notation", "training.measures", "training.layer_rate", "queries"),
    ("expressions.expression", "rng", "decimation", "choices", "setting", "simd"),
    (
        "expressions.typesetting",
        "expressions.typed_number",
        "validation",
        "batches",
        "optimizers",
        "schedules",
        "data",
        "problems.surface",
        "training.history",
        "training.looks",
    ),
    (
        "architectures",
        "training.drive",
        "problems.surface.task",
        "problems.subject",
        "problems.task",
        "insight.sharpness",
        "insight.parameter_plane",
        "insight.refining_grid",
        "trials.axes",
        "trials.declaration",
        "trials.summary",
    ),
    ("memory", "training.loop", "training.whole_step", "problems.surface.printed", "trials.comparison_record"),
    ("problems.supervised", "problems.policy", "problems.clustering", "problems.association", "problems.problem"),
    ("problems.kind",),
    (
        "problems.surface.kind",
        "problems.supervised.kind",
        "problems.policy.kind",
        "problems.clustering.kind",
        "problems.association.kind",
        "training.block_rates",
        "training.own_problem",
        "training.origin",
    ),
    ("training.experiment",),
    ("training.naming",),
    ("problems.kinds", "training.branches", "training.from_start", "training.machine", "training.stop_rules"),
    ("training.diagnosis", "training.checkpoints", "training.endings", "training.peek", "training.trail"),
    ("training.run",),
    ("training.standing",),
    ("training.session", "training.rows", "insight.explain", "building", "trials"),
    (
        "insight.slice_plan",
        "problems.surface.building",
        "problems.supervised.building",
        "problems.policy.building",
        "problems.clustering.building",
        "problems.association.building",
    ),
)
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}
# Rooms of the engine that only say what they are for.
ROOMS = {
    f"engine{room}"
    for room in (
        "",
        ".expressions",
        ".insight",
        ".problems",
        ".problems.supervised",
        ".problems.policy",
        ".problems.clustering",
        ".problems.association",
        ".training",
        ".trials",
    )
}
# Which rooms of the app a room may know besides itself.
VIEWS = {"look", "widgets", "plots", "documents"}
MAY_KNOW = {
    "look": set(),
    "widgets": {"look"},
    "plots": {"look", "widgets"},
    "documents": {"look"},
    "export": {"look", "documents", "plots", "curves"},  # of plots and curves what knows no Qt
    "workers": {"look", "documents", "export", "plots", "curves"},  # the same
    "curves": VIEWS,
    "stage": {*VIEWS, "workers"},
    "controls": {*VIEWS, "workers"},
    "compare": {*VIEWS, "workers"},
    "window": {*VIEWS, "workers", "export", "curves", "stage", "controls", "compare"},
    "launch": {*VIEWS, "workers", "export", "window"},
    "commands": {"look", "documents", "export", "plots", "curves", "workers", "launch"},
}
# The folders of each kind of problem: what is in them may know that kind.
OWN_FOLDERS = (
    "engine/problems/surface/", "engine/problems/supervised/", "engine/problems/policy/", "engine/architectures/",
    "app/controls/surface/",
    "app/controls/networks/", "app/stage/surface/", "app/stage/networks/", "app/stage/diagram/", "app/stage/planes/",
    "app/stage/charts/", "app/stage/examples/", "app/export/surface/", "app/export/networks/", "app/look/networks/",
    "app/controls/policy/", "app/stage/policy/", "app/export/policy/", "app/look/policy/",
    "engine/problems/clustering/", "app/controls/clustering/", "app/stage/clustering/", "app/export/clustering/",
    "app/look/clustering/", "engine/problems/association/", "app/stage/association/", "app/export/association/",
)  # fmt: skip
# Lists of what the kinds bring, each of which names them once; and the public names.
LISTS = {
    "engine/__init__.py", "engine/problems/kinds.py", "app/controls/panels.py", "app/stage/stages.py",
    "app/stage/views.py", "app/export/figures.py",
    "engine/trials/workloads.py",  # problems, as files describe them
}  # fmt: skip
# What works without Qt, and what uses of it only what is no widget; with all that they import.
WITHOUT_QT = (
    "app.export",
    "app.documents.library",
    "app.commands.library",
    "app.commands.run",
    "app.commands.table",
    "app.commands.presets",
    "app.commands.cli",
)
WITHOUT_WIDGETS = ("app.documents", "app.workers")
# The child process that compiles every kernel is the one part of the app that knows them.
APP_KNOWS_KERNELS = {"app/launch/compile_kernels.py"}


def imports_of(text: str) -> list[tuple[str, str]]:
    """(module, name) of every import in a source, those inside functions too; "" for `import module`."""
    return imports_in(ast.parse(text))


def imports_in(tree: ast.Module) -> list[tuple[str, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"imports are absolute, line {node.lineno}"
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


@cache
def imports(path: Path) -> list[tuple[str, str]]:
    return imports_of(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {
    module_of(path): path
    for folder in ("engine", "app", "assets", "benchmarks", "docs", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
FILES["main"] = ROOT / "main.py"


def known(module: str, name: str) -> str:
    """The file of the project that an import leads to; empty if it leads out of it."""
    return next((file for file in (f"{module}.{name}", module) if file in FILES), "")


# That Python runs the `__init__` of every package above a module is left out: it would make circles of every package
# that gathers its own modules.
@cache
def imported(file: str) -> set[str]:
    """The files of the project that a file imports itself."""
    found = {known(module, name) for module, name in imports(FILES[file])}
    return found - {"", file}


def graph() -> dict[str, set[str]]:
    return {file: imported(file) for file in FILES}


@cache
def reached(file: str) -> set[str]:
    """Every file that this one imports, and that those import, and so on; itself among them."""
    found, waiting = set(), [file]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += imported(file)
    return found


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_imports_are_found_wherever_they_stand() -> None:
    text = """
import one
from two import three
if TYPE_CHECKING:
    from four import five
def function():
    try:
        import six.seven as eight
    except ImportError:
        from nine import (ten, eleven)
"""
    found = [("one", ""), ("two", "three"), ("four", "five"), ("six.seven", ""), ("nine", "ten"), ("nine", "eleven")]
    assert sorted(imports_of(text)) == sorted(found)
    assert "app.window.workbench" in imported("app.launch.start"), "imported late"
    assert "app.window.workbench" in reached("app.commands.window")
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


def test_no_circle_between_files() -> None:
    assert not circle_in(graph())


@each("path", ENGINE)
def test_the_engine_knows_no_window_no_clock_and_no_files(path: Path) -> None:
    for module, _ in imports(path):
        top = module.partition(".")[0]
        allowed = top == "engine" or top in ENGINE_MAY or (path.name, top) in ENGINE_MAY_TOO
        assert allowed, f"{name_of(path)} imports {module}"
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    named = {call.id for call in calls if isinstance(call, ast.Name)}
    assert not named & {"open", "print", "input", "eval", "exec", "compile", "__import__"}


def floor_of(module: str) -> str:
    """The name in FLOORS of a file of the engine: its own, or that of the package it lies in."""
    name = module.removeprefix("engine.")
    while name not in FLOOR:
        assert "." in name, f"{module} stands on no floor"
        name = name.rpartition(".")[0]
    return name


@each("path", [path for path in ENGINE if module_of(path) not in ROOMS])
def test_the_engine_imports_downwards(path: Path) -> None:
    own = floor_of(module_of(path))
    for module in imported(module_of(path)):
        other = floor_of(module)
        assert other == own or FLOOR[other] < FLOOR[own], f"{name_of(path)} imports {module}, which stands above it"


def test_every_floor_of_the_engine_is_a_file_or_a_package() -> None:
    assert not [name for name in FLOOR if f"engine.{name}" not in FILES]


@each("path", APP)
def test_the_app_uses_only_the_engines_public_names(path: Path) -> None:
    if name_of(path) in APP_KNOWS_KERNELS:
        return
    for module, name in imports(path):
        top = module.partition(".")[0]
        assert top not in ("numba", "llvmlite"), f"{name_of(path)} imports {module}"
        if top == "engine":
            assert module == "engine", f"{name_of(path)} imports {module}"
            assert name in engine.__all__, f"{name_of(path)} imports engine.{name}"


def test_every_file_of_the_app_is_in_a_room() -> None:
    assert [path.name for path in (ROOT / "app").glob("*.py")] == ["__init__.py"]
    assert {path.relative_to(ROOT / "app").parts[0] for path in APP} - {"__init__.py"} <= set(MAY_KNOW)


def room_of(module: str) -> str:
    return module.split(".")[1]


@each("path", [path for path in APP if module_of(path) != "app"])
def test_a_room_of_the_app_knows_only_those_below_it(path: Path) -> None:
    room = room_of(module_of(path))
    for module in imported(module_of(path)):
        if module.startswith("app."):
            other = room_of(module)
            assert other == room or other in MAY_KNOW[room], f"{name_of(path)} imports {module}"


def test_no_two_rooms_of_the_app_may_know_each_other() -> None:
    assert not circle_in(MAY_KNOW)
    for room in ("documents", "export", "workers", "look", "widgets", "plots"):
        assert not MAY_KNOW[room] & {"stage", "controls", "compare", "window", "launch", "commands"}
    side_by_side = {"curves", "stage", "controls", "compare"}
    assert not [room for room in side_by_side if MAY_KNOW[room] & side_by_side]


@each("path", [path for path in APP if module_of(path).startswith((*WITHOUT_QT, *WITHOUT_WIDGETS))])
def test_what_knows_no_qt_or_no_widget_imports_nothing_that_does(path: Path) -> None:
    strictly = module_of(path).startswith(WITHOUT_QT)
    without = ("PySide6", "pyqtgraph") if strictly else ("PySide6.QtWidgets", "pyqtgraph")
    # The command line opens the window too, but from a file of its own.
    for file in reached(module_of(path)) if module_of(path) != "app.commands.cli" else [module_of(path)]:
        for module, _ in imports(FILES[file]):
            assert not module.startswith(without), f"{name_of(path)} leads to {file}, which imports {module}"


@each(
    "path",
    [path for path in APP if module_of(path).startswith(("app.controls", "app.stage", "app.curves"))],
)
def test_of_the_workers_the_views_know_only_what_is_published(path: Path) -> None:
    """Numbers and frozen dataclasses: nothing of which a view could ask a worker for more."""
    for module, name in imports(path):
        if module.startswith("app.workers"):
            value = getattr(importlib.import_module(module), name)
            frozen = dataclasses.is_dataclass(value) and value.__dataclass_params__.frozen
            assert frozen or isinstance(value, float | int), f"{name_of(path)} imports {name} of {module}"


@cache
def classes_of_kinds() -> frozenset[str]:
    """The engine's classes in the folders of the kinds of problem."""
    trees = [ast.parse(path.read_text("utf-8")) for path in ENGINE if name_of(path).startswith(OWN_FOLDERS)]
    return frozenset(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def told_apart(text: str, classes: Set[str], keys: set[str]) -> set[str]:
    """What a source imports of the kinds of problem, and the keys of kinds that it compares or looks up."""
    tree = ast.parse(text)
    own = tuple(folder.replace("/", ".") for folder in OWN_FOLDERS)
    found = {
        name
        for module, name in imports_in(tree)
        if f"{module}.".startswith(own) or (module == "engine" and name in classes)
    }
    for node in ast.walk(tree):
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
            parts += [part for each in parts if isinstance(each, ast.Tuple | ast.List | ast.Set) for part in each.elts]
        elif isinstance(node, ast.Dict):
            parts = list(node.keys)
        elif isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        found |= {part.value for part in parts if isinstance(part, ast.Constant) and part.value in keys}
    return found


def test_what_tells_kinds_apart_is_found() -> None:
    classes, keys = {"NetworkTask"}, {"network"}
    for line in (
        "from engine import NetworkTask",
        "if picture.kind == 'network': pass",
        "tips = {'network': 'a tip'}",
        "stage = stages['network']",
        "if kind in ('network', 'other'): pass",
    ):
        assert told_apart(line, classes, keys), line
    assert not told_apart("name = 'network'\nfrom engine import Task", classes, keys)


@each(
    "path",
    [path for path in (*ENGINE, *APP) if name_of(path) not in LISTS and not name_of(path).startswith(OWN_FOLDERS)],
)
def test_no_file_outside_its_own_folders_knows_a_kind_of_problem(path: Path) -> None:
    keys = {*engine.PROBLEMS, *engine.offers()}
    found = told_apart(path.read_text("utf-8"), classes_of_kinds(), keys)
    assert not found, f"{name_of(path)} names {', '.join(sorted(found))}"


def in_another_process(code: str) -> str:
    """What a Python that has imported nothing yet says."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def test_the_engine_works_without_qt() -> None:
    code = (
        "import sys; from engine import Session, new_experiment; "
        "Session(new_experiment('rosenbrock', ['sgd'])).advance(3); "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'PySide6', 'pyqtgraph', 'app'}))"
    )
    assert in_another_process(code) == "[]"


def test_a_run_without_a_window_needs_no_qt(tmp_path: Path) -> None:
    """Where Qt's libraries are missing, everything that `run` can write is still written."""
    files = [str(tmp_path / f"out.{suffix}") for suffix in ("png", "svg", "pdf", "csv")]
    code = (
        "import sys; from app.commands import cli; "
        f"status = cli.main(['run', 'assets/presets/01_four_optimizers.toml', '--updates', '20', '--quiet', "
        f"*[part for file in {files} for part in ('--export', file)]]); "
        "print(status, sorted({name.partition('.')[0] for name in sys.modules} & {'PySide6', 'pyqtgraph'}))"
    )
    assert in_another_process(code) == "0 []"
    assert all(Path(file).stat().st_size > 100 for file in files)


def test_every_public_name_exists_and_is_sorted() -> None:
    assert all(hasattr(engine, name) for name in engine.__all__)
    constants, classes, functions = (
        [name for name in engine.__all__ if fits(name)]
        for fits in (str.isupper, lambda name: not name.isupper() and name[0].isupper(), lambda name: name[0].islower())
    )
    assert list(engine.__all__) == [*sorted(constants), *sorted(classes), *sorted(functions)]
    assert len(set(engine.__all__)) == len(engine.__all__)


def test_painters_of_widgets_end_with_their_block() -> None:
    """One that Python ends lives for as long as anybody holds the frame that has it, and Qt then paints no more."""
    lasting = [str(path.relative_to(ROOT)) for path in APP if re.search(r"= QPainter\(self\W", path.read_text("utf-8"))]
    kept = {"app/curves/curve_raster.py"}  # onto an image, and ended in the same function
    assert set(lasting) <= kept, lasting
