"""The context of a network figure: the selected run and its network, as shown on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.export.checkpoints import Check, no_check
from app.export.legend import clean
from app.export.records import selected_run
from app.look.networks.score_text import scores_of
from engine import DIVERGED, Interruption, Learner, NetworkSnapshot, NetworkTask, Query, snapshot_pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from app.export.style import FigureSettings
    from engine import RunPicture, SessionPicture

_MAX_PRODUCTS = 2_000_000_000  # multiplications allowed for outputs on a grid
_MIN_NODES, _MAX_NODES = 80, 480  # grid points along a side


@dataclass(frozen=True, slots=True)
class FigureContext:
    """A run and its network. labels: what distinguishes the visible runs, by id.

    check: called before and after each evaluation, and where one is interrupted.
    """

    picture: SessionPicture
    task: NetworkTask
    learner: Learner
    run: RunPicture
    settings: FigureSettings
    labels: Mapping[str, str]
    check: Check = no_check
    interruption: Interruption | None = None

    @property
    def nodes(self) -> int:
        """Grid points along a side of the plane: as many as the network's size allows."""
        affordable = int((_MAX_PRODUCTS / self.learner.network.parameters) ** 0.5)
        return min(max(affordable, _MIN_NODES), _MAX_NODES)

    def evaluated(self, *queries: Query[Any], run: RunPicture | None = None) -> NetworkSnapshot:
        """The answers of the network of the run, or of another one."""
        run = run or self.run
        theta, update = run.shown.evaluated, run.shown.update
        pieces = snapshot_pieces(run.shown.problem, theta, frozenset(queries), run.id, update, self.interruption)
        while True:
            self.check()
            try:
                next(pieces)
            except StopIteration as end:
                self.check()
                assert isinstance(end.value, NetworkSnapshot)
                return end.value

    def heading(self, run: RunPicture | None = None) -> str:
        """The name, update and status of the run, or of another one."""
        run = run or self.run
        lost = ", diverged" if run.status == DIVERGED else ""
        return f"{self.labels.get(run.id, run.name)}, update {run.shown.update:,}{lost}"

    def add_heading(self, axes: Axes, *lines: str) -> None:
        """Put lines above everything, below the experiment's title if wanted, as large as fits."""
        whole = [self.picture.experiment.title[:120], *lines] if self.settings.title else list(lines)
        if not whole:
            return
        figure: Any = axes.figure
        text = "\n".join(map(clean, whole))
        title = figure.suptitle(text, fontsize=0.9 * self.settings.font_size, color="0.2", parse_math=False)
        room = 0.96 * figure.bbox.width / max(title.get_window_extent().width, 1.0)
        title.set_fontsize(min(1.0, room) * title.get_fontsize())


def figure_context(
    picture: SessionPicture,
    settings: FigureSettings,
    labels: Mapping[str, str],
    check: Check = no_check,
    interruption: Interruption | None = None,
) -> FigureContext:
    """The network of the selected run, or of the first one."""
    run = selected_run(picture)
    problem = run.shown.problem
    assert isinstance(problem.task, NetworkTask)
    return FigureContext(picture, problem.task, Learner.of(problem.subject), run, settings, labels, check, interruption)


def score_labels(snapshot: NetworkSnapshot) -> tuple[str, str]:
    """Title and score of the training and of the validation set; "" without examples."""
    texts = {score.validates: f"{score.title}, {_score_words(score.score)}" for score in scores_of(snapshot)}
    return texts.get(False, ""), texts.get(True, "")


def _score_words(score: str) -> str:
    return score if score.startswith("R") else f"{score} right"
