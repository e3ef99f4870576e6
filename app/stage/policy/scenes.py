"""The scene of every environment. Adding one is naming its class here."""

from __future__ import annotations

from app.stage.policy.bandit_scene import BanditScene
from app.stage.policy.cart_scene import CartScene
from app.stage.policy.corridor_scene import CorridorScene
from app.stage.policy.grid_scene import GridScene
from app.stage.policy.scene import Scene

SCENES: dict[str, Scene] = {scene.KEY: scene for scene in (BanditScene(), CorridorScene(), GridScene(), CartScene())}
