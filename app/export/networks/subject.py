"""The network that a figure shows: that of the selected run, as it stands on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.export.legend import clean
from app.look.score_text import scores_of
from engine import DIVERGED, Learner, NetworkTask, Portrait, Wanted, portrait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from app.export.style import FigureSettings
    from engine import RunPicture, SessionPicture

_ORDERS = 2_000_000_000  # products that the answers on a grid may take
_FEWEST, _MOST = 80, 480  # nodes along a side


@dataclass(frozen=True, slots=True)
class Subject:
    """A run and its network. labels: what tells the runs that are shown from each other, by id."""

    picture: SessionPicture
    task: NetworkTask
    learner: Learner
    run: RunPicture
    settings: FigureSettings
    labels: Mapping[str, str]

    @property
    def nodes(self) -> int:
        """How many nodes along a side a picture of the plane has: as fine as its network allows."""
        affordable = int((_ORDERS / self.learner.network.parameters) ** 0.5)
        return min(max(affordable, _FEWEST), _MOST)

    def asked(self, wanted: Wanted, run: RunPicture | None = None) -> Portrait:
        """What the network of the run, or of another one, has to say."""
        run = run or self.run
        return portrait(self.learner, run.shown.theta, wanted, run.id, run.shown.update)

    def heading(self, run: RunPicture | None = None) -> str:
        """Which run it is, or another one, and when."""
        run = run or self.run
        lost = ", diverged" if run.status == DIVERGED else ""
        return f"{self.labels.get(run.id, run.name)}, update {run.shown.update:,}{lost}"

    def head(self, axes: Axes, *lines: str) -> None:
        """Put lines over everything, below the experiment's title if it is wanted, as large as fits."""
        whole = [self.picture.experiment.title[:120], *lines] if self.settings.title else list(lines)
        if not whole:
            return
        figure: Any = axes.figure
        text = "\n".join(map(clean, whole))
        head = figure.suptitle(text, fontsize=0.9 * self.settings.font_size, color="0.2", parse_math=False)
        room = 0.96 * figure.bbox.width / max(head.get_window_extent().width, 1.0)
        head.set_fontsize(min(1.0, room) * head.get_fontsize())


def subject_of(picture: SessionPicture, settings: FigureSettings, labels: Mapping[str, str]) -> Subject:
    """The selected run's network, or the first one's."""
    task, learner = picture.task, picture.learner
    assert isinstance(task, NetworkTask) and learner is not None
    return Subject(picture, task, learner, selected_run(picture), settings, labels)


def selected_run(picture: SessionPicture) -> RunPicture:
    """The run that the window has selected, or the first."""
    selected = picture.experiment.view.get("selected")
    return next((run for run in picture.runs if run.id == selected), picture.runs[0])


def scored(portrait: Portrait) -> tuple[str, str]:
    """How well the network does on the examples it learns from, and on the others; empty if there are none."""
    texts = {score.validates: f"{score.title}, {_score_words(score.score)}" for score in scores_of(portrait)}
    return texts.get(False, ""), texts.get(True, "")


def _score_words(score: str) -> str:
    return score if score.startswith("R") else f"{score} right"
