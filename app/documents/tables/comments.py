"""Comment marks: lines of a table that begin with one are not data; the header may stand in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

COMMENTS = {"": "None", "#": "#", "%": "%", "//": "//", ";": ";", "!": "!"}
_GUESSED = ("#", "%", "//")


def comment_mark(lines: Sequence[str]) -> str:
    """The mark with which the lines above a table begin, or those within that are no rows; none if all do."""
    filled = [line.lstrip() for line in _outside_quotes(lines) if line.strip()]
    for mark in _GUESSED:
        marked = [line.startswith(mark) for line in filled]
        if marked and marked[0] and not all(marked):
            first = marked.index(False)
            # Data may begin so too, as an ordinal number does: then the mark goes on below other lines.
            if sum(marked[first:]) <= 0.2 * (len(marked) - first):
                return mark
        elif any(marked) and sum(marked) <= 0.1 * len(marked):
            return mark if _shorter(filled, marked) else ""
    return ""


def without_comments(lines: Iterable[str], mark: str, quote: str) -> Iterator[str]:
    """The lines, those with comments empty; what stands between quotes is no comment."""
    inside = False
    for line in lines:
        if mark and not inside and line.lstrip().startswith(mark):
            yield "\n"
            continue
        inside ^= bool(line.count(quote) % 2)
        yield line


def commented_header(lines: Sequence[str], mark: str) -> str:
    """The text of the last comment before the first row, where numpy.savetxt puts the names; empty if there is none."""
    last = ""
    for line in lines:
        text = line.strip()
        if text.startswith(mark):
            last = text.lstrip(mark[0]).lstrip(" ")
        elif text:
            break
    return last


def _outside_quotes(lines: Iterable[str]) -> Iterator[str]:
    """The lines that do not begin between quotes."""
    inside = False
    for line in lines:
        if not inside:
            yield line
        inside ^= bool(line.count('"') % 2)


def _shorter(lines: Sequence[str], marked: Sequence[bool]) -> bool:
    """Whether the marked lines hold fewer separators than the others, so that they are no rows."""
    signs = ",;\t|"
    rows = [sum(map(line.count, signs)) for line, is_marked in zip(lines, marked, strict=True) if not is_marked]
    usual = min(rows)
    notes = [sum(map(line.count, signs)) for line, is_marked in zip(lines, marked, strict=True) if is_marked]
    return max(notes) < usual
