"""The path of a setting, such as `optimizer.beta2`, `hidden.2.units` or `parameter.17`, parsed."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import SettingError, shown

PARAMETER = "parameter"  # `parameter.17` is the number at that place of theta, counted from 0
_MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Setting:
    """What a tweak, or a change of the problem, sets.

    part: a field of a run's settings or of the task, or PARAMETER. place: the number in the path, if there is one.
    knob: what of the part is set, None for the whole of it.
    """

    part: str
    knob: str | None = None
    place: int | None = None

    @classmethod
    def of(cls, path: str | Setting) -> Setting:
        """A path parsed; every text is one, whether or not there is such a setting. Raises SettingError for no text."""
        if isinstance(path, Setting):
            return path
        if not isinstance(path, str):
            raise SettingError(f"a setting is named by its path, such as 'learning_rate', got {shown(path)}")
        part, dot, rest = path.partition(".")
        if not dot:
            return cls(part)
        number, dot, knob = rest.partition(".")
        if number.isdecimal() and len(number) <= _MAX_DIGITS:
            return cls(part, knob if dot else None, int(number))
        return cls(part, rest)

    @property
    def path(self) -> str:
        return self.part if self.is_whole else f"{self.part}.{self.rest}"

    @property
    def rest(self) -> str:
        """The path without its part."""
        return ".".join(str(piece) for piece in (self.place, self.knob) if piece is not None)

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole part that is set."""
        return self.knob is None and self.place is None

    @property
    def words(self) -> str:
        """The path in words: `optimizer beta2`."""
        return self.path.replace(".", " ").replace("_", " ")

    @property
    def name(self) -> str:
        """The knob in words, or the whole path if it needs its place or has no knob: `beta2`, `hidden 2 units`."""
        return self.words if self.knob is None or self.place is not None else self.knob.replace("_", " ")
