"""The diagram of a network: units, weights, and what each unit answers."""

from __future__ import annotations

from app.stage.networks.view import NetworkView


class Diagram(NetworkView):
    """Placeholder replaced by the diagram helper."""

    KEY = "diagram"
    TITLE = "Diagram"
    TIP = "Units and weights of the network"
