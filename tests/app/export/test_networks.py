"""Figures of networks: every kind of every problem, with the numbers of the network in them, and refused elsewhere."""

from __future__ import annotations

import functools
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure as Page

from app.documents.experiment_file import load
from app.export.figure import FORMATS, figure_bytes, write_figure
from app.export.figure_content import CurveContent, StageContent, ViewContent
from app.export.figures import FIGURES, figure_on_screen, figures_for
from app.export.networks.class_colours import mixed, signed
from app.export.networks.context import figure_context
from app.export.networks.dots import distinct
from app.export.style import FigureSettings
from engine import (
    DIVERGED,
    LOSSES,
    Attention,
    Field,
    NetworkTask,
    Predictions,
    Session,
    SessionPicture,
    SettingError,
    Table,
    TokenVectors,
    features_of,
    new_network,
    new_run,
    snapshot_of,
)
from tests.app.export import states

SVG = "{http://www.w3.org/2000/svg}"


def trained(data, runs=("adam",), updates: int = 60, **settings) -> SessionPicture:
    usual = {} if "architecture" in settings else {"hidden": (4,)}
    session = Session(new_network(data, list(runs), **{**usual, **settings}))
    session.advance(updates)
    return session.picture()


def table(inputs: int, classes: tuple[str, ...] = (), rows: int = 60) -> Table:
    random = np.random.default_rng(inputs)
    targets = random.integers(0, len(classes), rows) * 1.0 if classes else random.normal(size=rows)
    names = tuple(f"_column $x_{place}$ <&>" for place in range(inputs))
    return Table("Imported", names, "y %", random.normal(size=(rows, inputs)), targets, classes)


@functools.cache
def diverged() -> SessionPicture:
    wild = new_run("sgd", learning_rate=1e12)
    picture = trained("reg_plane", [wild, new_run("adam", name="Calm")], 50, activation="relu", loss="mse")
    assert picture.runs[0].status == DIVERGED
    return picture


CASES = {
    "two classes": lambda: trained("circle"),
    "five classes": lambda: trained(table(2, ("a", "b", "c", "d", "e"))),
    "regression in the plane": lambda: trained("reg_gauss", updates=30),
    "two curves": lambda: trained("sine", ["adam", "sgd"]),
    "classes on a line": lambda: trained(table(1, ("no", "yes", "maybe"))),
    "images": lambda: trained("digits", hidden=(40, 12)),
    "columns": lambda: trained("diabetes", scaling="standardise"),
    "many classes": lambda: trained(table(3, tuple(f"class number {place}" for place in range(40)), 400)),
    "nothing hidden": lambda: trained(table(2), hidden=()),
    "residual": lambda: trained("circle", hidden=(6, 6, 6), residual=True),
    "nothing validates": lambda: trained("iris", share=1.0),
    "before the first update": lambda: trained("circle", updates=0),
    "all weights nought": lambda: trained("circle", updates=0, initializer="zeros"),
    "diverged": diverged,
    "filters": lambda: trained(
        "digits", architecture="convolutional", stages=["convolution", "max_pooling", "convolution"]
    ),
    "filters on a line": lambda: trained("patterns", updates=10, architecture="convolutional"),
    "through time": lambda: trained("adding", ["adam", "sgd"], 10, architecture="recurrent"),
    "words": lambda: trained("spoken", updates=10, architecture={"kind": "recurrent", "units": 3}),
    "words without time": lambda: trained("spoken", updates=10),
    "tokens": lambda: trained({"kind": "modular", "modulus": 7}, ["adam", "sgd"], 10, architecture="attention"),
    "many heads": lambda: trained(
        {"kind": "adding", "samples": 20}, updates=2, architecture={"kind": "attention", "heads": 8, "blocks": 2}
    ),
    "many examples": lambda: trained(table(2, ("no", "yes"), 60_000), updates=2),
    "autoencoder of images": lambda: trained({"kind": "digits", "samples": 60}, target="inputs", hidden=(6, 3, 6)),
    "autoencoder of a plane": lambda: trained("line", target="inputs", hidden=(1,), updates=20),
    "autoencoder of columns": lambda: trained("iris", target="inputs", scaling="standardise", hidden=(2,)),
    "vectors": lambda: trained("arm", updates=10),
    "a text": lambda: trained({"kind": "brackets", "samples": 60}, updates=10, architecture="recurrent"),
    "sequences": lambda: trained(
        {"kind": "echo", "samples": 60}, updates=10, architecture={"kind": "recurrent", "cell": "lstm", "units": 5}
    ),
}
KINDS = {
    "two classes": ["boundary", "confusion", "confusion_training", "diagram"],
    "regression in the plane": ["boundary", "predicted", "diagram"],
    "two curves": ["fit", "predicted", "diagram"],
    "classes on a line": ["fit", "confusion", "confusion_training", "diagram"],
    "images": ["confusion", "confusion_training", "sought", "drawing", "diagram"],
    "columns": ["predicted", "diagram"],
    "nothing validates": ["confusion", "diagram"],
    "filters": ["maps", "confusion", "confusion_training", "sought", "drawing"],
    "through time": ["steps", "gates", "norms", "predicted"],
    "words": ["spectrogram", "steps", "gates", "norms", "confusion", "confusion_training"],
    "words without time": ["spectrogram", "confusion", "confusion_training", "diagram"],
    "tokens": ["answers", "attention", "spectrum", "tokens", "confusion", "confusion_training"],
    "many heads": ["attention", "predicted"],
    "autoencoder of images": ["reconstructions", "code", "diagram"],
    "autoencoder of a plane": ["reconstructed_plane", "code", "diagram"],
    "autoencoder of columns": ["reconstructions", "code", "diagram"],
    "vectors": ["diagram"],
    "a text": ["text", "reading", "steps", "gates", "norms", "tokens", "confusion", "confusion_training"],
    "sequences": ["steps", "gates", "norms", "confusion", "confusion_training"],
}
made = {name: functools.cache(make) for name, make in CASES.items()}


def labels(svg: bytes) -> list[str]:
    return re.findall(r"<!-- (.*?) -->", svg.partition(b"</metadata>")[2].decode())


def check_drawing(picture: SessionPicture, key: str, legend: str = "none") -> None:
    svg = figure_bytes("svg", picture, ViewContent(key), FigureSettings(title=True, legend=legend))
    ElementTree.fromstring(svg)
    drawing = svg.partition(b"</metadata>")[2].decode()
    assert not re.search(r"\b(nan|inf)\b", re.sub("<!--.*?-->", "", drawing))
    assert len(drawing) < 2_500_000, key


def test_every_case_and_every_figure_can_be_drawn() -> None:
    """Of every case the figure that fits best, and every figure of one case."""
    times: Counter[str] = Counter()
    for name, make in made.items():
        picture = make()
        first, *others = (figure.key for figure in figures_for(picture.task))
        for key in (first, *(key for key in others if not times[key])):
            try:
                check_drawing(picture, key, "auto" if not times[key] else "none")  # a legend is laid out once more
            except Exception as failure:
                failure.add_note(f"{key} of {name}")
                raise
            times[key] += 1
    assert set(times) == {figure.key for figure in FIGURES.values() if figure.kind == NetworkTask.KIND}


@pytest.mark.slow
@pytest.mark.parametrize("case", list(CASES))
def test_everything_that_fits_can_be_drawn(case: str) -> None:
    picture = made[case]()
    first, *others = figures_for(picture.task)
    check_drawing(picture, first.key, "auto")
    for figure in others:
        check_drawing(picture, figure.key)


@pytest.mark.parametrize("case", list(KINDS))
def test_what_fits_is_what_the_data_allow(case: str) -> None:
    assert [figure.key for figure in figures_for(made[case]().task)] == KINDS[case]


@pytest.mark.parametrize(
    "case", [name if place % 7 == 0 else pytest.param(name, marks=pytest.mark.slow) for place, name in enumerate(KINDS)]
)
def test_the_stage_is_the_figure_that_fits_best(case: str) -> None:
    picture, small = made[case](), FigureSettings(width=30.0, height=30.0, legend="none")
    stage, best = (figure_bytes("svg", picture, plot, small) for plot in (StageContent(), ViewContent(KINDS[case][0])))
    assert stage == best


def test_what_does_not_fit_is_refused() -> None:
    for picture, key in (
        (made["two curves"](), "confusion"),
        (made["columns"](), "boundary"),
        (states.race(), "diagram"),
    ):
        with pytest.raises(SettingError, match="this problem has no figure"):
            figure_bytes("svg", picture, ViewContent(key), FigureSettings())
    with pytest.raises(SettingError, match=r"figure must be one of stage, boundary, fit, .* got 'digram'"):
        ViewContent("digram")


@pytest.mark.parametrize(
    ("key", "format"),
    [
        pytest.param(key, format, marks=() if (key == "diagram") == (format == "svg") else pytest.mark.slow)
        for key in ("boundary", "diagram")
        for format in FORMATS
    ],
)
def test_it_is_the_same_every_time_and_opens_again(tmp_path: Path, format: str, key: str) -> None:
    picture, plot = made["two classes"](), ViewContent(key)
    path = tmp_path / f"figure.{format}"
    write_figure(path, picture, plot, FigureSettings())
    assert path.read_bytes() == figure_bytes(format, picture, plot, FigureSettings())
    assert load(path) == picture.experiment


PAPERS = (20, 20), (89, 200), (254, 143)


@pytest.mark.parametrize(
    ("case", "width", "height"),
    [
        pytest.param(case, *paper, marks=() if place % 2 == number else pytest.mark.slow)
        for place, case in enumerate(("five classes", "images", "columns", "two curves"))
        for number, paper in enumerate(PAPERS)
    ],
)
def test_any_paper_will_do(case: str, width: float, height: float) -> None:
    picture = made[case]()
    for figure in figures_for(picture.task):
        content = figure_bytes(
            "png", picture, ViewContent(figure.key), FigureSettings(width=width, height=height, dpi=60)
        )
        assert content.startswith(b"\x89PNG")


def drawn(picture: SessionPicture, key: str, settings: FigureSettings | None = None):
    """(axes, legend's entries) as Matplotlib holds them."""
    page = Page(layout="constrained")
    axes = page.add_subplot()
    names = {run.id: run.name for run in picture.runs}
    return axes, FIGURES[key].draw(axes, figure_context(picture, settings or FigureSettings(), names))


def test_a_word_in_print_is_the_one_on_screen_with_what_was_heard() -> None:
    picture = made["words"]()
    data = picture.subject.data
    view = {"network_spectrogram_part": "training", "network_spectrogram_example": 3}
    shown = replace(picture, experiment=replace(picture.experiment, view=view))
    axes, entries = drawn(shown, "spectrogram")
    word, shares = (np.asarray(image.get_array()) for image in axes.images)
    assert not entries and (word == data.raw[2].reshape(28, 13).T).all() and shares.shape == (10, 28)
    assert np.allclose(shares.sum(axis=0), 1.0)
    heading = axes.figure.get_suptitle()
    assert f"\n{data.classes[int(data.targets[2])]}, heard " in heading


def test_a_drawing_in_print_is_the_one_on_screen() -> None:
    picture = made["images"]()
    data, network = picture.subject.data, picture.runs[0]
    some = data.raw[5].astype(int)
    text = "".join("0123456789abcdefg"[level] for level in some)
    shown = replace(picture, experiment=replace(picture.experiment, view={"network_draw_pixels": text}))
    axes, _ = drawn(shown, "drawing")
    assert (np.asarray(axes.images[0].get_array()).reshape(-1) == some).all()
    told = [text.get_text() for text in axes.texts if text.get_text().endswith("%")]
    outputs = picture.subject.outputs(network.shown.evaluated, data.inputs[5:6])
    shares = LOSSES[picture.subject.network.loss.kind].probabilities(outputs)[0]
    assert told == [f"{100 * share:.0f} %" for share in shares]
    empty, _ = drawn(picture, "drawing")
    assert "nothing is drawn" in empty.figure.get_suptitle()


def test_what_classes_look_for_is_printed_on_one_scale() -> None:
    axes, _ = drawn(made["filters"](), "sought")
    limits = {image.get_clim() for image in axes.images}
    assert len(axes.images) == 10 and len(limits) == 1
    ((low, high),) = limits
    assert low == -high and high == max(np.abs(image.get_array()).max() for image in axes.images)


def dots(axes) -> list[PathCollection]:
    return [artist for artist in axes.collections if isinstance(artist, PathCollection)]


def test_the_boundary_is_where_the_answer_changes() -> None:
    picture = made["two classes"]()
    axes, _ = drawn(picture, "boundary")
    (line,) = [artist for artist in axes.collections if type(artist).__name__ == "QuadContourSet"]
    points = np.vstack([path.vertices for path in line.get_paths()])
    learner = picture.subject
    ends = [np.ptp(axes.get_xlim()) / 400, np.ptp(axes.get_ylim()) / 400]
    around = [points + np.array(way) * ends for way in ((2, 0), (-2, 0), (0, 2), (0, -2))]
    answers = [
        learner.outputs(picture.runs[0].shown.theta, features_of(each, learner.data))[:, 0] > 0 for each in around
    ]
    assert len(points) > 20 and np.mean(np.any(answers, axis=0) & ~np.all(answers, axis=0)) > 0.98


def test_every_example_is_a_dot_and_the_wrong_ones_are_ringed() -> None:
    picture = made["five classes"]()
    axes, entries = drawn(picture, "boundary")
    learner = picture.subject
    data, snapshot = learner.data, snapshot_of(picture.problem, picture.runs[0].shown.theta, [Predictions()])
    parts = dots(axes)
    rings = [part for part in parts if part.get_facecolor().size == 0]
    filled = [part for part in parts if part.get_facecolor().size and part.get_zorder() == 3.8]
    hollow = [part for part in parts if part.get_zorder() == 4.0]
    assert sum(len(part.get_offsets()) for part in filled) == data.train
    assert sum(len(part.get_offsets()) for part in hollow) == data.validation
    assert snapshot.predicted.wrong.any() and {len(part.get_offsets()) for part in rings} == {
        snapshot.predicted.wrong.sum()
    }
    assert [text for _, text in entries][:5] == list(data.classes) and entries[-1][1] == "misclassified"
    rights = [
        1.0 - snapshot.predicted.wrong[part].mean() for part in (slice(None, data.train), slice(data.train, None))
    ]
    assert [text for _, text in entries][5:7] == [
        f"{name}, {100 * right:.1f} % right" for name, right in zip(("training", "validation"), rights, strict=True)
    ]


def test_the_curves_of_all_visible_runs_are_fitted() -> None:
    picture = made["two curves"]()
    axes, entries = drawn(picture, "fit")
    truth, *curves = axes.lines
    for line, run in zip(curves, picture.runs, strict=True):
        x0, x1 = axes.get_xlim()
        field = snapshot_of(picture.problem, run.shown.theta, [Field((x0, x1, 0, 1), columns=600, rows=1)]).field
        assert field is not None and np.array_equal(line.get_ydata(), field[0, :, 0])
    assert truth.get_linestyle() == "--" and len(truth.get_xdata()) == 400
    assert [text for _, text in entries][-2:] == ["training", "validation"]
    hidden = tuple(replace(run, settings=replace(run.settings, visible=run.id == "adam")) for run in picture.runs)
    assert len(drawn(replace(picture, runs=hidden), "fit")[0].lines) == 2


def test_predictions_stand_against_what_is_true() -> None:
    picture = made["columns"]()
    axes, entries = drawn(picture, "predicted")
    learner = picture.subject
    snapshot = snapshot_of(picture.problem, picture.runs[0].shown.theta, [Predictions()])
    found = np.vstack([part.get_offsets() for part in dots(axes)])
    assert np.allclose(found, np.column_stack([learner.data.targets, snapshot.predicted.predictions]))
    told = [text.replace("−", "-") for _, text in entries]
    assert told == [
        f"training, R² {snapshot.predicted.scores[0]:.3f}",
        f"validation, R² {snapshot.predicted.scores[1]:.3f}",
    ]


def test_the_table_and_the_maps_hold_what_the_network_answers() -> None:
    picture = made["tokens"]()
    asked = [Predictions(), Attention(picture.subject.data.train), TokenVectors()]
    snapshot = snapshot_of(picture.problem, picture.runs[0].shown.theta, asked)
    data, predicted = picture.subject.data, snapshot.predicted.predictions
    axes, entries = drawn(picture, "answers")
    told = {tuple(map(int, text.get_position()[::-1])): int(text.get_text()) for text in axes.texts}
    pairs = [tuple(map(int, pair)) for pair in data.raw[:, :2]]
    assert told == dict(zip(pairs, predicted.astype(int).tolist(), strict=True))
    assert [words for _, words in entries] == ["right", "wrong", "learned from"]
    axes, _ = drawn(picture, "attention")
    shares = snapshot.answer(Attention).shares[0]
    assert all((image.get_array() == each).all() for image, each in zip(axes.images, shares, strict=True))
    axes, entries = drawn(picture, "spectrum")
    assert len(axes.patches) == 2 * 3 and len(entries) == 2
    vectors = np.fft.rfft(snapshot.answer(TokenVectors)[:7], axis=0)[1:]
    power = (np.abs(vectors) ** 2).sum(axis=1)
    assert [bar.get_height() for bar in axes.patches[:3]] == pytest.approx(power / power.sum())


@pytest.mark.parametrize(("case", "architecture"), [("tokens", "perceptron"), ("through time", "perceptron")])
def test_figures_of_all_runs_leave_out_what_another_architecture_has_not(case: str, architecture: str) -> None:
    session = Session(made[case]().experiment)
    session.tweak("sgd", "own.architecture", architecture)
    picture = session.picture(focus="adam")
    for figure in figures_for(picture.run_task):
        check_drawing(picture, figure.key)
    (key,) = {"spectrum", "steps"} & {figure.key for figure in figures_for(picture.run_task)}
    assert len(drawn(picture, key)[1]) == 0, "there is but one run to draw"


@pytest.mark.parametrize(("key", "validation"), [("confusion", True), ("confusion_training", False)])
def test_the_matrix_holds_the_counts(key: str, validation: bool) -> None:
    picture = made["images"]()
    axes, _ = drawn(picture, key)
    counts = snapshot_of(picture.problem, picture.runs[0].shown.theta, [Predictions()]).predicted.confusion(validation)
    told = {tuple(map(int, text.get_position()[::-1])): int(text.get_text().replace(",", "")) for text in axes.texts}
    assert told == {(row, column): counts[row, column] for row, column in np.argwhere(counts).tolist()}
    (image,) = axes.images
    assert np.allclose(image.get_array(), counts / counts.sum(axis=1, keepdims=True))
    part = "validation" if validation else "training"
    assert f"\n{part}, " in axes.figure.get_suptitle()


def test_weights_are_lines_as_wide_as_they_are_large() -> None:
    picture = made["two classes"]()
    axes, entries = drawn(picture, "diagram")
    (lines,) = [artist for artist in axes.collections if type(artist).__name__ == "LineCollection"]
    network = picture.subject.network if picture.subject is not None else None
    assert network is not None
    theta = picture.runs[0].shown.theta
    weights = np.concatenate([theta[network.weights(layer)] for layer in range(network.layers)])
    widths = np.sort(np.asarray(lines.get_linewidths()))
    expected = 1.1 * (0.3 + 1.9 * np.sort(np.abs(weights)) / np.abs(weights).max())
    assert widths == pytest.approx(expected)
    blue = np.asarray(lines.get_colors())
    assert (blue[:, 2] > blue[:, 0]).sum() == (weights >= 0).sum()
    assert entries[0][1].endswith(f"widest {np.abs(weights).max():.3g}")
    assert len(axes.images) == 2 + 4 + 1


def test_the_selected_run_is_shown_and_named() -> None:
    picture = states.networks()
    assert picture.experiment.view["selected"] == "adam"
    settings = FigureSettings(title=True)
    assert any(
        "Adam" in label and "update 256" in label
        for label in labels(figure_bytes("svg", picture, ViewContent("boundary"), settings))
    )
    other = replace(picture, experiment=replace(picture.experiment, view={"selected": "sgd"}))
    axes, _ = drawn(other, "boundary", settings)
    assert axes.figure.get_suptitle() == f"{picture.experiment.title}\n{picture.runs[0].name}, update 256"
    axes, _ = drawn(diverged(), "boundary")
    assert axes.figure.get_suptitle().endswith(", diverged")


def test_a_past_update_is_shown_as_it_was() -> None:
    session = Session(new_network("circle", ["adam"], hidden=(4,)))
    session.advance(40)
    early = figure_bytes("svg", session.picture(), ViewContent("boundary"), FigureSettings())
    session.advance(40)
    again = figure_bytes("svg", session.picture(cursor=40), ViewContent("boundary"), FigureSettings())
    assert early.partition(b"</metadata>")[2] == again.partition(b"</metadata>")[2]


def test_the_figure_on_screen_is_offered_first() -> None:
    task = made["two classes"]().task
    views = {
        "decision": "boundary", "confusion": "confusion", "histograms": "boundary", "fit": "boundary", "": "boundary"
    }  # fmt: skip
    for view, key in views.items():
        assert figure_on_screen(task, {"network_view": view}).key == key
    shown = {"network_view": "confusion", "network_confusion_part": "training"}
    assert figure_on_screen(task, shown).key == "confusion_training"


def test_of_many_dots_those_are_drawn_that_can_be_told_apart() -> None:
    random = np.random.default_rng(1)
    spots = np.vstack([random.normal(size=(100_000, 2)), [[np.nan, 0.0], [np.inf, 1.0]]])
    axes = SimpleNamespace(get_xlim=lambda: (-6.0, 6.0), get_ylim=lambda: (-6.0, 6.0))
    kept = distinct(spots, np.zeros(len(spots), int), axes, FigureSettings())  # type: ignore[arg-type]
    assert 1000 < len(kept) <= 5000 and np.isfinite(spots[kept]).all()
    assert len(distinct(spots[-5:], np.zeros(5, int), axes, FigureSettings())) == 3  # type: ignore[arg-type]


def test_colours_are_those_of_the_classes_as_far_as_they_are_probable() -> None:
    sure = mixed(np.eye(3))
    assert mixed(np.full((1, 3), 1 / 3))[0] == pytest.approx(sure.mean(axis=0))
    assert mixed(np.array([[np.nan, 0.5, 0.5]]))[0] == pytest.approx([0xC9 / 255, 0xCC / 255, 0xD2 / 255])
    assert signed()(0.5)[:3] == pytest.approx((1.0, 1.0, 1.0), abs=0.01)


def test_the_loss_figure_names_what_pca_reaches() -> None:
    svg = figure_bytes("svg", made["autoencoder of columns"](), CurveContent("losses"), FigureSettings())
    assert any(label.startswith("PCA with 2 components: ") for label in labels(svg))
