"""Thumbnails of policies: the preset's view after running, painted by the view itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.look.theme import DARK
from app.stage.policy.arms import ArmsView
from app.stage.policy.grid_map import GridMapView
from app.stage.policy.policy_view import PolicyView
from app.stage.views import VIEWS
from engine import Session, snapshot_of


def policy_thumbnail(session: Session, settings: dict[str, object], size: QSize) -> QImage:
    """The selected run of a session in the view named by the settings, as an image of this size."""
    view = next(kind for kind in VIEWS if settings["policy_view"] == kind.KEY)(DARK)
    assert isinstance(view, PolicyView)
    selected = str(settings["selected"])
    picture, run = session.picture(focus=selected), session.run(selected)
    canvas = canvas_of(view)
    canvas.setParent(None)  # takes it out of its layout
    canvas.resize(size)
    canvas.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    canvas.show()  # lays it out
    view.refresh(picture)
    view.show_snapshot(snapshot_of(picture.problem, run.machine.theta, view.queries(), selected, run.update))
    QApplication.processEvents()
    return canvas.grab().toImage()


def canvas_of(view: PolicyView) -> QWidget:
    """What of a view is worth seeing when it is small."""
    if isinstance(view, GridMapView):
        return view.board
    found = view.chances if isinstance(view, ArmsView) else view.plot  # type: ignore[attr-defined]
    assert isinstance(found, QWidget)
    return found
