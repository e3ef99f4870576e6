"""The columns selected from a table, and whether a network can learn from them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

from app.documents.tables.cells import brief, why_unusable
from app.documents.tables.columns import Column
from app.documents.tables.row_choice import ALL_ROWS, RowChoice, ordinal
from app.documents.tables.survey import Survey
from engine import MAX_CLASSES, MAX_COLUMNS, MAX_NUMBERS, SettingError, checked_shape

MAX_CATEGORIES = 20  # of a text column for one-hot encoding
Purpose = Literal["classification", "regression"]
Form = Literal["columns", "image", "sequence"]
_DIGITS = 6  # of a side
_SURELY = 20  # rows
_MARKS = 3  # that are named
_FEW = 10  # distinct integers that look like classes
_TARGETS = ("target", "label", "labels", "class", "classes", "species", "outcome", "diagnosis", "survived")


@dataclass(frozen=True, slots=True)
class Selection:
    """features, target: column indices. leave_out: skip unusable rows instead of rejecting the table.

    rows: which rows are taken, whether usable or not. form: what the inputs of a row are together; sides: of an image
    or a sequence, as a person writes them, `28 × 28` or `40x2`.
    """

    features: tuple[int, ...]
    target: int
    purpose: Purpose
    leave_out: bool = True
    rows: RowChoice = ALL_ROWS
    form: Form = "columns"
    sides: str = ""

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
    if column.unread_kind:
        return f"holds no {column.unread_kind}"
    if column.kind == "text" and (column.categories is None or len(column.categories) > MAX_CATEGORIES):
        many = f"more than {MAX_CLASSES}" if column.categories is None else str(len(column.categories))
        return f"is text with {many} different values; at most {MAX_CATEGORIES} can be one-hot encoded"
    return ""


def target_problem(column: Column, purpose: Purpose) -> str:
    """Why a column cannot be the target; empty if it can."""
    if column.kind == "empty":
        return f"is empty{read_as_missing(column)}"
    if column.unread_kind:
        return f"holds no {column.unread_kind}; choose another kind for it"
    if purpose == "regression":
        if column.kind == "text":
            return "is text, but regression needs numbers; choose classification"
        same = f"is {column.value(column.low)} in every row, so there is nothing to learn"
        return same if column.low == column.high else ""
    if column.categories is None:
        more = "; choose regression" if column.numeric else ""
        return f"has more than {MAX_CLASSES} different values, too many for classes{more}"
    if len(column.categories) == 1:
        return f"contains only one class, “{brief(column.categories[0])}”{read_as_missing(column)}"
    return ""


def read_as_missing(column: Column) -> str:
    """Which marks of a column were read as missing values, as the end of a sentence; empty if none were."""
    if not column.marks:
        return ""
    cells = sum(column.marks.values())
    marks = ", ".join(f"“{brief(mark)}”" for mark in list(column.marks)[:_MARKS])
    remedy = "take it out of the missing marks" if column.kind == "text" else "choose text as its kind"
    verb = "was" if len(column.marks) == 1 else "were"
    return f"; {marks} {verb} read as missing in {cells:,} row{'s' * (cells != 1)}: {remedy} if that is a class"


def usual_purpose(column: Column, rows: int) -> Purpose:
    """Classification for text and for a few recurring integers, else regression."""
    if column.kind != "number":
        return "regression" if column.kind == "date" else "classification"
    few = column.categories is not None and len(column.categories) <= min(_FEW, rows // 2)
    return "classification" if few and column.whole else "regression"


def suggested(survey: Survey) -> Selection:
    """The target by its name or the last column that can be it, and the informative features.

    A column named like a target is chosen even if it cannot be one, so that the user is told why. Of a table that is
    too large one of every few rows is taken.
    """
    columns = survey.columns
    usable = [
        place for place, column in enumerate(columns) if not target_problem(column, usual_purpose(column, survey.rows))
    ]
    # Nobody wants to learn a date, a name or the number of a row, unless there is nothing else.
    usable = [place for place in usable if _may_be_learned(columns[place])] or usable
    filled = (place for place, column in enumerate(columns) if column.kind != "empty")
    named = [place for place in filled if columns[place].name.casefold() in _TARGETS]
    target = (named or usable or [len(columns) - 1])[-1]
    features = usual_features(survey, target)
    selection = Selection(features, target, usual_purpose(columns[target], survey.rows))
    most = MAX_NUMBERS // (sum(width(columns[place]) for place in features) + 1)
    return replace(selection, rows=RowChoice(max(math.ceil(survey.rows / max(most, 1)), 1)))


def _may_be_learned(column: Column) -> bool:
    if column.kind == "text":
        rows = sum(column.counts)
        return rows < _SURELY or 2 * len(column.categories or ()) <= rows
    return column.kind != "date" and not column.index


def with_target(survey: Survey, selection: Selection, place: int) -> Selection:
    """The selection with another target; the former one becomes a feature if it can."""
    chosen = set(selection.features) - {place}
    if place != selection.target and not feature_problem(survey.columns[selection.target]):
        chosen.add(selection.target)
    purpose = usual_purpose(survey.columns[place], survey.rows)
    return replace(selection, features=tuple(sorted(chosen)), target=place, purpose=purpose)


def usual_features(survey: Survey, target: int) -> tuple[int, ...]:
    """All possible features but uninformative ones: constant columns, indices, a first column that counts the rows."""
    possible = [place for place, column in enumerate(survey.columns) if place != target and not feature_problem(column)]
    telling = [place for place in possible if not survey.columns[place].constant and not is_index(survey, place)]
    return tuple(telling or possible)


def is_index(survey: Survey, place: int) -> bool:
    """Whether a column only numbers the rows."""
    column = survey.columns[place]
    forced = survey.dialect.kinds.get(place)
    return column.index or (place == 0 and column.counting and forced is None)


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
    out, first = survey.unusable(selection.places, selection.rows)
    where = _fault(survey, *first) if first else ""
    if out and not selection.leave_out:
        more = f", nor can {out - 1:,} more" if out > 1 else ""
        return SelectionCheck(f"{_sentence(where)} cannot be used{more}. Leave such rows out, or correct the file.")
    inputs, rows = sum(map(width, (columns[place] for place in selection.features))), selection.rows.count(survey.rows)
    examples = rows - out
    if examples < 2:
        told = f" The first is {where}." if where else ""
        if 2 * survey.long > survey.rows and survey.dialect.separator == ",":
            told += " Are commas decimal marks too? Then save the file with another separator."
        return SelectionCheck(
            f"{examples or 'No'} usable row{'' if examples == 1 else 's'}; at least 2 are needed.{told}"
        )
    if inputs > MAX_COLUMNS:
        return SelectionCheck(f"{inputs:,} inputs after one-hot encoding; at most {MAX_COLUMNS:,} are supported.")
    if examples * (inputs + 1) > MAX_NUMBERS:
        return SelectionCheck(
            f"{examples:,} examples of {inputs + 1:,} numbers are {examples * (inputs + 1):,}; "
            f"at most {MAX_NUMBERS:,} fit. Choose fewer features, or only every "
            f"{ordinal(math.ceil(survey.rows * (inputs + 1) / MAX_NUMBERS))} row."
        )
    try:
        selected_shape(selection, inputs)
    except SettingError as error:
        return SelectionCheck(f"{_sentence(str(error))}.")
    notes = [f"{out:,} of {rows:,} rows {'is' if out == 1 else 'are'} left out; the first is {where}."] if out else []
    if not selection.rows.all:
        notes.append(f"Of {survey.rows:,} rows {selection.rows.words()} taken: {rows:,}.")
    return SelectionCheck(
        "", _summary(survey, selection, examples, inputs), (*notes, *_notes(survey, selection)), examples, inputs
    )


def selected_shape(selection: Selection, inputs: int) -> tuple[int, ...]:
    """The shape of one example with so many inputs, see Table. Raises SettingError with the numbers."""
    if selection.form == "columns":
        return ()
    parts = re.split(r"\s*[x×*,;]\s*|\s+", selection.sides.strip().lower())
    if not all(part.isascii() and part.isdigit() and len(part) <= _DIGITS for part in parts):
        example = "28 × 28 or 32 × 32 × 3" if selection.form == "image" else "40 or 40 × 2"
        raise SettingError(f"write the sides of the {selection.form} as {example}, got “{brief(selection.sides, 24)}”")
    return checked_shape([int(part) for part in parts], selection.form == "image", inputs)


def usual_sides(form: Form, inputs: int) -> str:
    """Sides that so many inputs may have: of a square image, grey or in three colours, or of one number a step."""
    if form == "sequence":
        return f"{inputs}"
    for channels in (1, 3):
        side = math.isqrt(inputs // channels)
        if side > 1 and side * side * channels == inputs:
            return f"{side} × {side}" + (f" × {channels}" if channels > 1 else "")
    return ""


def possible_features(survey: Survey, target: int) -> tuple[int, ...]:
    """Every column that can be a feature."""
    return tuple(
        place for place, column in enumerate(survey.columns) if place != target and not feature_problem(column)
    )


def with_form(survey: Survey, selection: Selection, form: Form, sides: str = "") -> Selection:
    """The selection with its inputs taken for an image or a sequence of such sides, or of usual ones. A pixel that is
    constant is a part of its image: features are all columns but indices, or others if those fit.
    """
    if form == "columns":
        return replace(selection, form=form, sides="")
    possible = possible_features(survey, selection.target)
    telling = tuple(place for place in possible if not is_index(survey, place))
    wanted = [
        replace(selection, form=form, features=features, sides=sides or usual_sides(form, _inputs(survey, features)))
        for features in (telling, possible, selection.features)
    ]
    return next((each for each in wanted if _fits(survey, each)), wanted[0])


def _fits(survey: Survey, selection: Selection) -> bool:
    try:
        return bool(selected_shape(selection, _inputs(survey, selection.features)))
    except SettingError:
        return False


def _inputs(survey: Survey, features: tuple[int, ...]) -> int:
    return sum(width(survey.columns[place]) for place in features)


def width(column: Column) -> int:
    """How many inputs a feature becomes."""
    return len(column.categories or ()) if column.kind == "text" else 1


def _summary(survey: Survey, selection: Selection, examples: int, inputs: int) -> str:
    target = survey.columns[selection.target]
    what = f"{examples:,} examples with {inputs:,} input{'' if inputs == 1 else 's'}"
    if shape := selected_shape(selection, inputs):
        what += f", {'images' if selection.form == 'image' else 'sequences'} of {' × '.join(map(str, shape))}"
    if selection.purpose == "regression":
        return f"{what}; “{target.name}” from {target.value(target.low)} to {target.value(target.high)}."
    classes = target.categories or ()
    listed = ", ".join(brief(name, 24) for name in classes[:6]) + (", …" if len(classes) > 6 else "")
    return f"{what}; {len(classes)} classes of “{target.name}”: {listed}."


def _notes(survey: Survey, selection: Selection) -> list[str]:
    columns = [survey.columns[place] for place in selection.features]
    notes = [*rare_classes(survey, selection), *(f"{hint}." for hint in survey.dialect.hints)]
    above = _above(survey)
    notes += [f"Ignored {above} row{'s' if above > 1 else ''} above the table."] if above else []
    first = survey.columns[0]
    if 0 in selection.features and first.distinct and survey.rows >= _SURELY and not survey.dialect.header:
        notes.append(f"“{first.name}” is different in every row: if it only numbers the rows, do not tick it.")
    constant = [column.name for column in columns if column.constant]
    if constant:
        verbs = ("is", "carries") if len(constant) == 1 else ("are", "carry")
        notes.append(f"{_listed(constant)} {verbs[0]} constant and {verbs[1]} no information.")
    texts = [
        f"“{column.name}” becomes {width(column)} input{'' if width(column) == 1 else 's'}"
        for column in columns
        if column.kind == "text"
    ]
    if texts:
        more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
        notes.append(f"{', '.join(texts[:3])}{more} (one-hot encoded).")
    return notes


def rare_classes(survey: Survey, selection: Selection) -> list[str]:
    """What cannot be learned, or not be checked, of classes with very few rows."""
    target = survey.columns[selection.target]
    if selection.purpose != "classification" or not target.categories:
        return []
    once = [f"“{brief(name, 24)}”" for name, count in zip(target.categories, target.counts, strict=True) if count == 1]
    if not once:
        return []
    names = ", ".join(once[:3]) + (f" and {len(once) - 3} more" if len(once) > 3 else "")
    if len(once) == 1:
        return [f"{names} occurs in one row only, which is trained on: nothing can tell whether the class is learned."]
    return [f"{names} occur in one row only, which is trained on: nothing can tell whether they are learned."]


def _above(survey: Survey) -> int:
    """How many rows above the table are passed over; the ones of ARFF's declarations are none of them."""
    dialect = survey.dialect
    if dialect.format != "CSV":
        return 0
    return dialect.first - int(dialect.header and dialect.header_row > 0)


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
    cell = next((cell for number, cell in column.unread if number == row), "")
    why = why_unusable(cell, column.form)
    return f"row {row:,} (column “{column.name}”: {why})"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(f"“{name}”" for name in names[:3]) + more


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
