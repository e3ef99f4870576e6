"""Fault injection: the n-th call that changes files fails, or is the last one of a process that is killed."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

_CALLS = ("open", "write", "fsync", "replace", "unlink", "mkdir", "rename", "fchmod", "close")


class Killed(BaseException):
    """The end of the process: no call after it does anything."""


@dataclass(frozen=True)
class Fault:
    """number: of the error; 0 is a kill. sticky: all later calls fail too. torn: half of what is written still is."""

    number: int = 0
    sticky: bool = True
    torn: bool = False

    def __str__(self) -> str:
        name = {0: "kill", -1: "short writes"}.get(self.number) or errno.errorcode[self.number]
        return f"{name}{' for good' if self.sticky else ''}{' torn' if self.torn else ''}"

    def strike(self) -> None:
        raise OSError(self.number, os.strerror(self.number)) if self.number else Killed


FAULTS = [Fault(), Fault(torn=True)] + [
    Fault(number, sticky, torn)
    for number in (errno.ENOSPC, errno.EIO, errno.EACCES)
    for sticky in (False, True)
    for torn in (False, True)
]
SHORT = Fault(-1, sticky=True)  # no fault: every write takes one byte only, as it may


class _Raw(io.FileIO):
    """What `os.fdopen` buffers, with writes that go through `os.write`."""

    def write(self, data) -> int:  # type: ignore[override]
        return os.write(self.fileno(), data)


@contextmanager
def fault_at(call: int, fault: Fault) -> Iterator[list[str]]:
    """Let the fault strike at the call of that place, from 1; gives the calls made so far."""
    counted: list[str] = []
    real_write, real_fdopen = os.write, os.fdopen

    def wrapped(name: str) -> Callable:
        real = getattr(os, name)

        def act(*arguments, **names):
            if name == "open" and os.path.isfile(arguments[0]) and not arguments[1] & (os.O_WRONLY | os.O_RDWR):
                return real(*arguments, **names)  # to read: that changes nothing
            counted.append(name)
            if fault == SHORT:
                return real(arguments[0], bytes(arguments[1])[:1]) if name == "write" else real(*arguments, **names)
            if len(counted) == call or (fault.sticky and len(counted) > call):
                if name == "close":
                    real(*arguments)
                elif name == "write" and fault.torn and len(counted) == call:
                    real_write(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                fault.strike()
            return real(*arguments, **names)

        return act

    def fdopen(descriptor: int, mode: str = "r", *rest, **names):
        if mode == "wb":
            return io.BufferedWriter(_Raw(descriptor, mode))
        return real_fdopen(descriptor, mode, *rest, **names)

    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(os, name, wrapped(name))
        patch.setattr(os, "fdopen", fdopen)
        yield counted
