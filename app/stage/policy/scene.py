"""Scenes: how each environment is drawn, at a step of an episode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Agent, Episode


class Scene(ABC):
    """Draws one environment. KEY: of the environment. RATE: steps a second at the usual speed."""

    KEY: ClassVar[str]
    RATE: ClassVar[float]

    @abstractmethod
    def draw(
        self, painter: QPainter, area: QRectF, theme: Theme, colour: QColor, agent: Agent, episode: Episode, at: float
    ) -> None:
        """Draw the environment at a place of an episode, from 0 to its length. colour: of the run."""

    def words(self, agent: Agent, episode: Episode, step: int) -> str:
        """What has been done in the step before this state, such as `right`; empty at the beginning."""
        return agent.actions[int(episode.chosen[step - 1])] if step else ""
