"""Files that somebody has damaged, or made to do harm: each is opened or refused with a sentence, within a second."""

from __future__ import annotations

import base64
import copy
import pickle
import random
import re
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.documents.experiment_file import load
from app.documents.files import FileError
from app.documents.toml_reader import parsed
from app.documents.toml_text import toml_text
from engine import Experiment, SettingError

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "documents-samples" / "0.3.0").glob("[a-z]*.[tps]*"))
ALLOWED = 2.0  # seconds of the processor, which others may slow down
NASTY: list[Any] = [
    True, 0, -1, 2**31, 2**63, 10**400, 1e308, 1e-320, float("nan"), float("-inf"), "", " ", "\0", "é", "a" * 10**5,
    "../../etc/passwd", "__import__('os').system('true')", "9**9**9**9", "${HOME}", "<script>", [], {}, [[]] * 1000,
    {"a": {}}, {"kind": "adam"}, {"table": {}}, [0] * 10_000, "1 2\n" * 5000, "AAAA" * 5000, {"rows": "=" * 20_000},
]  # fmt: skip


def paths_in(data: Any, path: tuple = ()) -> list[tuple]:
    inner = data.items() if isinstance(data, dict) else enumerate(data[:20]) if isinstance(data, list) else ()
    return [path, *(deeper for key, value in inner for deeper in paths_in(value, (*path, key)))]


def other_entries(data: dict, chance: random.Random) -> bytes:
    """The text of an experiment with some entries replaced, left out, or doubled under another name."""
    data = copy.deepcopy(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        *place, last = chance.choice([path for path in paths_in(data) if path])
        part: Any = data
        for key in place:
            part = part[key]
        if chance.random() < 0.2:
            del part[last]
        elif isinstance(part, dict) and chance.random() < 0.1:
            part["another"] = part[last]
        else:
            part[last] = copy.deepcopy(chance.choice(NASTY))
    return toml_text(data).encode()


def other_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 2, 8, 64])):
        at = chance.randrange(max(len(changed), 1))
        match chance.randrange(6):
            case 0 if changed:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at : at + 1] = bytes([chance.choice(b"\0\xff{}[]\"',:=.0-9e\n#")])
            case 2:
                del changed[at : at + chance.randrange(1, 200)]
            case 3:
                changed[at:at] = changed[: chance.randrange(1, 500)]
            case 4:
                changed[at : at + 64] = bytes(64)
            case _:
                del changed[at + 1000 * chance.randrange(50) :]
    return bytes(changed)


def whatever(data: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        [
            b"",
            bytes(len(data)),
            chance.randbytes(3000),
            pickle.dumps({"w": [1.0]}),
            b"\xef\xbb\xbf" + data,
            data.decode("utf-8", "replace").encode("utf-16"),
            data + bytes(chance.randrange(1, 10**5)),
            b"%PDF-" + data,
            b"\x89PNG\r\n\x1a\n" + data,
            b"<svg" + data,
        ]
    )


def open_or_refuse(path: Path, content: bytes) -> str:
    """What is said of a file; within a second, and nothing but a sentence of one line."""
    path.write_bytes(content)
    begun = time.process_time()
    try:
        assert isinstance(load(path), Experiment)
        said = ""
    except (FileError, SettingError) as error:
        said = str(error)
        assert said.strip() and len(said) < 2000 + 2 * len(str(path))
        assert all(sign.isprintable() for sign in said.replace("\n", "")), said
    spent = time.process_time() - begun
    assert spent < ALLOWED, f"{said[:100]} after {spent:.1f} s"
    return said


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return str(value, "ascii") if isinstance(value, memoryview) else value


def mutated(path: Path, seeds: range, files: int) -> None:
    contents = [sample.read_bytes() for sample in SAMPLES if sample.suffix != ".json"]
    tables = [plain(parsed(sample.read_bytes())) for sample in SAMPLES if sample.name not in ("memory.toml",)
              and sample.suffix == ".toml"]  # fmt: skip
    for seed in seeds:
        chance = random.Random(seed)
        for _ in range(files):
            kind = chance.random()
            if kind < 0.45:
                open_or_refuse(path, other_entries(chance.choice(tables), chance))
            else:
                open_or_refuse(path, (other_bytes if kind < 0.9 else whatever)(chance.choice(contents), chance))


def test_damaged_files_are_opened_or_refused(tmp_path: Path) -> None:
    mutated(tmp_path / "file.toml", range(1), 120)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_damaged_files_are_opened_or_refused(seed: int, tmp_path: Path) -> None:
    mutated(tmp_path / "file.toml", range(100 + seed, 101 + seed), 500)


RUN, SURFACE = '[[runs]]\nid = "a"\noptimizer = "sgd"\n', '[problem]\nsurface = "rosenbrock"\n'
NETWORK = '[problem]\ndata = { kind = "moons" }\n'


def table(rows: str, more: str = "") -> str:
    return f"[problem.data.table]\ncolumns = ['a']\n{more}rows = '''\n{rows}'''\n{RUN}"


def tweaks(count: int, one: str) -> str:
    return f"{SURFACE}{RUN}tweaks = [\n{''.join(one.format(place) for place in range(count))}]\n"


TWEAK = '    {{ update = {}, setting = "learning_rate", value = 0.1 }},\n'
LARGE: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "as many tweaks as there may be": (lambda: tweaks(100_000, TWEAK), ""),
    "too many tweaks": (lambda: tweaks(1_000_000, TWEAK), "more than 100,000 tweaks"),
    "tweaks in another form": (lambda: tweaks(100_000, '{{update={},setting="warmup",value=1}},'), "longer than 2 MiB"),
    "tweaks of the data": (lambda: tweaks(20_000, "{{update={},setting='data.add',value=[1.0,2.0]}},"), "entries"),
    "nested lists": (lambda: "a = " + "[" * 10**5, "entries|nested"),
    "dots in a name": (lambda: ".".join(["a"] * 30_000) + " = 1", "too many parts"),
    "tables": (lambda: "".join(f"[t{place}]\n" for place in range(10**5)) + SURFACE + RUN, "entries"),
    "runs": (lambda: SURFACE + "".join(f'[[runs]]\nid = "{place}"\n' for place in range(10**5)), "entries|longer"),
    "digits": (lambda: SURFACE + "seed = " + "9" * 10**6 + "\n" + RUN, "digits"),
    "a million rows": (lambda: table("1 2\n" * 10**6 + "3 4"), ""),
    "ten million rows": (lambda: table("1 2\n" * 10**7 + "3 4"), "more than 2,500,000 numbers as text"),
    "one row": (lambda: table("1 " * 2 * 10**7), "must hold 2 numbers"),
    "packed": (lambda: table(base64.b64encode(bytes(16 * 10**6)).decode(), 'packed = "<f8"\n'), ""),
    "packed too much": (lambda: table("A" * 250 * 10**6, 'packed = "<f8"\n'), "more than 20,000,000 numbers"),
    "small literals": (lambda: "".join(f"a{place} = '''\n'''\n" for place in range(200_000)), "entries|longer"),
    "a comment": (lambda: "#" + "x" * (250 * 2**20), "longer than 2 MiB"),
    "a literal": (lambda: "a = '''\n" + "x=" * (125 * 2**20) + "'''", "problem: is missing"),
    "backslashes": (lambda: 'a = "' + "\\\\" * (2**20 - 10) + '"', "problem: is missing"),
    "lines": (lambda: "\n" * (2**21 - 10), "entries"),
    "items": (lambda: "a = [" + "1," * 10**6 + "]", "entries"),
    "layers": (lambda: NETWORK + "hidden = [" + "{units=4}," * 10**5 + "]\n" + RUN, "entries"),
    "a formula": (lambda: '[problem.formula]\ntext = "' + "(" * 50_000 + 'x"\n' + RUN, "at most 4000 characters"),
    "SVG": (lambda: "<svg>Fall Line experiment" + "<dc:description>" * 4 * 10**6, "contains no experiment"),
    "PNG": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXt\0\0\0\0" * (16 * 2**20), "contains no experiment"),
    "PNG bomb": (
        lambda: b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 10**6) + b"zTXtFall Line experiment\0\0"
        + zlib.compress(bytes(200 * 2**20)),
        "contains no experiment",
    ),
    "PDF": (lambda: b"%PDF-1.4 Fall Line experiment /Keywords (" + rb"\n" * (50 * 2**20) + b")", "contains no"),
    "billion laughs": (
        lambda: '<!DOCTYPE svg [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
        "<svg>Fall Line experiment<dc:description>&c;</dc:description></svg>",
        "not TOML",
    ),
}  # fmt: skip
HUGE = {"a literal", "a comment", "PNG", "PDF", "packed too much", "SVG", "ten million rows", "one row",
        "too many tweaks"}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in HUGE else []) for name in LARGE]
)
def test_a_large_file_is_opened_or_refused_within_a_second(name: str, tmp_path: Path) -> None:
    make, told = LARGE[name]
    content = make()
    said = open_or_refuse(tmp_path / "file.toml", content.encode() if isinstance(content, str) else content)
    assert re.search(told, said) if told else not said
