"""What a table would be read as: in one sentence, and as plain data for JSON."""

from __future__ import annotations

import math
from typing import Any

from app.documents.tables.cells import MISSING_MARKS, NUMBER, TEXT, brief, parsed, value_label, why_unusable
from app.documents.tables.columns import Column
from app.documents.tables.dates import measured_in
from app.documents.tables.dialect import Dialect
from app.documents.tables.rows import batches
from app.documents.tables.selection import Selection, check_selection, feature_problem, is_index
from app.documents.tables.source import TableSource, no_progress
from app.documents.tables.survey import Survey

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
_MARKS = {".": "point", ",": "comma", " ": "space", "'": "apostrophe"}


def decisions(dialect: Dialect) -> str:
    """How the table is taken to be written, in one line."""
    parts = [f"Cells between {_SEPARATORS.get(dialect.separator, dialect.separator)}"]
    parts.append(f"decimal {_MARKS[dialect.decimal]}")
    if dialect.thousands:
        parts.append(f"{_MARKS[dialect.thousands]} between thousands")
    parts.append(header_words(dialect))
    if dialect.comment:
        parts.append(f"lines with {dialect.comment} are comments")
    if dialect.missing is not None:
        listed = ", ".join(f"“{brief(mark, 12)}”" for mark in dialect.missing)
        parts.append(f"{listed} and empty cells are missing" if listed else "only empty cells are missing")
    return " · ".join(parts)


def header_words(dialect: Dialect) -> str:
    """What the first row was taken for."""
    if not dialect.header:
        return "the first row is data, without names"
    if dialect.format == "ARFF":
        return "names as ARFF declares them"
    why = {"text": "", "text above numbers": "", "chosen": ""}.get(dialect.why_header, f" ({dialect.why_header})")
    row = "the first row" if dialect.header_row == 1 else f"row {dialect.header_row:,}"
    return f"{row} names the columns{why}"


def column_words(survey: Survey) -> str:
    """What was taken off the numbers, and which columns are dates or indices; empty if there is nothing to say."""
    parts = []
    for place, column in enumerate(survey.columns):
        name = f"“{brief(column.name, 24)}”"
        if column.unread_kind:
            parts.append(f"{name} holds no {column.unread_kind}")
        elif column.kind == "date":
            parts.append(f"{name} is read as {measured_in(column.form.date, column.origin)}")
        elif column.kind == "number" and column.form.unit:
            parts.append(f"“{column.form.unit}” is taken off {name}")
        elif is_index(survey, place):
            parts.append(f"{name} numbers the rows")
        if column.kind == "number" and column.form.decimal != survey.dialect.decimal:
            parts.append(f"{name} has a decimal {_MARKS[column.form.decimal]}")
        if column.kind == "number" and column.form.accounting:
            parts.append(f"parentheses in {name} are minus")
    more = f" · and {len(parts) - 4} more" if len(parts) > 4 else ""
    return " · ".join(parts[:4]) + more


def described(source: TableSource, survey: Survey, selection: Selection) -> dict[str, Any]:
    """What is read from a table, as plain data: for scripts, and for `python main.py table`.

    `columns` are the names as written (numbers without a header), `kinds` one of number, class, date, index, text and
    empty for each, `sums` of the numbers, `classes` of a target that is learned as classes; `details` has the rest.
    """
    dialect, verdict = survey.dialect, check_selection(survey, selection)
    kinds = [_kind(survey, selection, place) for place in range(len(survey.columns))]
    titles = dialect.titles if len(set(dialect.titles)) == len(dialect.titles) else dialect.names
    names = dict(enumerate(titles))
    classes = {}
    if kinds[selection.target] == "class":
        classes[names[selection.target]] = spellings(source, survey, selection.target)
    return {
        "file": source.name,
        "format": dialect.format,
        "encoding": dialect.encoding,
        "separator": dialect.separator,
        "header": dialect.header,
        "header_row": dialect.header_row or None,
        "header_reason": dialect.why_header or None,
        "decimal": dialect.decimal,
        "thousands": dialect.thousands,
        "comment": dialect.comment,
        "missing_marks": sorted(MISSING_MARKS) if dialect.missing is None else list(dialect.missing),
        "rows": survey.rows,
        "columns": list(names.values()),
        "kinds": kinds,
        "sums": {
            names[place]: _rounded(survey.columns[place].total) for place, kind in enumerate(kinds) if kind == "number"
        },
        "classes": classes,
        "target": names[selection.target],
        "purpose": selection.purpose,
        "features": [names[place] for place in selection.features],
        "details": [
            _details(survey, place, title, kind) for (place, title), kind in zip(names.items(), kinds, strict=True)
        ],
        "form": selection.form,
        "sides": None if selection.form == "columns" else selection.sides,
        "rows_taken": None if selection.rows.all else {"every": selection.rows.every, "first": selection.rows.first},
        "dropped": _dropped(survey, selection),
        "examples": verdict.examples,
        "inputs": verdict.inputs,
        "problem": verdict.problem,
        "summary": verdict.summary,
        "notes": list(verdict.notes),
        "decisions": decisions(dialect),
    }


def spellings(source: TableSource, survey: Survey, place: int) -> list[str]:
    """The classes of a column in order, each as it is written where it first occurs."""
    column, found = survey.columns[place], dict[str, str]()
    wanted = len(column.categories or ())
    for batch in batches(source, survey.dialect, no_progress, (place,), as_text=True):
        for cell in dict.fromkeys(batch.columns[place]):
            code, value = parsed(cell, column.form)
            found.setdefault(value_label(value, column.form) if code == NUMBER else cell.strip(), cell.strip())
        if len(found) > wanted:
            break
    return [found.get(name, name) for name in column.categories or ()]


def _kind(survey: Survey, selection: Selection, place: int) -> str:
    column = survey.columns[place]
    if place == selection.target and selection.purpose == "classification" and column.kind != "empty":
        return "class"
    return "index" if is_index(survey, place) and place not in selection.places else column.kind


def _details(survey: Survey, place: int, title: str, kind: str) -> dict[str, Any]:
    column = survey.columns[place]
    found: dict[str, Any] = {
        "name": title,
        "kind": kind,
        "numbers": column.numbers,
        "missing": column.missing,
        "texts": column.texts,
    }
    if column.marks:
        found["missing_marks"] = column.marks
    if column.numeric and column.numbers:
        found["lowest"], found["highest"] = (
            (column.value(column.low), column.value(column.high))
            if column.kind == "date"
            else (column.low, column.high)
        )
    if column.kind == "date" and column.numbers:
        found["order"], found["read_as"] = column.form.date, measured_in(column.form.date, column.origin)
    if column.kind == "number" and column.form.unit:
        found["taken_off"] = column.form.unit
    if column.kind == "number" and column.form.decimal != survey.dialect.decimal:
        found["decimal"], found["thousands"] = column.form.decimal, column.form.thousands
    if column.kind == "number" and column.form.accounting:
        found["parentheses"] = "minus"
    if column.categories is not None:
        found["values"] = dict(zip(column.categories, column.counts, strict=True))
    if problem := feature_problem(column):
        found["no_feature"] = f"it {problem}"
    return found


def _dropped(survey: Survey, selection: Selection) -> dict[str, Any]:
    """Which rows are left out for the columns that are learned from, and why."""
    count, first = survey.unusable(selection.places, selection.rows)
    reasons: list[dict[str, Any]] = []
    if survey.long:
        reasons.append({"rows": survey.long, "why": f"more cells than the {len(survey.columns)} columns"})
    for place in sorted(selection.places):
        column = survey.columns[place]
        named = sum(column.marks.values())
        for why, cells in (
            ("empty", column.missing - named),
            *((f"“{mark}” is taken for a missing value", times) for mark, times in sorted(column.marks.items())),
        ):
            if cells:
                reasons.append({"column": column.name, "rows": cells, "why": why})
        if column.numeric and column.texts:
            row, cell = next(where for where in column.unread if _is_text(where[1], column))
            why = why_unusable(cell, column.form)
            reasons.append({"column": column.name, "rows": column.texts, "first_row": row, "why": why})
    return {"rows": count, "first_row": first[0] if first else None, "reasons": reasons}


def _is_text(cell: str, column: Column) -> bool:
    return parsed(cell, column.form)[0] >= TEXT


def _rounded(total: float) -> float | None:
    """A sum without the noise of the last bits."""
    if not math.isfinite(total):
        return None
    return round(total, 9) if abs(total) >= 1e-3 else float(f"{total:.9g}")
