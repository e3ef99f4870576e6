"""The columns selected from a table, and whether a network can learn from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.documents.tables.cells import brief, why_no_number
from app.documents.tables.columns import Column
from app.documents.tables.survey import Survey
from engine import MAX_CLASSES, MAX_COLUMNS, MAX_NUMBERS

MAX_CATEGORIES = 20  # of a text column for one-hot encoding
Purpose = Literal["classification", "regression"]
_FEW = 10  # distinct integers that look like classes
_TARGETS = ("target", "label", "labels", "class", "classes", "species", "outcome", "diagnosis", "survived")


@dataclass(frozen=True, slots=True)
class Selection:
    """features, target: column indices. leave_out: skip unusable rows instead of rejecting the table."""

    features: tuple[int, ...]
    target: int
    purpose: Purpose
    leave_out: bool = True

    @property
    def places(self) -> tuple[int, ...]:
        return (*self.features, self.target)


@dataclass(frozen=True, slots=True)
class SelectionCheck:
    """The result of checking a selection. problem: why it cannot be imported; notes: what the user should know."""

    problem: str
    summary: str = ""
    notes: tuple[str, ...] = ()
    examples: int = 0
    inputs: int = 0


def feature_problem(column: Column) -> str:
    """Why a column cannot be a feature; empty if it can."""
    if column.kind == "empty":
        return "is empty"
    if column.kind == "text" and (column.categories is None or len(column.categories) > MAX_CATEGORIES):
        many = f"more than {MAX_CLASSES}" if column.categories is None else str(len(column.categories))
        return f"is text with {many} different values; at most {MAX_CATEGORIES} can be one-hot encoded"
    return ""


def target_problem(column: Column, purpose: Purpose) -> str:
    """Why a column cannot be the target; empty if it can."""
    if column.kind == "empty":
        return "is empty"
    if purpose == "regression":
        if column.kind == "text":
            return "is text, but regression needs numbers; choose classification"
        return f"is {column.low:g} in every row, so there is nothing to learn" if column.low == column.high else ""
    if column.categories is None:
        more = "; choose regression" if column.kind == "number" else ""
        return f"has more than {MAX_CLASSES} different values, too many for classes{more}"
    if len(column.categories) == 1:
        return f"contains only one class, “{brief(column.categories[0])}”"
    return ""


def usual_purpose(column: Column, rows: int) -> Purpose:
    """Classification for text and for a few recurring integers, else regression."""
    if column.kind != "number":
        return "classification"
    few = column.categories is not None and len(column.categories) <= min(_FEW, rows // 2)
    return "classification" if few and column.whole else "regression"


def suggested(survey: Survey) -> Selection:
    """The target by its name or the last column that can be it, and the informative features.

    A column named like a target is chosen even if it cannot be one, so that the user is told why.
    """
    columns = survey.columns
    usable = [
        place for place, column in enumerate(columns) if not target_problem(column, usual_purpose(column, survey.rows))
    ]
    filled = (place for place, column in enumerate(columns) if column.kind != "empty")
    named = [place for place in filled if columns[place].name.casefold() in _TARGETS]
    target = (named or usable or [len(columns) - 1])[-1]
    features = usual_features(survey, target)
    return Selection(features, target, usual_purpose(columns[target], survey.rows))


def usual_features(survey: Survey, target: int) -> tuple[int, ...]:
    """All possible features but uninformative ones: constant columns, and a first column that counts the rows."""
    possible = [place for place, column in enumerate(survey.columns) if place != target and not feature_problem(column)]
    telling = [
        place
        for place in possible
        if not survey.columns[place].constant and not (place == 0 and survey.columns[place].counting)
    ]
    return tuple(telling or possible)


def check_selection(survey: Survey, selection: Selection) -> SelectionCheck:
    """Whether a selection can be imported, and the result."""
    columns = survey.columns
    target = columns[selection.target]
    if survey.rows < 2:
        return SelectionCheck("There is only one row of data; at least 2 are needed.")
    if fault := target_problem(target, selection.purpose):
        return SelectionCheck(f"The target “{target.name}” {fault}.")
    if not selection.features:
        return SelectionCheck(_why_no_feature(survey, selection.target))
    for place in selection.features:
        if fault := feature_problem(columns[place]):
            return SelectionCheck(f"“{columns[place].name}” {fault}.")
    out, first = survey.unusable(selection.places)
    where = _fault(survey, *first) if first else ""
    if out and not selection.leave_out:
        more = f", nor can {out - 1:,} more" if out > 1 else ""
        return SelectionCheck(f"{_sentence(where)} cannot be used{more}. Leave such rows out, or correct the file.")
    inputs, examples = sum(map(width, (columns[place] for place in selection.features))), survey.rows - out
    if examples < 2:
        told = f" The first is {where}." if where else ""
        return SelectionCheck(
            f"{examples or 'No'} usable row{'' if examples == 1 else 's'}; at least 2 are needed.{told}"
        )
    if inputs > MAX_COLUMNS:
        return SelectionCheck(f"{inputs:,} inputs after one-hot encoding; at most {MAX_COLUMNS:,} are supported.")
    if examples * (inputs + 1) > MAX_NUMBERS:
        return SelectionCheck(
            f"{examples:,} examples of {inputs + 1:,} numbers are {examples * (inputs + 1):,}; "
            f"at most {MAX_NUMBERS:,} fit. Choose fewer features."
        )
    notes = [f"{out:,} of {survey.rows:,} rows are left out; the first is {where}."] if out else []
    return SelectionCheck(
        "", _summary(survey, selection, examples, inputs), (*notes, *_notes(survey, selection)), examples, inputs
    )


def width(column: Column) -> int:
    """How many inputs a feature becomes."""
    return len(column.categories or ()) if column.kind == "text" else 1


def _summary(survey: Survey, selection: Selection, examples: int, inputs: int) -> str:
    target = survey.columns[selection.target]
    what = f"{examples:,} examples with {inputs:,} input{'' if inputs == 1 else 's'}"
    if selection.purpose == "regression":
        return f"{what}; “{target.name}” from {target.low:.6g} to {target.high:.6g}."
    classes = target.categories or ()
    listed = ", ".join(brief(name, 24) for name in classes[:6]) + (", …" if len(classes) > 6 else "")
    return f"{what}; {len(classes)} classes of “{target.name}”: {listed}."


def _notes(survey: Survey, selection: Selection) -> list[str]:
    columns = [survey.columns[place] for place in selection.features]
    above = survey.dialect.first - survey.dialect.header
    notes = [f"Ignored {above} row{'s' if above > 1 else ''} above the table."] if above else []
    constant = [column.name for column in columns if column.constant]
    if constant:
        verbs = ("is", "carries") if len(constant) == 1 else ("are", "carry")
        notes.append(f"{_listed(constant)} {verbs[0]} constant and {verbs[1]} no information.")
    texts = [f"“{column.name}” becomes {width(column)} inputs" for column in columns if column.kind == "text"]
    if texts:
        more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
        notes.append(f"{', '.join(texts[:3])}{more} (one-hot encoded).")
    return notes


def _why_no_feature(survey: Survey, target: int) -> str:
    others = [column for place, column in enumerate(survey.columns) if place != target]
    if not others:
        return "There is only one column, so none is left as a feature. Is the separator right?"
    if all(map(feature_problem, others)):
        return f"No column can be a feature: “{others[0].name}” {feature_problem(others[0])}."
    return "No feature is selected."


def _fault(survey: Survey, row: int, place: int | None) -> str:
    """Where the first unusable cell is, and why it is unusable."""
    if place is None:
        return f"row {row:,} (it has more cells than the {len(survey.columns)} columns)"
    column = survey.columns[place]
    why = "empty"
    if column.foreign is not None and column.foreign[0] == row:
        why = why_no_number(column.foreign[1], survey.dialect.decimal)
    return f"row {row:,} (column “{column.name}”: {why})"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(f"“{name}”" for name in names[:3]) + more


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
