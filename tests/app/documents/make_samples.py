"""Write the samples of this version into tests/documents-samples: once, before it is released.

    python -m tests.app.documents.make_samples

What a later version makes of them is compared with what this one has computed.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from app.documents import kernel_cache

kernel_cache.prepare()  # before Numba is imported

# ruff: noqa: E402
import numpy as np

from app.documents.experiment_file import load, save
from app.documents.preferences import change_preferences
from app.documents.version import version
from app.export.figure import write_figure
from app.export.figure_content import CurveContent
from app.export.style import FigureSettings
from engine import (
    COMPARISONS,
    Axis,
    ComparisonRecord,
    Formula,
    Layer,
    Session,
    Table,
    choose,
    full_history,
    new_clustering,
    new_experiment,
    new_memory,
    new_network,
    new_policy,
    new_run,
    plan_of,
    spaced,
    text_table,
    trial,
)

FOLDER = Path(__file__).resolve().parents[2] / "documents-samples"
VIEW = {
    "speed": 250,
    "selected": "adam",
    "region": [-2.0, 2.0, -1.0, 3.0],
    "log_y": True,
    "smoothing": 0.25,
    "x": 'é "',
}
NOTE = 'one\n"two"\n\\three'


def tweaked(session: Session, *edits: tuple[int | None, str, object]) -> Session:
    """Steer a session: the place of a run, or None for the problem; a setting; a value."""
    for run, setting, value in edits:
        session.advance(7)
        if run is None:
            session.problem_changed({setting: value})
        else:
            session.tweak(session.runs[run].settings.id, setting, value)
    session.advance(5)
    return session


def surface() -> Session:
    runs = [
        new_run("adam", learning_rate=0.02, schedule="cosine", name='é "x"\\'),
        new_run("momentum", learning_rate=1e-4, batch="single"),
        new_run("rmsprop", learning_rate=0.003, batch=16),
        new_run("sgd", learning_rate=5e-4),
    ]
    stop = {"updates": 500, "loss_below": 1e-9}
    made = new_experiment("rosenbrock", runs, noise=0.3, seed=5, title="Valley: é", note=NOTE, **stop)
    return tweaked(
        Session(made),
        (0, "learning_rate", 0.01),
        (0, "warmup", 20),
        (0, "warmup_start", 0.25),
        (0, "optimizer.beta1", 0.8),
        (1, "optimizer", "nadam"),
        (2, "schedule", "exponential"),
        (2, "batch.size", 4),
        (2, "batch", "full"),
        (3, "optimizer", "lion"),
        (None, "noise", 0.1),
        (0, "parameter.0", -0.5),
        (1, "visible", False),
        (3, "name", "renamed"),
    )


def formula() -> Session:
    typed = Formula("a*x^2 + y^4 - sin(b*x)", {"a": 0.5, "b": 2.0}, (-2.0, 2.0, -1.5, 1.5))
    made = new_experiment(typed, ["adam", "sgd"], start=(1.5, -1.25), title="Own formula")
    session = tweaked(Session(made), (0, "learning_rate", 0.05), (1, "optimizer", "adagrad"))
    branch = session.fork("adam", 12, {"learning_rate": 0.02})
    session.fork(branch.settings.id, 15, {"name": "Branch of a branch"})
    return session


def compared() -> Session:
    """A sweep with what is known of it, and a race with an optimizer that is no run."""
    made = new_experiment("beale", ["momentum", "adam"], title="Compared")
    axes = (spaced("learning_rate", 0.001, 0.1, 2, log=True), Axis("batch", ("full", "mini")))
    record = ComparisonRecord(choose(COMPARISONS, "sweep", {"updates": 20, "seeds": 2}), ("adam",), "loss", axes)
    plan = plan_of(made, "sweep", record.choice.values, record.runs, record.counted, axes)
    known = {one.key: trial(one) for one in plan.trials({})}
    race = ComparisonRecord(choose(COMPARISONS, "race", {"updates": 20}), ("adam",), optimizers=("rmsprop",))
    return Session(replace(made, comparisons=(record.keeping(known), race)))


def network() -> Session:
    runs = [
        new_run("adam", learning_rate=0.01, batch=10),
        new_run("sgd", learning_rate=0.05, batch="single", order="fixed"),
        new_run("adamw", learning_rate=0.01),
    ]
    made = new_network(
        "circle", runs, hidden=(4, Layer(3, "relu")), features=["x", "y", "x2", "xy"], dropout=0.1, share=0.6, seed=3,
        data_seed=4, weight_seed=5, title="Network", stop={"updates": 400, "patience": 100},
    )  # fmt: skip
    return tweaked(
        Session(made),
        (0, "learning_rate", 0.02),
        (None, "data.noise", 20),
        (None, "hidden.1.activation", "sigmoid"),
        (None, "dropout", 0.3),
        (0, "parameter.3", 0.75),
        (None, "share", 0.7),
        (None, "data.add", (0.5, -0.25, 1.0)),
        (None, "data.erase", (0.1, 0.1, 0.2)),
        (None, "loss", "hinge"),
        (1, "batch", "mini"),
    )


def own_data() -> Session:
    chance = np.random.default_rng(7)

    def table(rows: int, name: str) -> Table:
        inputs = chance.normal(size=(rows, 3))
        return Table(name, ("c.0 é", "c.1", "c.2"), "target", inputs, inputs.sum(axis=1))

    runs = ["adam", new_run("sgd", learning_rate=0.01)]
    made = new_network(table(40, "Own"), runs, hidden=(3,), scaling="standardise", title="Own data")
    return tweaked(
        Session(made),
        (0, "learning_rate", 0.02),
        (None, "data", table(50, "Other")),
        (None, "data.add", (0.1, 0.2, 0.3, 0.4)),
    )


def classes() -> Session:
    inputs = np.random.default_rng(8).normal(size=(60, 2))
    drawn = Table("Drawn", ("a", "b"), "kind", inputs, np.arange(60) % 3 * 1.0, ("no", "yes", "may be"), drawn=True)
    return tweaked(Session(new_network(drawn, ["adam"], hidden=(), title="Classes")), (0, "optimizer.eps", 1e-6))


def packed() -> Session:
    pixels = np.zeros((1500, 67))
    pixels[::7, ::5], pixels[:, 0] = 200, np.arange(1500) % 11
    names = tuple(f"p{place}" for place in range(67))
    table = Table("Pixels", names, "digit", pixels, np.arange(1500) % 2 * 1.0, ("0", "1"))
    made = new_network(table, [new_run("adam", learning_rate=0.01, batch=32)], hidden=(2,), title="Packed")
    return tweaked(Session(made), (0, "learning_rate", 0.002))


def steps() -> Session:
    """What a step may be: a second gradient, matrices, an average, a knob that a schedule drives."""
    runs = [
        new_run("sam", learning_rate=1e-3),
        new_run("muon", learning_rate=0.01, average="EMA", average_decay=0.9),
        new_run("momentum", learning_rate=1e-4, drive={"optimizer.momentum": "cosine"}),
    ]
    made = new_experiment("rosenbrock", runs, noise=0.3, title="Steps")
    return tweaked(Session(made), (1, "optimizer.average", "uniform"), (0, "optimizer.rho", 0.1))


def convolution() -> Session:
    stages = [{"kind": "convolution", "channels": 3, "kernel": 5}, {"kind": "max_pooling"}]
    runs = [new_run("adam", learning_rate=0.01, batch=16)]
    data = {"kind": "patterns", "samples": 60}
    made = new_network(data, runs, architecture="convolutional", stages=stages, title="Convolution")
    return tweaked(Session(made), (0, "learning_rate", 0.02))


def recurrent() -> Session:
    architecture = {"kind": "recurrent", "cell": "lstm", "units": 3}
    runs = [new_run("sgd", learning_rate=0.05, batch=16)]
    data = {"kind": "adding", "samples": 60, "length": 12}
    made = new_network(data, runs, architecture=architecture, title="Recurrent")
    return tweaked(Session(made), (0, "learning_rate", 0.02))


def attention() -> Session:
    architecture = {"kind": "attention", "width": 8, "heads": 2, "mlp": 8}
    data = {"kind": "modular", "modulus": 5}
    made = new_network(data, [new_run("adamw", learning_rate=0.01)], architecture=architecture, title="Attention")
    return tweaked(Session(made), (0, "learning_rate", 0.02))


def every_step() -> Session:
    data = {"kind": "sine_ahead", "samples": 60}
    made = new_network(data, [new_run("adam", learning_rate=0.01, batch=16)], title="At every step")
    return tweaked(Session(made), (0, "learning_rate", 0.02))


def autoencoder() -> Session:
    adam = new_run("adam", learning_rate=0.01, batch=50, rates={"hidden 2": 0.5})
    runs = [adam, new_run("muon", coefficients="polar")]
    made = new_network("iris", runs, hidden=(3, 2, 3), target="inputs", scaling="common", title="Autoencoder")
    return tweaked(Session(made), (0, "rates.hidden 1", 0.0))


def own_networks() -> Session:
    runs = [new_run("adam", learning_rate=0.01, batch=16), new_run("sgd", learning_rate=0.05, batch=16)]
    made = new_network({"kind": "patterns", "samples": 60}, runs, hidden=(3,), title="Networks of their own")
    return tweaked(Session(made), (1, "own.architecture", "convolutional"), (0, "learning_rate", 0.02))


def policy() -> Session:
    runs = [new_run("adam", learning_rate=0.01), new_run("sgd", learning_rate=0.01)]
    made = new_policy("grid", runs, method={"kind": "actor_critic"}, title="Policy")
    return tweaked(Session(made), (0, "learning_rate", 0.02))


def clustering() -> Session:
    runs = [new_run("sgd", learning_rate=0.2), new_run("adam", learning_rate=0.05, batch=16)]
    made = new_clustering("blobs", runs, model={"kind": "mixture"}, title="Clustering")
    return tweaked(Session(made), (0, "learning_rate", 0.1))


def association() -> Session:
    made = new_memory([new_run("sgd", learning_rate=1.0), new_run("muon", learning_rate=0.01)], title="Memory")
    return tweaked(Session(made), (0, "learning_rate", 0.5))


def own_text() -> Session:
    text = text_table("Own text", "Down the hill he goes, é\n" * 30, 16)
    architecture = {"kind": "recurrent", "cell": "gru", "units": 4}
    made = new_network(
        text, [new_run("adam", learning_rate=0.01, batch=8)], architecture=architecture, title="Own text"
    )
    return tweaked(Session(made), (0, "learning_rate", 0.02))


MAKERS = (
    surface, formula,
    compared, network, own_data, classes, packed, steps, convolution, recurrent, attention, every_step,
    autoencoder, own_networks, policy, clustering, association, own_text,
)  # fmt: skip


def write(folder: Path) -> None:
    """Write all samples into a folder that is not there yet."""
    folder.mkdir(parents=True)
    numbers = {}
    for make in MAKERS:
        session, path = make(), folder / f"{make.__name__}.toml"
        save(replace(session.experiment(), view=VIEW), path)
        if make is surface:
            for kind in ("png", "svg", "pdf"):
                content = CurveContent()
                write_figure(folder / f"surface.{kind}", session.picture(), content, FigureSettings(60, 40, dpi=60))
        again = Session(load(path))
        again.advance(200)
        losses = {run.settings.id: (run.update, full_history(run)["loss"]) for run in again.runs}
        numbers[make.__name__] = {
            id: [update, float(loss[-1]).hex(), float(loss.sum()).hex()] for id, (update, loss) in losses.items()
        }
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
    os.environ["FALL_LINE_CONFIG"] = str(folder)
    for place in range(3):
        change_preferences(lambda former, place=place: former.opened(f"/home/é/file {place}.toml"))
    change_preferences(lambda former: former.choosing(theme="light", size=[89.0, 62.5], grid=True, dpi=300))
    (folder / "memory.lock").unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER / version())
