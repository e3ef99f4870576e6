"""Which tweaks a change from the start has replaced, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import Run, Tweak

_MOST = 3  # tweaks that are named


def replaced(before: Mapping[str, Iterable[Tweak]], runs: Iterable[Run]) -> str:
    """Tell of the tweaks that runs had before and no longer have; empty if there are none.

    before: the tweaks by the ids of the runs.
    """
    names, gone = [], {}
    for run in runs:
        kept = {id(tweak) for tweak in run.tweaks}
        lost = [tweak for tweak in before[run.settings.id] if id(tweak) not in kept]
        if lost:
            names.append(run.settings.title)
            gone.update({(tweak.update, tweak.setting): tweak for tweak in lost})
    if not gone:
        return ""
    places: dict[str, list[str]] = {}
    for tweak in sorted(gone.values(), key=lambda tweak: tweak.update)[:_MOST]:
        places.setdefault(tweak.setting.words, []).append(f"{tweak.update:,}")
    told = "; ".join(f"{words} at update{'s' * (len(at) > 1)} {', '.join(at)}" for words, at in places.items())
    more = f" and {len(gone) - _MOST:,} more" if len(gone) > _MOST else ""
    what, back = ("a tweak is", "it") if len(gone) == 1 else (f"{len(gone):,} tweaks are", "them")
    return f"{', '.join(names)}: computed from the start, {what} gone ({told}{more}); undo brings {back} back"
