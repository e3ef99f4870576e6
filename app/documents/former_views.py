"""View settings of files up to format 4, under the names that they have now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Views that are not those of a network alone were called as if they were.
_NAMES = {
    "network_path_": "stage_path_",
    "network_map_across": "policy_map_across",
    "network_map_up": "policy_map_up",
    "network_episode_": "policy_episode_",
    "network_grid_": "policy_grid_",
    "network_clusters_": "clustering_clusters_",
    "network_pairs_": "association_pairs_",
}


def with_present_names(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a file, with its view settings under the names of today; what is no table of them stays."""
    view = entries.get("view")
    if not isinstance(view, dict):
        return dict(entries)
    return {**entries, "view": {_present(str(name)): value for name, value in view.items()}}


def _present(name: str) -> str:
    former = next((former for former in _NAMES if name.startswith(former)), "")
    return _NAMES.get(former, "") + name.removeprefix(former)
