"""Own texts from files: UTF-8 is read whole, everything else is refused in one sentence; files keep them."""

from __future__ import annotations

import codecs

import pytest

from app.documents.experiment_file import load, save
from app.documents.files import FileError
from app.documents.own_text import MAX_BYTES, read_own_text
from app.documents.table_store import store, stored
from engine import MAX_CHARACTERS, Setting, SettingError, Tweak, new_network, text_table

TEXT = "Ein Fuchs, »läuft«\nüber den Hügel. " * 9


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "with a mark"])
def test_utf_8_is_read_whole(tmp_path, mark):
    path = tmp_path / "fox.txt"
    path.write_bytes(mark + TEXT.replace("\n", "\r\n").encode())
    read = read_own_text(path)
    assert (read.name, read.text, read.whole) == ("fox", TEXT, len(TEXT))


@pytest.mark.parametrize(
    "data, told",
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (codecs.BOM_UTF8 + b"  ", "it has nothing but a mark of its byte order and blanks"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "it is UTF-16; save it as UTF-8, which is expected"),
        (TEXT.encode("utf-16-le"), "byte 2 is 0, which no text has: it is binary data, or UTF-16; save it as UTF-8"),
        (TEXT.encode("latin-1"), r"byte 12 \(0xbb\) is not UTF-8: it has another encoding; save it as UTF-8"),
        (b"%PDF-1.7 and so on", "it is a PDF document and not a text"),
        (b"PK\x03\x04 and so on", "it is a zip archive or a workbook and not a text"),
    ],
)
def test_what_is_no_such_text_is_refused_in_a_sentence(tmp_path, data, told):
    path = tmp_path / "fox.txt"
    path.write_bytes(data)
    with pytest.raises(SettingError, match=f"cannot read .*fox.txt: {told}"):
        read_own_text(path)


def test_of_a_long_text_the_first_part_is_taken(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("abcdefghi\n" * (MAX_CHARACTERS // 10 + 5))
    read = read_own_text(path)
    assert len(read.text) == MAX_CHARACTERS and read.whole == MAX_CHARACTERS + 50
    with open(path, "wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(FileError, match="longer than 16 MiB"):
        read_own_text(path)


def test_a_file_keeps_an_own_text_and_its_context(tmp_path):
    table, longer = text_table("fox", TEXT, 24), text_table("fox", TEXT + "'''\"\"\"\\ \t" * 2000, 24)
    for data in (table, longer):
        experiment = new_network(data, ["sgd"], architecture={"kind": "recurrent", "units": 4})
        save(experiment, tmp_path / "fox.toml")
        again = load(tmp_path / "fox.toml")
        assert again.problem.data == data and again.problem == experiment.problem
        store(data, tmp_path)
        assert stored(data.digest, tmp_path) == data
    assert "Ein Fuchs" in (tmp_path / "fox.toml").read_text("utf-8")
    other = new_network(table, ["sgd"], architecture={"kind": "recurrent", "units": 4}).problem.having(
        "data.context", 40
    )
    assert other.data.context == 40 and other.network.length == 40
    tweak = Tweak(3, Setting.of("data"), table)
    assert tweak.to_dict()["value"]["table"]["text"] == TEXT
