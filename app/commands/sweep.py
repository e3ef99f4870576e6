"""`python main.py sweep FILE`: many trials of an experiment on every core or a cluster, and what they say."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.commands.command_line import Parser, Refusal, in_columns, number_cell, text_cell
from app.commands.progress_bar import Bar
from app.documents.experiment_file import Opened, open_file, save
from app.documents.file_stamp import changed_since
from app.documents.files import FileError, shown
from app.documents.run_names import compared_names
from app.documents.trial_journal import TrialJournal, beside
from app.export.comparison.figure import SUFFIXES, write_comparison
from app.export.style import FigureSettings
from app.export.trial_table import varied
from app.launch.exit_status import DONE, SOME_DIVERGED, refuse
from app.workers.crew import Crew, Member, processor_rows, processors, processors_told
from app.workers.executors import crew_of
from app.workers.plan_work import Pace, work_off
from engine import (
    COMPARISONS,
    Axis,
    ComparisonRecord,
    Experiment,
    Plan,
    SettingError,
    Summary,
    Trial,
    axis,
    choose,
    planned,
    read_number,
    spaced,
    spread,
)

_SPACED = re.compile(r"(.+?)\.\.([^:]+):(\d{1,18})(:log)?")

EXAMPLES = f"""\
The comparison is the one in the file, in a table such as

  [comparison]
  kind = "seeds"
  seeds = 20
  updates = 500
  runs = ["adam", "sgd"]

or is given by options. Kinds: {", ".join(f"{key} ({entry.title.lower()})" for key, entry in COMPARISONS.items())}.
--vary names a setting of runs or of the problem for a sweep, with its values: learning_rate=0.1,0.03,0.01, or so many
from the lowest to the highest, evenly or evenly by their logarithm: data.noise=0..50:6, learning_rate=1e-4..1:9:log.

Finished trials are kept in FILE.trials: the same command goes on where it was interrupted or killed. A trial gives the
same numbers to the bit wherever it is computed, on processors of one kind.

examples:
  python main.py sweep race.toml
  python main.py sweep race.toml --kind seeds --set seeds=20 --set updates=500 --runs adam,sgd
  python main.py sweep race.toml --kind race --export trials.csv --keep
  python main.py sweep net.toml --kind sweep --vary learning_rate=1e-4..1:9:log --vary optimizer.beta1=0.8,0.9,0.99
  python main.py sweep race.toml --scheduler tcp://host:8786

On a terminal, stdout gets sentences and a table with one line per run and setting; elsewhere the same table separated
by tabs, numbers in full.
Exit status: 0 done, 2 refused, 4 done but a trial diverged or failed, 130 interrupted, 143 terminated, 1 a defect.
"""


def parser() -> Parser:
    """The options of `sweep`."""
    made = Parser("sweep", "Run many trials of an experiment, and say what they tell.", EXAMPLES)
    made.add_argument("file", metavar="FILE", help="an experiment (TOML), or a figure that was exported")
    made.add_argument("--kind", metavar="KIND", choices=list(COMPARISONS), help=f"one of {', '.join(COMPARISONS)}")
    made.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[], help="a knob of the comparison; may be repeated"
    )
    made.add_argument(
        "--vary", metavar="PATH=VALUES", action="append", default=[], help="a setting that a sweep varies; repeatable"
    )
    made.add_argument("--runs", metavar="ID,ID", help="the runs that are compared (those that are shown)")
    made.add_argument("--optimizers", metavar="KEY,KEY", help="optimizers as by default, compared besides")
    made.add_argument("--measure", metavar="NAME", help="the measure that counts (what suits the problem)")
    where = made.add_mutually_exclusive_group()
    where.add_argument("--workers", metavar="N", help="threads of this process (one for each core)")
    where.add_argument("--processes", metavar="N", help="processes of this machine instead")
    where.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster instead, such as tcp://host:8786")
    made.add_argument("--export", metavar="OUT", help="write the figure (PDF, SVG, PNG) or a line a trial (CSV)")
    made.add_argument("--keep", action="store_true", help="write comparison and results into the experiment file")
    made.add_argument("--quiet", action="store_true", help="no progress, no sentences and no table")
    return made


def main(arguments: list[str]) -> int:
    """Compare; the exit status."""
    bar = Bar(False)
    try:
        chosen = parser().parse_args(arguments)
        bar = Bar(not chosen.quiet)
        opened = open_file(chosen.file)
        table = _outputs(chosen, opened)
        try:
            record = _record(opened.experiment, chosen)
            plan = planned(opened.experiment, record, compared_names)
        except SettingError as error:
            raise Refusal(f"{shown(chosen.file)}: {error}") from None
        crew = _crew(chosen)
        bar.show("asking the workers", 0.0)
        members = crew.members()
        bar.clear()
        _tell_members(members, chosen)
        with _kept(chosen.file) as journal:
            known = {**record.known(), **journal.known(processors(members))}
            _work(plan, crew, known, journal, bar)
        trials = plan.trials(known)
        if table is not None:
            kept = record.keeping({trial.key: known[trial.key] for trial in trials})
            write_comparison(table, plan, kept, known, FigureSettings.of_size("double column"))
        if chosen.keep:
            _keep(opened, record, {trial.key: known[trial.key] for trial in trials}, chosen.file)
    except SystemExit as shown_help:
        return int(shown_help.code or 0)
    except (Refusal, FileError, SettingError) as error:
        return refuse(str(error))
    finally:
        bar.clear()
    if not chosen.quiet:
        _tell(plan, trials, known)
    bad = any(known[trial.key].diverged or known[trial.key].failed for trial in trials)
    return SOME_DIVERGED if bad else DONE


def _work(plan: Plan, crew: Crew, known: dict[str, Summary], journal: TrialJournal, bar: Bar) -> None:
    """Every trial of the plan that is not known."""
    told, pace = 0, Pace()
    done = sum(trial.key in known for trial in plan.trials(known))
    if done:
        _say(f"{done} trial{'s are' if done != 1 else ' is'} known, in {shown(journal.path)} or the experiment itself")
    bar.show(f"{done} of about {plan.expected(known)} trials", 0.0)
    for one, summary in work_off(plan, crew, known):
        journal.add(one.key, summary)
        pace.done += 1
        for notice in journal.notices[told:]:
            bar.clear()
            _say(notice)
        told = len(journal.notices)
        expected = max(plan.expected(known), 1)
        left = pace.left(expected - done - pace.done)
        bar.show(f"{done + pace.done} of {expected} trials, {left}", (done + pace.done) / expected)
    bar.clear()


@contextmanager
def _kept(file: str) -> Iterator[TrialJournal]:
    """The journal beside a file; if the work is interrupted, a sentence on how it goes on. Raises FileError."""
    journal = TrialJournal(beside(Path(file)))
    try:
        yield journal
    except Exception:
        raise
    except BaseException:  # interrupted or terminated
        if os.path.exists(journal.path):
            _say(f"what is finished is kept in {shown(journal.path)}; the same command goes on from there")
        raise
    finally:
        journal.close()


def _record(experiment: Experiment, chosen: argparse.Namespace) -> ComparisonRecord:
    """The comparison of the file, with what the options change. Raises Refusal or SettingError."""
    kinds = [each.choice.kind for each in experiment.comparisons]
    if chosen.kind is None and len(kinds) != 1:
        has = f"has several comparisons, {', '.join(kinds)}" if kinds else "has no comparison"
        told = "name one with --kind" + ("" if kinds else f": {', '.join(COMPARISONS)}")
        raise Refusal(f"{shown(chosen.file)} {has}; {told}")
    kind = chosen.kind or kinds[0]
    kept = experiment.comparison(kind) or ComparisonRecord(choose(COMPARISONS, kind))
    knobs = {knob.name: knob for knob in COMPARISONS[kept.choice.kind].knobs}
    values: dict[str, object] = {}
    for name, text in _pairs("--set", chosen.set):
        # What is no knob is refused by `choose`, which names those that there are.
        values[name] = text if name in knobs and knobs[name].kind == "choice" else _value(text)
    choice = choose(COMPARISONS, kept.choice.kind, {**kept.choice.values, **values})
    axes = tuple(_axis(path, text) for path, text in _pairs("--vary", chosen.vary)) or kept.axes
    runs = _listed(chosen.runs) if chosen.runs is not None else kept.runs
    optimizers = _listed(chosen.optimizers) if chosen.optimizers is not None else kept.optimizers
    ids = [each.settings.id for each in experiment.runs]
    for run in runs:
        if run not in ids:
            raise Refusal(f"--runs must be among {shown(', '.join(ids))[:300]}, got {run[:60]!r}")
    counted = chosen.measure if chosen.measure is not None else kept.counted
    return replace(kept, choice=choice, axes=axes, runs=runs, counted=counted, optimizers=optimizers)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))


def _pairs(option: str, given: Iterable[str]) -> Iterator[tuple[str, str]]:
    for each in given:
        name, sign, text = each.partition("=")
        if not sign or not name.strip() or not text.strip():
            raise Refusal(f"{option} must be like NAME=VALUE, got {shown(each)[:60]!r}")
        yield name.strip(), text.strip()


def _axis(path: str, text: str) -> Axis:
    if between := _SPACED.fullmatch(text):
        low, high = _value(between[1]), _value(between[2])
        return spaced(path, low, high, int(between[3]), log=between[4] is not None)
    if ".." in text:
        raise SettingError(f"a range must be like 0.001..1:9 or 0.001..1:9:log, got {text[:60]!r}", path)
    return axis(path, [_value(value.strip()) for value in text.split(",")])


def _value(text: str) -> Any:
    """A number, true or false, or the text itself."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return read_number(text)
    except SettingError:
        return text


def _crew(chosen: argparse.Namespace) -> Crew:
    if chosen.scheduler is not None:
        if ":" not in chosen.scheduler:
            raise Refusal(f"--scheduler must be like tcp://host:8786, got {chosen.scheduler[:60]!r}")
        return crew_of(chosen.scheduler)
    if chosen.processes is not None:
        return crew_of(f"{chosen.processes} processes")
    return crew_of(f"{chosen.workers} threads" if chosen.workers is not None else "")


def _outputs(chosen: argparse.Namespace, opened: Opened) -> Path | None:
    """Where the table goes, checked before anything is computed. Raises Refusal."""
    if chosen.keep and opened.is_figure:
        raise Refusal(f"{shown(chosen.file)} is a figure, into which --keep writes no results")
    if chosen.export is None:
        return None
    path = Path(chosen.export)
    if path.suffix.lower() not in SUFFIXES:
        raise Refusal(f"--export must end in {', '.join(SUFFIXES)}, got {shown(path)[:120]!r}")
    if not path.parent.is_dir():
        raise Refusal(f"cannot write {shown(path)}: there is no folder {shown(path.parent)}")
    if os.path.realpath(path) == os.path.realpath(chosen.file):
        raise Refusal(f"--export {shown(path)} would be written over the experiment")
    return path


def _keep(opened: Opened, record: ComparisonRecord, results: Mapping[str, Summary], file: str) -> None:
    """Write comparison and results into the experiment file. Raises FileError or SettingError."""
    if changed_since(file, opened.stamp):
        told = "has been changed meanwhile and is left as it is; the same command keeps the results"
        raise FileError(f"{shown(file)} {told}")
    whole = {key: summary for key, summary in results.items() if not summary.failed}
    others = (each for each in opened.experiment.comparisons if each.choice.kind != record.choice.kind)
    for note in save(replace(opened.experiment, comparisons=(*others, record.keeping(whole))), file).notes:
        _say(note)


def _tell_members(members: Sequence[Member], chosen: argparse.Namespace) -> None:
    """Who computes on a cluster, as a table; who is refused, in any case."""
    for member in members:
        if member.refused:
            _say(member.refused)
    if chosen.scheduler is not None and not chosen.quiet:
        rows = [("worker", "threads", "version", "processor")]
        for member in members:
            if member.identity is not None and not member.refused:
                rows.append((member.address, str(member.count), member.identity.version, member.identity.processor))
        print(in_columns(rows, (False, True, False, False), sys.stderr.isatty()), file=sys.stderr)


def _tell(plan: Plan, trials: Sequence[Trial], known: Mapping[str, Summary]) -> None:
    """What the trials say: sentences, a line for each run and setting, and where the results come from."""
    aligned = sys.stdout.isatty()
    found = [known[trial.key] for trial in trials]
    sentences = [*plan.result(known).sentences, processors_told(found)]
    print("\n".join(filter(None, sentences)), end="\n\n")
    print(_table(trials, known, aligned), end="\n\n")
    rows = [("processor", "trials"), *((name, str(count)) for name, count in processor_rows(found))]
    print(in_columns(rows, (False, True), aligned), flush=True)


def _table(trials: Sequence[Trial], known: Mapping[str, Summary], aligned: bool) -> str:
    """A line for each run and setting: how its trials end."""
    settings = varied(trials)
    groups: dict[tuple[Any, ...], list[Summary]] = {}
    for trial in trials:
        point = [dict(trial.point).get(path, "") for path in settings]
        groups.setdefault((trial.group, *point), []).append(known[trial.key])
    rows = [("run", *settings, "trials", "median", "lower", "upper", "diverged", "failed")]
    for (name, *chosen), found in groups.items():
        ends = spread([summary.value for summary in found if not summary.failed])
        values = (len(found), ends.median, ends.low, ends.high)
        counts = (sum(summary.diverged for summary in found), sum(bool(summary.failed) for summary in found))
        rows.append((text_cell(name), *(_cell(each, aligned) for each in (*chosen, *values, *counts))))
    return in_columns(rows, [place > 0 for place in range(len(rows[0]))], aligned)


def _cell(value: Any, aligned: bool) -> str:
    return number_cell(value, aligned) if isinstance(value, int | float) else text_cell(str(value))


def _say(sentence: str) -> None:
    print(f"Fall Line: {sentence}", file=sys.stderr)
