from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.documents import kernel_cache
from app.documents.experiment_file import save
from app.documents.presets import presets
from app.launch import compile_kernels as warmup
from app.launch.compile_kernels import Progress
from engine import Layer, new_network


def test_lines_are_understood_and_others_passed_over():
    assert warmup.parse("ready 3 18 57 adam\n") == Progress(3, 18, 57, "adam")
    assert warmup.parse("ready 3 57 adam") is None
    assert warmup.parse("some library says hello") is None


def test_it_is_enough_once_the_first_experiment_can_begin():
    assert not Progress(17, 18, 57, "adam").enough
    assert Progress(18, 18, 57, "adam").enough


def test_what_a_preset_needs_is_the_loop_and_its_own_choices():
    names = [kernel.name for kernel in warmup._needed(str(presets()[0].path))]
    assert {"advance", "evaluate_grid", "rosenbrock", "adam", "constant"} <= set(names)
    assert "himmelblau" not in names
    assert len(names) == len(set(names))


def network(tmp_path: Path, **settings: object) -> list[str]:
    save(new_network("circle", ["adam"], **settings), tmp_path / "net.toml")
    return [kernel.name for kernel in warmup._needed(str(tmp_path / "net.toml"))]


def test_what_a_network_needs_is_its_own_activations_and_loss(tmp_path):
    names = network(tmp_path, hidden=(Layer(3, "gelu"), Layer(2, "sine")), output="identity", loss="hinge")
    assert {"network_objective", "_look", "advance", "adam", "gelu", "sine", "identity", "hinge"} <= set(names)
    assert not {"tanh", "mse", "rosenbrock", "sgd"} & set(names)
    assert len(names) == len(set(names))


def test_a_surface_does_not_wait_for_what_networks_need():
    names = {kernel.name for kernel in warmup._needed(str(presets()[0].path))}
    assert not {"network_objective", "_look", "_layer_values", "_losses", "tanh", "mse"} & names


def test_nothing_is_compiled_later_than_what_is_needed_first(tmp_path):
    """A session of a network begins, advances and is displayed with the kernels that the child made ready."""
    names = network(tmp_path, hidden=(Layer(3, "gelu"),), loss="bce", output="identity")
    code = (
        "import sys\nfrom engine.contracts import Kernel, Routine\nfrom engine import *\n"
        "from app.documents.experiment_file import load\n"
        "session = Session(load(sys.argv[1]))\nsession.advance(3)\npicture = session.picture(focus='adam')\n"
        "region = (-1, 1, -1, 1)\n"
        "asked = [Predictions(), Field(region, 9, 9), UnitMaps(region, 5), Gradients(), Activations()]\n"
        "snapshot_of(picture.problem, picture.runs[0].shown.theta, asked)\n"
        "print(*(kernel.name for kernel in Kernel.everyone if kernel._compiled is not None))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "net.toml")], cwd=warmup.FOLDER, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    compiled = done.stdout.split()
    assert "network_objective" in compiled and set(compiled) <= set(names)


def test_a_file_that_cannot_be_read_needs_nothing(tmp_path):
    assert warmup._needed(str(tmp_path / "nowhere.toml")) == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an engine of three kernels, one of which does not compile."""
    real = Path(warmup.FOLDER)
    for name in ("documents", "launch"):
        (tmp_path / "app" / name).mkdir(parents=True)
    for name in ("__init__.py", "launch/__init__.py", "launch/compile_kernels.py", "documents/kernel_cache.py",
                 "launch/program.py", "documents/__init__.py", "documents/files.py",
                 "documents/user_folders.py"):  # fmt: skip
        (tmp_path / "app" / name).write_text((real / "app" / name).read_text("utf-8"), "utf-8")
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "contracts.py").write_text((real / "engine" / "contracts.py").read_text("utf-8"), "utf-8")
    (tmp_path / "engine" / "__init__.py").write_text(
        "from engine.contracts import SCHEDULE, kernel\n"
        "@kernel(SCHEDULE)\ndef first(base, t, knobs, loss, memory):\n    return base\n"
        "@kernel(SCHEDULE)\ndef second(base, t, knobs, loss, memory):\n    return 2.0 * base\n"
        "@kernel(SCHEDULE)\ndef third(base, t, knobs, loss, memory):\n    return 3.0 * base\n"
    )
    return tmp_path


def start(project: Path) -> subprocess.Popen[str]:
    names = ("NUMBA_CACHE_DIR", "PYTHONPATH")
    surroundings = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.Popen(
        warmup.command(),
        cwd=project,
        env={**surroundings, "FALL_LINE_CACHE": str(project / "cache")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child: subprocess.Popen[str]) -> tuple[list[Progress | None], str]:
    """All that the child says; its standard input stays open until it ends by itself."""
    with child:
        said = [warmup.parse(line) for line in child.stdout]
        return said, child.stderr.read()


def marked(project: Path) -> bool:
    return len(list((project / "cache" / "kernels").glob("*/complete"))) == 1


def test_the_child_fills_the_cache_and_says_how_far_it_is(project):
    child = start(project)
    said, errors = finish(child)
    assert said == [Progress(1, 3, 3, "first"), Progress(2, 3, 3, "second"), Progress(3, 3, 3, "third")]
    assert (child.returncode, errors) == (0, "")
    assert len(list((project / "cache").rglob("*.nbc"))) == 3
    assert marked(project)


def test_two_children_at_once_both_come_to_the_end(project):
    children = [start(project), start(project)]
    for child in children:
        said, errors = finish(child)
        assert len(said) == 3
        assert (child.returncode, errors) == (0, "")
    assert len(list((project / "cache").rglob("*.nbc"))) == 3


def test_a_defective_kernel_does_not_keep_the_others_cold(project):
    file = project / "engine" / "__init__.py"
    file.write_text(file.read_text().replace("2.0 * base", "nonsense(base)"))
    child = start(project)
    said, errors = finish(child)
    assert len(said) == 3
    assert child.returncode == 1
    assert "second does not compile" in errors
    assert not marked(project)


def test_the_child_ends_with_its_parent(project):
    """It is left at work on something endless; only the closed input can end it."""
    file = project / "engine" / "__init__.py"
    file.write_text("print('at work', flush=True)\nwhile True:\n    pass\n" + file.read_text())
    child = start(project)
    assert child.stdout.readline() == "at work\n"
    with child:
        child.stdin.close()
        assert child.wait(20) == 0


def test_the_command_runs_this_python_in_the_project():
    assert warmup.command("race.toml") == [
        sys.executable,
        "-m",
        "app.launch.compile_kernels",
        os.path.abspath("race.toml"),
    ]
    assert warmup.command() == [sys.executable, "-m", "app.launch.compile_kernels"]
    assert Path(warmup.FOLDER) == kernel_cache.ENGINE.parent
