"""Every view of a network, in the order of their buttons. Adding one is naming its class here."""

from __future__ import annotations

from app.stage.networks.confusion import ConfusionView
from app.stage.networks.decision import DecisionView
from app.stage.networks.fit import FitView
from app.stage.networks.histograms import HistogramsView
from app.stage.networks.images import ImagesView
from app.stage.networks.path import PathView
from app.stage.networks.residuals import ResidualsView
from app.stage.networks.view import NetworkView

VIEWS: tuple[type[NetworkView], ...] = (
    DecisionView,
    FitView,
    ImagesView,
    ConfusionView,
    ResidualsView,
    PathView,
    HistogramsView,
)
