"""Plain lines on standard output: what starts, what ended after how long, how many are left.

The durations are in seconds. The log of Sphinx is silent under ``-q``, and a warning would fail the
build. The lines go to the stream with which Python started: the one that a script finds in
``sys.stdout`` is captured for its page.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from dataclasses import dataclass, field

_lock = threading.Lock()
"""Chapters and processes end in threads of their own; their lines must not mix."""


def say(line: str) -> None:
    """Write a line at once. Where it cannot be written, the build goes on without it."""
    with _lock, contextlib.suppress(OSError, ValueError):
        if sys.__stdout__ is not None:
            print(line, file=sys.__stdout__, flush=True)


@dataclass
class Progress:
    """What one kind of work has done, and what is left.

    Attributes
    ----------
    kind : str
        Name of one piece of work: ``"script"``.
    left : int
        Pieces that have not ended.
    """

    kind: str
    left: int = 0
    _started: dict[str, float] = field(default_factory=dict, repr=False)

    def start(self, name: str) -> None:
        """Say that a piece of work starts."""
        self._started[name] = time.perf_counter()
        say(f"{self.kind} {name} starts")

    def end(self, name: str, outcome: str = "ended") -> None:
        """Say that it has ended."""
        seconds = time.perf_counter() - self._started.pop(name)
        self.left = max(0, self.left - 1)
        say(f"{self.kind} {name} {outcome} after {seconds:.1f} s, {self.left} left")
