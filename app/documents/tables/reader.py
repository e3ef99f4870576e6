"""Read a table of examples from text: CSV in any dialect, or a spreadsheet's clipboard format.

source = TableSource.of_file("iris.csv")
found = survey(source, sniff(source), no_progress)
table = read(source, found, suggested(found), no_progress)
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Protocol

import numpy as np

from app.documents.files import FileError
from app.documents.tables.cells import label, value_label
from app.documents.tables.columns import Column
from app.documents.tables.rows import Batch, batches
from app.documents.tables.selection import Selection, check_selection, read_as_missing, selected_shape
from app.documents.tables.source import Progress, TableSource
from app.documents.tables.survey import Survey
from engine import MAX_NAME, SettingError, Table, checked_table

Array = np.ndarray


def read(source: TableSource, survey: Survey, selection: Selection, progress: Progress) -> Table:
    """The selected table. Needs little more memory than the table itself.

    progress: see `TableSource.blocks`. Raises SettingError for an invalid selection, FileError if the file cannot be
    read or has changed since the survey.
    """
    verdict = check_selection(survey, selection)
    if verdict.problem:
        raise SettingError(verdict.problem)
    readers = [_feature(survey.columns[place], place) for place in selection.features]
    target = _target(survey.columns[selection.target], selection)
    inputs, targets = np.empty((verdict.examples, verdict.inputs)), np.empty(verdict.examples)
    chosen = selection.rows
    masks = survey.masks(selection.places)
    changed = FileError(f"{source.name} has changed while being read; open it again")
    done = seen = 0
    pairs = zip_longest(batches(source, survey.dialect, progress, selection.places), survey.faults)
    for batch, faults in pairs:
        if batch is None or faults is None or len(batch.rows) != len(faults.rows):
            raise changed
        bits = faults.of(*masks)
        usable = chosen.mask(seen, len(batch.rows))
        seen += len(batch.rows)
        if bits is not None:
            usable &= np.unpackbits(bits, count=len(batch.rows)) == 0
        values = target.read(batch)[usable, 0]
        end, column = done + len(values), 0
        if end > verdict.examples:
            raise changed
        targets[done:end] = values
        for reader in readers:
            inputs[done:end, column : column + len(reader.names)] = reader.read(batch)[usable]
            column += len(reader.names)
        done = end
        if done == verdict.examples and chosen.first:
            break
    if done != verdict.examples or not (np.isfinite(inputs).all() and np.isfinite(targets).all()):
        raise changed
    names = tuple(name[:MAX_NAME] for reader in readers for name in reader.names)
    return _made(source, survey, selection, names, inputs, targets)


def _made(
    source: TableSource, survey: Survey, selection: Selection, names: tuple[str, ...], inputs: Array, targets: Array
) -> Table:
    column = survey.columns[selection.target]
    classes: tuple[str, ...] = ()
    if selection.purpose == "classification":
        every = column.categories or ()
        found, targets = np.unique(targets, return_inverse=True)
        classes = tuple(every[int(place)][:MAX_NAME] for place in found)
        if len(classes) < 2:
            told = f"the usable rows contain only one class, “{classes[0]}”{read_as_missing(column)}"
            raise SettingError(told, column.name)
    return checked_table(
        Table(
            source.title[:MAX_NAME],
            names,
            column.measure,
            inputs,
            targets.astype(np.float64),
            classes,
            shape=selected_shape(selection, len(names)),
            is_image=selection.form == "image",
        )
    )


class _Reader(Protocol):
    """Reads one column of a batch as (n, len(names)) numbers; values in unusable rows are arbitrary."""

    names: tuple[str, ...]

    def read(self, batch: Batch) -> Array: ...


class _Numbers:
    def __init__(self, column: Column, place: int) -> None:
        self.names: tuple[str, ...] = (column.measure,)
        self._place, self._form, self._origin = place, column.form, column.origin

    def read(self, batch: Batch) -> Array:
        found = batch.numbers(self._place, self._form)[0][:, None]
        return found - self._origin if self._origin else found


class _CategoryIndices:
    """The index of a cell's category; NaN for unknown ones."""

    def __init__(self, column: Column, place: int) -> None:
        self.names: tuple[str, ...] = (column.name,)
        self._known = {name: float(place) for place, name in enumerate(column.categories or ())}
        self._place, self._form = place, column.form

    def read(self, batch: Batch) -> Array:
        if batch.matrix is not None:
            numbers = batch.numbers(self._place, self._form)[0]
            values, where = np.unique(numbers, return_inverse=True)
            found = np.array([self._known.get(value_label(value, self._form), np.nan) for value in values.tolist()])
            return found[where][:, None]
        cells = batch.columns[self._place]
        known = {cell: self._known.get(label(cell, self._form), np.nan) for cell in set(cells)}
        return np.fromiter((known[cell] for cell in cells), np.float64, len(cells))[:, None]


class _OneHot:
    """One-hot encoding: one input per category."""

    def __init__(self, column: Column, place: int) -> None:
        categories = column.categories or ()
        room = MAX_NAME // 2
        self.names = tuple(f"{column.name[:room]} = {category[: room - 3]}" for category in categories)
        self._places = _CategoryIndices(column, place)
        self._categories = np.arange(len(categories), dtype=np.float64)

    def read(self, batch: Batch) -> Array:
        found: Array = self._places.read(batch) == self._categories
        return found.astype(np.float64)


def _feature(column: Column, place: int) -> _Reader:
    return _OneHot(column, place) if column.kind == "text" else _Numbers(column, place)


def _target(column: Column, selection: Selection) -> _Reader:
    kind = _CategoryIndices if selection.purpose == "classification" else _Numbers
    return kind(column, selection.target)
