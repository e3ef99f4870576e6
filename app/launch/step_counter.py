"""Progress of a long piece of work: a bar that redraws itself on a terminal, else one line a step."""

from __future__ import annotations

import shutil
from typing import TextIO

WIDTH = 24


class Counter:
    """Counts steps on a stream; total may be corrected on the way."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self.total = total
        self._stream = stream
        self._terminal = stream.isatty()
        self._done = 0
        self._name = ""

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self.close()
        print(sentence, file=self._stream, flush=True)

    def step(self, name: str) -> None:
        """The next step begins."""
        self._done += 1
        self._name = name
        if self._terminal:
            self._draw(name)
        else:
            print(f"[{self._done:2}/{self.total}] {name}", file=self._stream, flush=True)

    def detail(self, text: str) -> None:
        """More about the step under way; for eyes that watch."""
        if self._terminal:
            self._draw(f"{self._name} {text}")

    def close(self) -> None:
        """Leave the stream at the start of a clean line."""
        if self._terminal:
            self._stream.write(f"\r{'':{self._columns()}}\r")

    def _draw(self, text: str) -> None:
        filled = min(WIDTH, WIDTH * self._done // max(1, self.total))
        line = f"[{'#' * filled}{'-' * (WIDTH - filled)}] {self._done:2}/{self.total} {text}"
        columns = self._columns()
        self._stream.write(f"\r{line[:columns]:{columns}}")
        self._stream.flush()

    @staticmethod
    def _columns() -> int:
        return max(1, shutil.get_terminal_size().columns - 1)
