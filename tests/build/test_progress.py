"""What a build prints while it runs."""

from __future__ import annotations

import io
import os
import re
import sys

from _extensions.execute import progress


def test_progress_goes_past_what_is_captured_for_a_page(monkeypatch):
    terminal, page = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "__stdout__", terminal)
    monkeypatch.setattr(sys, "stdout", page)
    scripts = progress.Progress("script", left=2)
    scripts.start("plot_x")
    scripts.end("plot_x")
    assert page.getvalue() == ""
    begins, ends = terminal.getvalue().splitlines()
    assert begins == "script plot_x starts"
    assert re.fullmatch(r"script plot_x ended after \d+\.\d s, 1 left", ends)


def test_progress_that_cannot_be_written_stops_nothing(monkeypatch):
    closed = io.StringIO()
    closed.close()
    for stream in (None, closed, open("/dev/full", "w") if os.path.exists("/dev/full") else None):  # noqa: SIM115
        monkeypatch.setattr(sys, "__stdout__", stream)
        progress.say("a line")
