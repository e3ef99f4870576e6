from __future__ import annotations

import random
import tomllib

import pytest

from app.documents.toml_reader import MAX_ENTRIES, MAX_TEXT, parsed
from app.documents.toml_text import toml_text
from tests.each import each


def plain(value):
    """With the bytes of long literal strings as text."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return str(value, "ascii") if isinstance(value, memoryview) else value


def outcome(text: str, parse) -> str:
    try:
        return repr(plain(parse(text)))
    except ValueError:
        return "refused"


def large(chance: random.Random) -> str:
    """A text with everything that is set aside, as our files have it."""
    values = [0.5, -3, 1e-300, True, "adam", [1.0, -0.0], "é", 'a"b', {"kind": "sgd", "nesterov": False}, [], 10**18]
    tweaks = [{"update": place, "setting": "optimizer.beta1", "value": chance.choice(values)} for place in range(120)]
    tweaks[20:60] = [{**tweak, "value": chance.random()} for tweak in tweaks[20:60]]
    names = [chance.choice(["a.b", "é", '"', "\\", "\n", "\x7f", "x" * 30]) for _ in range(1500)]
    table = {"columns": names, "rows": "1 2 =\n[a]\n" * 1200, "classes": ["a", "b"]}
    runs = [{"id": "a", "tweaks": tweaks}, {"id": "b", "tweaks": tweaks[:3]}]
    if chance.random() < 0.5:
        tweaks.insert(70, {"update": 70, "setting": "data", "value": {"table": table}})
    return toml_text({"title": "T", "problem": {"data": {"table": table}}, "runs": runs, "view": {"speed": 1}})


@pytest.mark.parametrize("seed", range(10))
def test_what_is_set_aside_is_what_the_standard_library_reads(seed: int) -> None:
    text = large(random.Random(seed))
    assert plain(parsed(text)) == tomllib.loads(text)
    assert outcome(text, parsed) == outcome(text, tomllib.loads)
    windows = text.replace("\n", "\r\n")
    assert [*plain(parsed(windows))] == [*tomllib.loads(windows)]


SNIPPETS = ("", '"', "'", "'''", '"""', "\n", "[", "]", "{", "}", "=", "#", ",", "= '''\n", "[[runs.tweaks]]\n", "x")


@each("seed", range(40))
def test_a_mangled_text_means_the_same_or_is_refused_as_well(seed: int) -> None:
    chance = random.Random(seed)
    text = large(chance)
    marks = [place for place, sign in enumerate(text) if sign in "='\"[]{}#"]
    for _ in range(4):
        places = sorted(chance.sample(marks, chance.randint(1, 3)), reverse=True)
        mangled = text
        for place in places:
            mangled = (
                mangled[: place + chance.randrange(2)]
                + chance.choice(SNIPPETS)
                + mangled[place + chance.randrange(3) :]
            )
        assert outcome(mangled, parsed) == outcome(mangled, tomllib.loads)


@pytest.mark.parametrize(
    "around",
    ['x = """{}"""', "# {}", "x = ['''\n{}'''", "[a]\nb = 3 {}", '[[runs.tweaks]]\nx = """\n{}"""'],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["literal", "tweaks", "sections", "names"])
def test_what_only_looks_like_a_value_is_left_alone(around: str, kind: str) -> None:
    inside = {
        "literal": "y = '''\n" + "1 2\n" * 3000 + "'''",
        "tweaks": "tweaks = [\n" + '    { update = 1, setting = "warmup", value = 1 },\n' * 30 + "]\n",
        "sections": '[[runs.tweaks]]\nupdate = 1\nsetting = "warmup"\nvalue = 1\n\n' * 30,
        "names": "\ncolumns = [" + ", ".join(['"a"'] * 4000) + "]\n",
    }[kind]
    text = around.format(inside)
    assert outcome(text, parsed) == outcome(text, tomllib.loads)


def test_the_line_of_an_error_is_that_of_the_file() -> None:
    for seed in range(3):
        text = large(random.Random(seed))
        with pytest.raises(ValueError, match=f"at line {text[: text.index('speed')].count(chr(10)) + 1}, column 1"):
            parsed(text.replace("speed =", "= speed"))
    with pytest.raises(ValueError, match=r"^byte \d+ \(line 6003\) is not UTF-8 text$"):
        parsed(b"x = '''\n" + b"1\n" * 6000 + b"'''\n# \xff")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("#" + "x" * MAX_TEXT, "longer than 2 MiB"),
        ("\n" * 40 * 2**20, "longer than 2 MiB"),
        ("\n" * (2**21 - 1), "more than 60,000 entries"),
        ("a = [" + "1," * MAX_ENTRIES + "]", "more than 60,000 entries"),
        ("a = [" + "{}," * MAX_ENTRIES + "]", "more than 60,000 entries"),
        ("".join(f"a{place}=1\n" for place in range(MAX_ENTRIES + 1)), "more than 60,000 entries"),
        ("".join(f"[t{place}]\n" for place in range(MAX_ENTRIES + 1)), "more than 60,000 entries"),
    ],
    ids=["long", "too many lines", "lines", "items", "tables", "entries", "sections"],
)  # fmt: skip
def test_what_would_take_long_is_refused_before_it_is_read(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parsed(text)
