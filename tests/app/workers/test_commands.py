"""Commands are values: frozen, and edits know what undo calls them."""

from __future__ import annotations

import dataclasses

import pytest

from app.workers import commands
from app.workers.commands import Command, Edit, Reset, Rewind, TweakRun
from engine import Setting

ALL = [
    found
    for found in vars(commands).values()
    if isinstance(found, type) and issubclass(found, Command) and found not in (Command, Edit)
]
NOT_RECORDED = {commands.Undo, commands.Redo}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_command_is_frozen_and_carries_itself_out(kind) -> None:
    made = kind(*[None for field in dataclasses.fields(kind) if not field.kw_only])
    name = dataclasses.fields(kind)[0].name if dataclasses.fields(kind) else "anything"
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        setattr(made, name, 1)
    assert not getattr(kind, "__abstractmethods__", None)


@pytest.mark.parametrize("kind", [kind for kind in ALL if issubclass(kind, Edit)], ids=lambda kind: kind.__name__)
def test_what_is_recorded_for_undo_has_a_label(kind) -> None:
    if kind not in (TweakRun, commands.Replace, commands.Load):
        plain = kind(*[{} for field in dataclasses.fields(kind) if not field.kw_only])
        assert bool(plain.label) is (kind not in NOT_RECORDED)


def test_labels_and_keys_are_those_of_the_edit() -> None:
    tweak = TweakRun("adam", Setting.of("optimizer.beta2"), 0.9, serial=4)
    assert (tweak.label, tweak.key, tweak.serial) == ("optimizer beta2", "adam.optimizer.beta2", 4)
    assert (Reset().label, Reset(keep_tweaks=True).label) == ("reset", "replay")
    assert (Rewind(5).label, Rewind(5, {"adam": 0.1}).label) == ("rewind", "remedy")
