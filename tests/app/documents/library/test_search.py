from __future__ import annotations

import pytest

from app.documents.library.columns import FIELDS, RESULT, Column, named
from app.documents.library.search import SearchError, read_search

KNOWN = (
    *FIELDS,
    Column("loss"),
    Column("learning_rate"),
    Column("optimizer"),
    Column("optimizer.beta1"),
    Column("rates.hidden 1"),
    Column("loss", RESULT),
    Column("status", RESULT),
)


def test_names_as_people_write_them() -> None:
    for name, keys in (
        ("learning_rate", ["learning_rate"]),
        ("Learning rate", ["learning_rate"]),
        ("beta1", ["optimizer.beta1"]),
        ("optimizer beta1", ["optimizer.beta1"]),
        ("loss", ["loss", "loss"]),
        ("hidden 1", ["rates.hidden 1"]),
        ("rate", ["learning_rate"]),
        ("ate", []),
        ("kept", ["kept"]),
    ):
        assert [column.key for column in named(name, KNOWN)] == keys, name
    assert named("loss", KNOWN)[0].part == RESULT


def test_words_and_conditions() -> None:
    for text, words, conditions in (
        ("", (), []),
        ("  Two  Words ", ("two", "words"), []),
        ('"one phrase" x', ("one phrase", "x"), []),
        ("loss<0.1", (), [("<", "0.1", 0.1)]),
        ("adam loss <= 1e-3 deep", ("adam", "deep"), [("<=", "1e-3", 1e-3)]),
        ('"learning rate"=10^-2', (), [("=", "10^-2", 0.01)]),
        ("optimizer!=adam beta1>.5", (), [("!=", "adam", None), (">", ".5", 0.5)]),
        ('status="x y"', (), [("=", "x y", None)]),
        ("a-b", ("a-b",), []),
    ):
        search = read_search(text, KNOWN)
        assert search.words == words, text
        found = [
            (each.sign, each.value, None if each.number != each.number else each.number) for each in search.conditions
        ]
        assert found == conditions, text


def test_what_cannot_be_read_is_told() -> None:
    for text, told in (
        ("los<0.1", "no run has a setting or result 'los': did you mean loss?"),
        ("zzz=1", "no run has a setting or result 'zzz': such as learning_rate=0.1 or loss<0.1"),
        ("loss<small", "loss< needs a number, got 'small'"),
        ('loss=""', "loss= lacks a value: write it without a space in it, or in quotes"),
        ("loss<", "loss< lacks a value: write it without a space in it, or in quotes"),
        ("kept=1", "no run has a setting or result 'kept': such as learning_rate=0.1 or loss<0.1"),
    ):
        with pytest.raises(SearchError) as raised:
            read_search(text, KNOWN)
        assert str(raised.value) == told
