"""Thumbnails of networks: the preset's view after running, painted by the view itself."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.look.theme import DARK
from app.stage.charts.histogram_list import HistogramList
from app.stage.charts.histograms import HistogramsView
from app.stage.charts.norm_history import NormHistoryView, NormPictures
from app.stage.charts.spectrum import SpectrumView
from app.stage.charts.time_steps import TimeStepsView
from app.stage.examples.answers import AnswersView
from app.stage.examples.attention import AttentionView
from app.stage.examples.confusion import ConfusionView
from app.stage.examples.confusion_matrix import HEAD, ConfusionMatrix
from app.stage.examples.feature_maps import FeatureMapsView
from app.stage.examples.gates import GatesView
from app.stage.examples.images import ImagesView
from app.stage.examples.read_text import ReadTextView
from app.stage.examples.reconstructions import ReconstructionsView
from app.stage.examples.sampled_text import SampledTextView
from app.stage.examples.spectrogram import SpectrogramView
from app.stage.networks.network_view import NetworkView
from app.stage.parameter_path.parameter_path import ParameterPathView
from app.stage.plane_chart import PlaneChart
from app.stage.views import VIEWS
from app.workers.loss_slices import LossSlices
from engine import Learner, Session, path_request, snapshot_of

TURNS = 100  # of the event loop, in which histograms make their plots
FINE = 1.5  # several plots are painted larger and scaled down, so that more of their text fits
STROKES = 20  # times a chart is painted, because long paths are drawn incrementally
DRAWING = 4.0  # seconds for the loss slice to be refined


def network_thumbnail(session: Session, settings: dict[str, object], size: QSize) -> QImage:
    """The selected run of a session in the view named by the settings, as an image of this size."""
    view = next(kind for kind in VIEWS if settings["network_view"] == kind.KEY)(DARK)
    selected = str(settings["selected"])
    picture, run = session.picture(focus=selected), session.run(selected)
    view.apply_view(settings | {"network_images_wrong_first": False})
    canvas = canvas_of(view, answers=Learner.of(picture.subject).data.target_shape.steps > 1)
    canvas.setParent(None)  # takes it out of its layout
    canvas.resize(painted_size(canvas, size))
    view.refresh(picture)
    if isinstance(canvas, PlaneChart):
        canvas.set_square(False)
    canvas.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    canvas.show()  # lays it out
    fit(canvas, size)
    if isinstance(view, ParameterPathView):
        draw_plane(view, session, selected)
    else:
        view.show_snapshot(snapshot_of(picture.problem, run.machine.theta, view.queries(), selected, run.update))
    for _ in range(TURNS if isinstance(canvas, HistogramList) else 0):
        QApplication.processEvents()
    fit(canvas, size)  # numbers at the axes may have become wider
    return framed(canvas, size)


def fit(canvas: QWidget, size: QSize) -> None:
    """Make the plot of a chart as large as the picture."""
    if isinstance(canvas, PlaneChart):
        canvas.resize(canvas.size() + size - canvas.plot_rect().size())


def painted_size(canvas: QWidget, size: QSize) -> QSize:
    """The size to paint a canvas at for an image of this size."""
    if isinstance(canvas, ConfusionMatrix):
        return size + QSize(0, HEAD)
    return size * FINE if isinstance(canvas, HistogramList | NormPictures) else size


def framed(canvas: QWidget, size: QSize) -> QImage:
    """The image of a canvas: for a chart the inside of its axes, for a matrix without its key."""
    if isinstance(canvas, HistogramList | NormPictures):
        mode = Qt.TransformationMode.SmoothTransformation
        return canvas.grab().toImage().scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    frame = QRect(QPoint(), size)
    if isinstance(canvas, PlaneChart):
        frame = canvas.plot_rect()
    elif isinstance(canvas, ConfusionMatrix):
        frame.moveTop(HEAD)
    return canvas.grab(frame).toImage()


def canvas_of(view: NetworkView, answers: bool) -> QWidget:
    """The part of a view that shows the network, without buttons and text. answers: if it has one at every step."""
    if isinstance(view, ImagesView):
        return view.examples
    if isinstance(view, ReconstructionsView):
        return view.tiles
    if isinstance(view, ConfusionView):
        return view.matrix
    if isinstance(view, HistogramsView):
        view.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return view.list
    if isinstance(view, NormHistoryView):
        return view.pictures
    if isinstance(view, FeatureMapsView | GatesView):
        view.tiles.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return view.tiles
    if isinstance(view, SampledTextView | ReadTextView):
        return view.page
    if isinstance(view, AnswersView):
        return view.table
    if isinstance(view, AttentionView):
        return view.maps
    if isinstance(view, SpectrumView):
        return view.plot
    if isinstance(view, TimeStepsView):
        return view.answers if answers else view.plot
    if isinstance(view, SpectrogramView):
        return view.plot
    chart: QWidget = view.chart  # type: ignore[attr-defined]
    return chart


def draw_plane(view: ParameterPathView, session: Session, selected: str) -> None:
    """Compute the loss over the plane of the paths, and show it."""
    faults: list[BaseException] = []
    planes = LossSlices(lambda _, error: faults.append(error))
    planes.request(path_request(session.picture(focus=selected), session, selected, view.plane_wanted(), moving=False))
    time.sleep(DRAWING)
    planes.release()
    if faults or planes.newest is None:
        raise RuntimeError("the plane was not drawn") from (faults[0] if faults else None)
    view.show_plane(planes.newest)
    for _ in range(STROKES):
        view.chart.grab()
