"""Every view of a network, in the order of their buttons. Adding one is naming its class here."""

from __future__ import annotations

from app.stage.networks.view import NetworkView

VIEWS: tuple[type[NetworkView], ...] = ()
