"""The stage of a policy: the environment with an episode in it, and beside or below it the policy itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from app.stage.policy.episode import EpisodeView
from app.stage.stage import StageCommand
from app.stage.views_stage import ViewsStage
from engine import PolicyTask

if TYPE_CHECKING:
    from app.stage.stage_view import StageView


class PolicyStage(ViewsStage):
    """The views of a policy beside an episode that is played with it."""

    KIND: ClassVar[str] = PolicyTask.KIND
    NAME: ClassVar[str] = "policy"

    def make_companion(self) -> StageView:
        self.episode = EpisodeView(self.theme)
        return self.episode

    def view_commands(self) -> list[StageCommand]:
        return [StageCommand("episode", "Episode of the policy", self.companion_button.toggle)]
