"""The columns of the library: what every run has, and whatever settings and results runs have had."""

from __future__ import annotations

from dataclasses import dataclass

FIELD, SETTING, RESULT = "field", "setting", "result"


@dataclass(frozen=True, slots=True)
class Column:
    """What rows are shown with, sorted and searched by.

    key: the name of a field, the path of a setting, or the name of a result. part: FIELD, SETTING or RESULT.
    """

    key: str
    part: str = SETTING

    @property
    def words(self) -> str:
        """The key in words: `optimizer beta2`."""
        return self.key.replace(".", " ").replace("_", " ")


KEPT = Column("kept", FIELD)  # when, in seconds since 1970
FIELDS = (Column("title", FIELD), Column("run", FIELD), Column("kind", FIELD), Column("problem", FIELD), KEPT)
# The columns of the table `runs` for these.
SOURCES = {"title": "title", "run": "name", "kind": "kind", "problem": "problem", "kept": "kept"}
FIRST = (
    *FIELDS[:2],
    FIELDS[3],
    Column("optimizer"),
    Column("learning_rate"),
    Column("updates", RESULT),
    Column("loss", RESULT),
    Column("status", RESULT),
    KEPT,
)  # that are shown at first


def named(name: str, known: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns that a person means by a name: those of this key, or else those whose key ends in it.

    Results come before settings, and spaces may stand for the signs between words.
    """
    wanted = _plain(name)
    exact = [column for column in known if _plain(column.key) == wanted]
    found = exact or [column for column in known if _plain(column.key).endswith(f" {wanted}")]
    return tuple(sorted(found, key=lambda column: (FIELD, RESULT, SETTING).index(column.part)))


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace(".", " ").replace("_", " ").split())
