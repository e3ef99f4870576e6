"""A network in small: what its preset's view shows once it has run, painted by that view itself."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.look.theme import DARK
from app.stage.charts.histogram_list import HistogramList
from app.stage.charts.histograms import HistogramsView
from app.stage.examples.confusion import ConfusionView
from app.stage.examples.images import ImagesView
from app.stage.examples.matrix import HEAD, Matrix
from app.stage.network_view import NetworkView
from app.stage.network_views import VIEWS
from app.stage.planes.parameter_path import ParameterPathView
from app.stage.planes.plane_chart import PlaneChart
from app.workers.loss_slices import LossSlices
from engine import Session, path_request, portrait

TURNS = 100  # of the event loop, in which histograms make their plots
FINE = 1.5  # times as large as shown are histograms painted, so that more of their words fit
STROKES = 20  # times that a chart is painted: long paths are drawn piece by piece
DRAWING = 4.0  # seconds in which the loss over a plane becomes fine


def network_thumbnail(session: Session, settings: dict[str, object], size: QSize) -> QImage:
    """The selected run of a session in the view that the settings name, as a picture of this size."""
    view = next(kind for kind in VIEWS if settings["network_view"] == kind.KEY)(DARK)
    selected = str(settings["selected"])
    picture, run = session.picture(focus=selected), session.run(selected)
    assert picture.learner is not None
    view.apply_view(settings | {"network_images_wrong_first": False})
    canvas = canvas_of(view)
    canvas.setParent(None)  # no layout has a say any more
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
        view.show_portrait(portrait(picture.learner, run.machine.theta, view.wanted(), selected, run.update))
    for _ in range(TURNS if isinstance(canvas, HistogramList) else 0):
        QApplication.processEvents()
    fit(canvas, size)  # numbers at the axes may have become wider
    return framed(canvas, size)


def fit(canvas: QWidget, size: QSize) -> None:
    """Make the plot of a chart as large as the picture."""
    if isinstance(canvas, PlaneChart):
        canvas.resize(canvas.size() + size - canvas.plot_rect().size())


def painted_size(canvas: QWidget, size: QSize) -> QSize:
    """How large a canvas must be for a picture of this size."""
    if isinstance(canvas, Matrix):
        return size + QSize(0, HEAD)
    return size * FINE if isinstance(canvas, HistogramList) else size


def framed(canvas: QWidget, size: QSize) -> QImage:
    """What is painted on a canvas: of a chart the inside of its axes, of a matrix what is below its key."""
    if isinstance(canvas, HistogramList):
        mode = Qt.TransformationMode.SmoothTransformation
        return canvas.grab().toImage().scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    frame = QRect(QPoint(), size)
    if isinstance(canvas, PlaneChart):
        frame = canvas.plot_rect()
    elif isinstance(canvas, Matrix):
        frame.moveTop(HEAD)
    return canvas.grab(frame).toImage()


def canvas_of(view: NetworkView) -> QWidget:
    """The part of a view that shows the network, without buttons and words."""
    if isinstance(view, ImagesView):
        return view.examples
    if isinstance(view, ConfusionView):
        return view.matrix
    if isinstance(view, HistogramsView):
        view.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return view.list
    chart: QWidget = view.chart  # type: ignore[attr-defined]
    return chart


def draw_plane(view: ParameterPathView, session: Session, selected: str) -> None:
    """Let the loss over the plane of the paths be computed, and show it."""
    faults: list[BaseException] = []
    planes = LossSlices(faults.append)
    planes.offer(path_request(session.picture(focus=selected), session, selected, view.plane_wanted(), moving=False))
    time.sleep(DRAWING)
    planes.release()
    if faults or planes.newest is None:
        raise RuntimeError("the plane was not drawn") from (faults[0] if faults else None)
    view.show_plane(planes.newest)
    for _ in range(STROKES):
        view.chart.grab()
