"""Thumbnails of clusters and memories: the preset's view after running, painted by the view itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.look.theme import DARK
from app.stage.views import VIEWS
from engine import Session, snapshot_of


def view_thumbnail(session: Session, settings: dict[str, object], size: QSize) -> QImage:
    """The selected run of a session in the chart of the view named by the settings, as an image of this size."""
    kind = session.picture().kind
    view = next(found for found in VIEWS if settings[f"{kind}_view"] == found.KEY)(DARK)
    selected = str(settings["selected"])
    picture, run = session.picture(focus=selected), session.run(selected)
    chart = view.chart  # type: ignore[attr-defined]
    chart.setParent(None)  # takes it out of its layout
    chart.resize(size)
    chart.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    chart.show()  # lays it out
    view.refresh(picture)
    view.show_snapshot(snapshot_of(picture.problem, run.machine.theta, view.queries(), selected, run.update))
    QApplication.processEvents()
    image: QImage = chart.grab().toImage()
    return image
