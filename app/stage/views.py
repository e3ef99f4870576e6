"""Every view that a stage with tabs offers, in their order, where it fits. Adding one is naming its class here."""

from __future__ import annotations

from app.stage.association.matrix import MatrixView
from app.stage.association.pairs import PairsView
from app.stage.charts.histograms import HistogramsView
from app.stage.charts.norm_history import NormHistoryView
from app.stage.charts.spectrum import SpectrumView
from app.stage.charts.time_steps import TimeStepsView
from app.stage.charts.token_plane import TokenPlaneView
from app.stage.clustering.clusters import ClustersView
from app.stage.examples.answers import AnswersView
from app.stage.examples.attention import AttentionView
from app.stage.examples.class_images import ClassImagesView
from app.stage.examples.confusion import ConfusionView
from app.stage.examples.draw import DrawView
from app.stage.examples.feature_maps import FeatureMapsView
from app.stage.examples.gates import GatesView
from app.stage.examples.images import ImagesView
from app.stage.examples.read_text import ReadTextView
from app.stage.examples.reconstructions import ReconstructionsView
from app.stage.examples.sampled_text import SampledTextView
from app.stage.examples.spectrogram import SpectrogramView
from app.stage.parameter_path.parameter_path import ParameterPathView
from app.stage.planes.boundary import BoundaryView
from app.stage.planes.code import CodeView
from app.stage.planes.fit import FitView
from app.stage.planes.reconstructed_plane import ReconstructedPlaneView
from app.stage.planes.residuals import ResidualsView
from app.stage.policy.arms import ArmsView
from app.stage.policy.corridor import CorridorView
from app.stage.policy.grid_map import GridMapView
from app.stage.policy.policy_map import PolicyMapView
from app.stage.stage_view import StageView

VIEWS: list[type[StageView]] = [
    ClustersView,
    PairsView,
    MatrixView,
    BoundaryView,
    FitView,
    SpectrogramView,
    ReconstructionsView,
    ReconstructedPlaneView,
    CodeView,
    FeatureMapsView,
    SampledTextView,
    ReadTextView,
    TimeStepsView,
    GatesView,
    NormHistoryView,
    AnswersView,
    AttentionView,
    ImagesView,
    DrawView,
    ArmsView,
    CorridorView,
    GridMapView,
    PolicyMapView,
    SpectrumView,
    TokenPlaneView,
    ConfusionView,
    ClassImagesView,
    ResidualsView,
    ParameterPathView,
    HistogramsView,
]
