from __future__ import annotations

import functools
import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from PIL import Image
from pypdf import PdfReader

from app.curves.curve_catalogue import CURVES as TABLE
from app.documents.experiment_file import load
from app.documents.files import FileError
from app.documents.run_names import run_names
from app.export import records
from app.export.curve_figure import draw_curves
from app.export.figure import FORMATS, figure_bytes, write_figure
from app.export.figure_content import CurveContent, StageContent
from app.export.stage_figure import Drawing
from app.export.style import SIZES, FigureSettings
from app.export.surface.surface_figure import draw_surface
from app.look.palettes import ON_LIGHT
from engine import COLUMNS, SURFACES, Formula, Session, SessionPicture, SettingError, new_experiment, new_run
from tests.app.export import states

CURVES = {
    "loss": CurveContent(),
    "norm, smooth, log x": CurveContent("gradient_norm", x_type="log", span=50),
    "excess by epochs": CurveContent("excess_loss", along="epochs"),
    "relative step": CurveContent("relative_step"),
    "linear, zoomed": CurveContent("loss", y_type="linear", x_range=(0.0, 100.0), y_range=(-1.0, 5.0)),
    "symlog both ways": CurveContent("loss", x_type="symlog", y_type="symlog"),
    "seconds that nobody has": CurveContent("learning_rate", along="seconds"),
}
PLOTS = {**CURVES, "stage": StageContent()}
SVG = "{http://www.w3.org/2000/svg}"


PLAIN = FigureSettings()
BARE = FigureSettings(legend="none")  # for which the page is laid out once less


@functools.cache
def drawn(format: str, state: str, plot: CurveContent | StageContent, settings: FigureSettings) -> bytes:
    """A figure that several tests look at."""
    return figure_bytes(format, states.STATES[state](), plot, settings)


def drawing(svg: bytes) -> str:
    """What is drawn, without the metadata."""
    return svg.partition(b"</metadata>")[2].decode()


def lines(svg: bytes) -> list[np.ndarray]:
    """The points of every path of straight lines that is not filled."""
    found = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        numbers = re.fullmatch(r"M[\d.\- ]+(?:\s*L[\d.\- ]+)+\s*", path.get("d", ""))
        if numbers and "fill: none" in path.get("style", ""):
            points = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d", ""))
            found.append(np.array(points, float))
    return found


def every_state() -> list[ParameterSet]:
    """The loss in every state, every other plot in one of them; the rest, which is slow, completes them."""
    cases = []
    for across, (name, plot) in enumerate(PLOTS.items()):
        for down, state in enumerate(states.STATES):
            is_quick = name == "loss" or across % len(states.STATES) == down
            marks = () if is_quick else pytest.mark.slow
            cases.append(pytest.param(state, plot, id=f"{state}-{name}", marks=marks))
    return cases


@pytest.mark.parametrize(("state", "plot"), every_state())
def test_every_state_can_be_drawn(state: str, plot) -> None:
    legends = plot in (CurveContent(), StageContent())
    svg = drawn("svg", state, plot, PLAIN if legends else BARE)
    ElementTree.fromstring(svg)
    assert not re.search(r"\b(nan|inf)\b", drawing(svg), re.IGNORECASE)
    assert len(svg) < 1_500_000


def pages() -> list[ParameterSet]:
    """Curve and stage on a column; the curve on tiny paper; the rest, which is slow, on other paper."""
    papers = {
        "column": PLAIN,
        "tiny": FigureSettings(width=20.0, height=20.0, dpi=72, legend="none"),
        "slide": FigureSettings.of_size("slide", dpi=97, title=True, legend="none"),
    }
    usual = ("curve", "column"), ("curve", "tiny"), ("stage", "column")
    return [
        pytest.param(plot, paper, id=f"{name}-{size}", marks=() if (name, size) in usual else pytest.mark.slow)
        for name, plot in (("curve", CurveContent(span=20)), ("stage", StageContent()))
        for size, paper in papers.items()
    ]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("plot", "settings"), pages())
def test_the_page_has_exactly_the_size_that_was_asked_for(format: str, plot, settings: FigureSettings) -> None:
    content = drawn(format, "race" if settings.legend == "auto" else "diverged", plot, settings)
    width, height = settings.width / 25.4, settings.height / 25.4
    if format == "png":
        image = Image.open(io.BytesIO(content))
        image.load()
        assert image.size == (round(width * settings.dpi), round(height * settings.dpi)) == settings.pixels
        assert image.info["dpi"] == pytest.approx((settings.dpi, settings.dpi), abs=0.02)
    elif format == "pdf":
        (page,) = PdfReader(io.BytesIO(content), strict=True).pages
        assert (page.mediabox.width, page.mediabox.height) == pytest.approx((72 * width, 72 * height), abs=1e-4)
    else:
        root = ElementTree.fromstring(content)
        assert root.get("width", "").endswith("pt")
        size = [float(root.get(name, "").removesuffix("pt")) for name in ("width", "height")]
        assert size == pytest.approx([72 * width, 72 * height], abs=1e-4)


SLOW_FORMATS = {"curve": ("svg",), "stage": ("png", "pdf")}


@pytest.mark.parametrize(
    ("plot", "format"),
    [
        pytest.param(
            plot, format, id=f"{name}-{format}", marks=pytest.mark.slow if format in SLOW_FORMATS[name] else ()
        )
        for name, plot in (("curve", CurveContent(span=20)), ("stage", StageContent()))
        for format in FORMATS
    ],
)
def test_the_same_figure_is_the_same_bytes(format: str, plot) -> None:
    assert drawn(format, "race", plot, PLAIN) == figure_bytes(format, states.race(), plot, PLAIN)


@pytest.mark.slow
def test_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    script = (
        "import hashlib\nfrom tests.app.export import states\n"
        "from app.export.figure import *; from app.export.figure_content import *; from app.export.style import *\n"
        "for f in FORMATS:\n    for p in (CurveContent(), StageContent()):\n"
        "        print(hashlib.sha256(figure_bytes(f, states.race(), p, FigureSettings())).hexdigest())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1] and len(said[0].split()) == 6


@pytest.mark.parametrize(
    ("state", "format"),
    [
        *(("diverged", format) for format in FORMATS),
        ("tweaked", "svg"),
        *(pytest.param("tweaked", format, marks=pytest.mark.slow) for format in ("png", "pdf")),
    ],
)
def test_a_figure_is_also_the_experiment(tmp_path: Path, format: str, state: str) -> None:
    picture = states.STATES[state]()
    path = tmp_path / f"figure.{format}"
    write_figure(path, picture, CurveContent(), BARE)
    assert load(path) == picture.experiment


def test_readers_of_each_format_find_the_settings(tmp_path: Path) -> None:
    texts = []
    for format in FORMATS:
        content = figure_bytes(
            format, states.race(), CurveContent(span=7), FigureSettings(font_size=9.5, legend="none")
        )
        if format == "png":
            texts.append(Image.open(io.BytesIO(content)).text["Fall Line experiment"])
        elif format == "pdf":
            about = PdfReader(io.BytesIO(content)).metadata
            assert about is not None and about["/Title"] == "Four optimizers" and "/CreationDate" not in about
            texts.append(about["/Keywords"])
        else:
            root = ElementTree.fromstring(content)
            texts.append(next(root.iter("{http://purl.org/dc/elements/1.1/}description")).text)
    assert len(set(texts)) == 1
    for setting in ("# span = 7", "# font_size = 9.5", '# along = "updates"', "# adam = 2000", "learning_rate = 0.03"):
        assert f"\n{setting}\n" in texts[0]


def test_a_curve_lies_where_its_numbers_are() -> None:
    """A known curve, on axes whose ends are known, within a third of a point."""
    picture = states.race()
    plot = CurveContent("x", y_type="linear", x_range=(0.0, 2000.0), y_range=(-2.0, 2.0))
    settings = FigureSettings(grid=False, legend="none", markers=False, dashes=False)
    adam = tuple(replace(run, settings=replace(run.settings, visible=run.id == "adam")) for run in picture.runs)
    svg = figure_bytes("svg", replace(picture, runs=adam), plot, settings)
    (curve,) = [points for points in lines(svg) if len(points) > 20]
    frame = next(points for points in _spines(svg))
    left, right, bottom, top = frame
    values = adam[-1].history.column("x")[0]
    across = left + np.arange(2000) / 2000.0 * (right - left)
    up = bottom + (values + 2.0) / 4.0 * (top - bottom)
    drawn = np.interp(across[20:], curve[:, 0], curve[:, 1])
    assert np.abs(drawn - up[20:]).max() < 0.3


def _spines(svg: bytes):
    """(left, right, bottom, top) of the axes' background."""
    patch = re.search(
        r'id="patch_2">\s*<path d="M ([\d.]+) ([\d.]+) \s*L ([\d.]+) [\d.]+ \s*L [\d.]+ ([\d.]+)', drawing(svg)
    )
    assert patch
    left, bottom, right, top = map(float, patch.groups())
    yield left, right, bottom, top


def test_a_spike_is_never_lost() -> None:
    """One update in 140,000, seen in a figure of 89 mm."""
    picture = states.tweaked()
    rows = records.with_exact_history(picture, picture.runs[0])
    last = rows.history.last.copy()
    last[0] = 1.0
    last[0, 123_457] = 1e6
    run = replace(rows, history=replace(rows.history, last=last, low=last, high=last))
    plot = CurveContent(y_range=(1e-3, 1e6))
    svg = figure_bytes("svg", replace(picture, runs=(run,)), plot, FigureSettings(legend="none", markers=False))
    left, right, _, top = next(_spines(svg))
    highest = min(tuple(points[points[:, 1].argmin()][::-1]) for points in lines(svg) if len(points) > 2)
    assert highest[0] == pytest.approx(top, abs=0.2)
    assert highest[1] == pytest.approx(left + (right - left) * 123_457 / 140_000, abs=0.3)


def test_merged_bins_are_replayed_to_single_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = states.tweaked()
    run = picture.runs[0]
    assert run.history.width > 1
    exact = records.with_exact_history(picture, run)
    assert exact.history.width == 1 and exact.history.updates == run.history.updates
    width = run.history.width
    bins = exact.history.last[:, : run.history.count * width].reshape(len(COLUMNS), -1, width)
    assert np.array_equal(bins.min(axis=2), run.history.low[:, : run.history.count])
    assert np.array_equal(bins.max(axis=2), run.history.high[:, : run.history.count])
    monkeypatch.setattr(records, "MAX_EXACT", 1000)
    assert records.with_exact_history(picture, run) is run


def test_a_path_too_long_to_be_replayed_begins_at_its_start_to_the_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_EXACT", 1000)
    picture = states.tweaked()
    assert picture.runs[0].history.width > 1
    axes = Figure().add_subplot()
    labels = {run.id: run.settings.name for run in picture.runs}
    draw_surface(axes, Drawing(picture, FigureSettings(), labels))
    path = max((line.get_xydata() for line in axes.lines), key=len)
    assert tuple(path[0]) == picture.experiment.problem.start


def test_the_figure_of_a_run_that_keeps_an_average_marks_both_points() -> None:
    run = new_run("sgd", learning_rate=1e-3, average="EMA", average_decay=0.9)
    session = Session(new_experiment("himmelblau", [run], updates=0))
    session.advance(40)
    picture, axes = session.picture(), Figure().add_subplot()
    draw_surface(axes, Drawing(picture, FigureSettings(), {"sgd": "SGD"}))
    marked = {tuple(line.get_xydata()[0]): line.get_alpha() for line in axes.lines if len(line.get_xydata()) == 1}
    shown = picture.runs[0].shown
    assert marked[tuple(shown.average)] is None and marked[tuple(shown.theta)] == 0.45


MEASURED = [key for key, curve in TABLE.items() if not curve.columns and curve.needs(states.networks())]


@pytest.mark.parametrize(
    ("state", "key"),
    [
        pytest.param(state, key, marks=() if state == "networks" or place % 4 == 0 else pytest.mark.slow)
        for state in states.NETWORKS
        for place, key in enumerate([*MEASURED, "loss", "x"])
    ],
)
def test_every_network_can_be_drawn(state: str, key: str) -> None:
    picture = states.NETWORKS[state]()
    svg = figure_bytes("svg", picture, CurveContent(key, along="epochs"), BARE)
    assert not re.search(r"\b(nan|inf)\b", drawing(svg), re.IGNORECASE)
    assert ("nothing recorded" in drawing(svg)) == (key == "x" or state == "unmeasured")


def _labels(svg: bytes) -> list[str]:
    return re.findall(r"<!-- (.*?) -->", drawing(svg))


def test_training_is_solid_and_validation_dashed() -> None:
    svg = figure_bytes("svg", states.networks(), CurveContent("losses"), FigureSettings(markers=False, grid=False))
    strokes = re.findall(r'<path d="M[^"]*" clip-path="[^"]*" style="([^"]*)"', drawing(svg))
    looks = [(re.search("stroke: (#[0-9a-f]+)", style)[1], "dasharray" in style) for style in strokes]  # type: ignore[index]
    adams, sgds = ON_LIGHT[1], ON_LIGHT[0]
    assert looks == [(adams, True), (sgds, False), (sgds, True), (adams, False), (adams, True)]  # a tweak is below
    labels = _labels(svg)
    assert labels[-3:] == ["training", "validation", "tweak"] and "Loss" in labels
    assert not any("Momentum" in label for label in labels)


def test_what_is_measured_lies_where_its_numbers_are() -> None:
    picture = states.networks()
    plot = CurveContent("score", x_range=(0.0, 300.0), y_range=(0.0, 1.0), span=50)
    settings = FigureSettings(grid=False, legend="none", markers=False)
    sgd = tuple(replace(run, settings=replace(run.settings, visible=run.id == "sgd")) for run in picture.runs)
    svg = figure_bytes("svg", replace(picture, runs=sgd), plot, settings)
    left, right, bottom, top = next(_spines(svg))
    curves = [points for points in lines(svg) if len(points) > 20]
    assert len(curves) == 2
    measures = picture.runs[0].measures
    for name, curve in zip(("training_score", "validation_score"), curves, strict=True):
        across = left + measures.at / 300.0 * (right - left)
        up = bottom + measures.column(name) * (top - bottom)
        drawn = np.interp(across[2:], curve[:, 0], curve[:, 1])
        assert np.abs(drawn - up[2:]).max() < 1.0


def test_layers_are_those_of_the_selected_run_and_named() -> None:
    picture = states.networks()
    labels = _labels(figure_bytes("svg", picture, CurveContent("layer_delta_norm"), FigureSettings()))
    assert (
        labels[-5:] == ["Adam, η = 0.01 → 0.03, full batch", "hidden 1", "hidden 2", "output", "tweak"]
        and "Delta norm" in labels
    )
    other = replace(picture, experiment=replace(picture.experiment, view={"selected": "sgd"}))
    labels = _labels(figure_bytes("svg", other, CurveContent("layer_delta_norm"), FigureSettings()))
    assert labels[-4:] == ["Gradient descent, η = 0.03, mini-batch, B = 10", "hidden 1", "hidden 2", "output"]


@pytest.mark.parametrize(("state", "title"), [("networks", "Accuracy"), ("unmeasured", "R²")])
def test_the_score_has_its_name(state: str, title: str) -> None:
    axes, picture = Figure().add_subplot(), states.NETWORKS[state]()
    names = {run.id: run.name for run in picture.runs}
    draw_curves(axes, picture, CurveContent("score"), FigureSettings(), names, {}, records.no_progress)
    assert axes.get_ylabel() == title


def test_runs_can_be_told_apart_without_colour() -> None:
    settings = FigureSettings()
    looks = {(settings.dash(place), settings.marker(place)) for place in range(16)}
    assert len(looks) == 16


def test_hidden_runs_are_not_drawn() -> None:
    text = figure_bytes("svg", states.tweaked(), CurveContent(), FigureSettings()).decode()
    assert "<!-- Gradient descent, η = 0.0005 → 0.0001" in text
    assert "<!-- Adam" not in text


def test_texts_are_taken_by_the_letter() -> None:
    svg = figure_bytes("svg", states.diverged(), CurveContent(), FigureSettings(title=True)).decode()
    assert re.search(r"<!-- +_\$x\^2\$ 日本 +&lt;&amp;&gt;\]\]&gt; =1 -->", svg)
    assert "diverged -->" in svg


@pytest.mark.parametrize(
    ("state", "legend"),
    [
        pytest.param(
            state, legend, marks=() if state == "sixteen" and legend in ("below", "right") else pytest.mark.slow
        )
        for state in ("sixteen", "race")
        for legend in ("auto", "inside", "below", "right", "none")
    ],
)
def test_the_legend_stays_on_the_page(state: str, legend: str) -> None:
    settings = FigureSettings(legend=legend, dpi=100)
    content = figure_bytes("png", states.STATES[state](), CurveContent(), settings)
    pixels = np.array(Image.open(io.BytesIO(content)).convert("L"))
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    assert all((edge > 250).all() for edge in edges)


def test_all_texts_are_measured_on_one_canvas(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canvas takes megabytes, and remembers what it has measured."""
    made: list[RendererAgg] = []
    begin = RendererAgg.__init__
    monkeypatch.setattr(RendererAgg, "__init__", lambda self, *size: (made.append(self), begin(self, *size))[1])
    figure_bytes("svg", states.sixteen(), CurveContent(), FigureSettings(legend="below"))
    assert 1 <= len(made) <= 2, "one for the legend, one that the file's own format may need"


@pytest.mark.parametrize(
    ("differ", "legend"),
    [
        pytest.param(differ, legend, marks=() if differ == usual else pytest.mark.slow)
        for legend, usual in (("auto", "end"), ("right", "rate"), ("inside", ""), ("below", ""))
        for differ in ("end", "rate")
    ],
)
def test_long_labels_that_differ_late_stay_different_in_the_figure(legend: str, differ: str) -> None:
    name = "The same long description of an experiment, in its "
    runs = [
        new_run("adam", name=f"{name}{place}" if differ == "end" else "", learning_rate=1e-4 * (1 + place / 1000))
        for place in range(4)
    ]
    session = Session(new_experiment("rosenbrock", runs, updates=50))
    session.advance(50)
    settings = FigureSettings.of_size("single column", legend=legend)
    svg = figure_bytes("svg", session.picture(naming=run_names), CurveContent(), settings).decode()
    told = [text.split(" -->")[0].strip() for text in svg.split("<!-- ")[1:]]
    marks = [str(place) for place in range(4)] if differ == "end" else ["0.0001", "0.0001001", "0.0001002", "0.0001003"]
    for mark in marks:
        assert sum(text.endswith((f" {mark}", f"= {mark}")) or f"{mark}:" in text for text in told) >= 1, told


def test_transparent_paper(tmp_path: Path) -> None:
    for transparent, alpha in ((True, 0), (False, 255)):
        settings = FigureSettings(transparent=transparent, dpi=72, legend="none")
        content = figure_bytes("png", states.race(), CurveContent(), settings)
        assert Image.open(io.BytesIO(content)).convert("RGBA").getpixel((0, 0))[3] == alpha


@pytest.mark.parametrize("font", ["sans", "DejaVu Sans Mono", pytest.param("serif", marks=pytest.mark.slow)])
def test_fonts_are_embedded(font: str) -> None:
    content = drawn("pdf", "race", CurveContent(span=20), FigureSettings(font=font))
    fonts = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"]
    kinds = {str(item.get_object()["/Subtype"]) for item in fonts.values()}
    assert kinds <= {"/Type0", "/Type3"} and kinds
    for item in fonts.values():
        for below in item.get_object().get("/DescendantFonts", []):
            descriptor = below.get_object()["/FontDescriptor"]
            assert not descriptor["/FontFile2"].get_object().get_data().startswith(b"OTTO")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"width": 5}, r"width must lie in \[20, 1000\], got 5"),
        ({"height": float("nan")}, "height must lie in .*got nan"),
        ({"dpi": 72.5}, "dpi must be a whole number"),
        ({"font_size": "8"}, "font size must lie"),
        ({"legend": "top"}, "legend must be one of auto, .*got 'top'"),
        ({"font": ""}, "font must be"),
        ({"grid": 1}, "grid must be true or false"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        FigureSettings(**wrong)


def test_settings_survive_a_dict_and_what_cannot_be_drawn_is_refused() -> None:
    settings = FigureSettings.of_size("double column", legend="right", grid=False)
    assert FigureSettings(**settings.to_dict()) == settings
    with pytest.raises(SettingError, match=", ".join(SIZES)):
        FigureSettings.of_size("poster")
    with pytest.raises(SettingError, match="million pixels"):
        figure_bytes("png", states.empty(), CurveContent(), FigureSettings(width=1000, height=1000, dpi=1200))
    with pytest.raises(SettingError, match="font 'Nemo Sans 7' is not installed"):
        figure_bytes("png", states.empty(), CurveContent(), FigureSettings(font="Nemo Sans 7"))


@pytest.mark.parametrize(
    "make",
    [lambda: CurveContent("los"), lambda: CurveContent(along="hours"), lambda: CurveContent(span=-1),
     lambda: CurveContent(x_range=(1, 0)), lambda: CurveContent(y_type="log", y_range=(0.0, 1.0)),
     lambda: CurveContent(y_type="square"), lambda: CurveContent(x_type="auto"),
     lambda: CurveContent(y_range=(float("nan"), 1.0)), lambda: StageContent((0, 0, 0, 1))],
)  # fmt: skip
def test_plots_that_cannot_be_are_refused(make) -> None:
    with pytest.raises(SettingError):
        make()


def test_a_refused_or_cancelled_figure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "figure.pdf"
    path.write_bytes(b"old")

    def cancel(what: str, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_figure(path, states.tweaked(), CurveContent(), FigureSettings(), progress=cancel)
    with pytest.raises(FileError, match=r"end in \.png, \.svg, \.pdf"):
        write_figure(tmp_path / "figure.jpg", states.race(), CurveContent(), FigureSettings())
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_seconds_are_drawn_where_they_are_known() -> None:
    picture = states.race()
    clocks = {run.id: (np.array([0.0, 2000.0]), np.array([0.0, 3.5])) for run in picture.runs}
    plot = CurveContent(along="seconds")
    known, unknown = (figure_bytes("svg", picture, plot, BARE, clock) for clock in (clocks, {}))
    assert "<!-- Seconds of own computation -->" in known.decode() and "nothing recorded" not in known.decode()
    assert "nothing recorded" in unknown.decode()


@pytest.mark.slow
@pytest.mark.parametrize("surface", list(SURFACES))
def test_every_surface_can_be_drawn(surface: str) -> None:
    session = Session(new_experiment(surface, [new_run("sgd", learning_rate=SURFACES[surface].rate)]))
    session.advance(200)
    svg = figure_bytes("svg", session.picture(), StageContent(), FigureSettings())
    assert not re.search(r"\b(nan|inf)\b", drawing(svg), re.IGNORECASE)


@pytest.mark.parametrize("format", ["svg", pytest.param("png", marks=pytest.mark.slow)])
@pytest.mark.parametrize("formula", ["1", "1/(x*y)", "log(x)", "exp(700*x)", "sqrt(x) + 1e300*y^2", "-1/x^2"])
def test_surfaces_that_are_hard_to_draw(formula: str, format: str) -> None:
    session = Session(new_experiment(Formula(formula), ["adam"], start=(1.0, 1.0)))
    session.advance(50)
    content = figure_bytes(format, session.picture(), StageContent(), FigureSettings(dpi=72, legend="none"))
    assert format == "png" or not re.search(r"\b(nan|inf)\b", drawing(content), re.IGNORECASE)


@pytest.mark.slow
def test_a_million_updates_of_twenty_curves_are_drawn_small() -> None:
    runs = [new_run("sgd", learning_rate=1e-4 * (1 + place), batch="single") for place in range(16)]
    session = Session(new_experiment("rosenbrock", runs, noise=5.0, updates=0))
    session.advance(1_000_000)
    for plot in (CurveContent(), StageContent()):
        for format, most in (("svg", 12e6), ("pdf", 5e6)):
            assert len(figure_bytes(format, session.picture(), plot, FigureSettings())) < most


def test_a_branch_is_drawn_from_where_it_leaves_its_origin() -> None:
    session = Session(new_experiment("himmelblau", [new_run("adam", learning_rate=0.02)], updates=0))
    session.advance(100)
    session.fork("adam", 40, {"learning_rate": 0.2})
    picture = session.picture(naming=run_names)
    branch = picture.runs[1]
    axes = Figure().add_subplot()
    names = {run.id: run.name for run in picture.runs}
    draw_curves(axes, picture, CurveContent(), FigureSettings(markers=False), names, {}, records.no_progress)
    left = {line.get_color(): float(line.get_xdata()[0]) for line in axes.lines if len(line.get_xdata()) > 2}
    assert left[ON_LIGHT[0]] == pytest.approx(0.0, abs=0.02)
    assert left[ON_LIGHT[branch.colour]] == pytest.approx(0.4, abs=0.02)
    rings = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    assert [float(ring.get_xdata()[0]) for ring in rings] == [pytest.approx(0.4, abs=0.01)]
    assert session.picture(naming=run_names).runs[1].name == "η = 0.02 → 0.2"


def test_the_figure_of_a_scrubbed_surface_ends_where_the_runs_stood() -> None:
    session = Session(new_experiment("himmelblau", [new_run("adam", learning_rate=0.02)], updates=0))
    session.advance(100)
    session.seek(30)

    def drawn_of(picture: SessionPicture) -> list[list[list[float]]]:
        axes = Figure().add_subplot()
        draw_surface(axes, Drawing(picture, FigureSettings(), {"adam": "Adam"}))
        return [line.get_xydata().tolist() for line in axes.lines]

    past, newest = drawn_of(session.picture(30)), drawn_of(session.picture())
    session.rewind(30)
    assert past == drawn_of(session.picture()) != newest
