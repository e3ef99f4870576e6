from __future__ import annotations

import pytest
from PySide6.QtCore import QFile, QIODevice

from app.look.memory_files import memory_file


@pytest.mark.parametrize("name", ["a.svg", "a long name with spaces, digits 0123456789 and -signs_.txt", "Ελλάδα.txt"])
def test_qt_reads_back_what_a_file_in_memory_holds(name):
    for content in (b"first", b"another, which comes too late"):
        path = memory_file(name, content)
        file = QFile(path)
        assert file.open(QIODevice.OpenModeFlag.ReadOnly), path
        assert bytes(file.readAll().data()) == b"first"
        file.close()
    assert not QFile.exists(path + "x")


def test_each_file_has_its_own_content():
    contents = {f"one-of-many-{place}": bytes([place]) * place for place in range(20)}
    paths = {name: memory_file(name, content) for name, content in contents.items()}
    for name, path in paths.items():
        file = QFile(path)
        assert file.open(QIODevice.OpenModeFlag.ReadOnly)
        assert bytes(file.readAll().data()) == contents[name]
        file.close()
