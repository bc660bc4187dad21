"""The processes that execute scripts: their number, their end, their progress."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool

import joblib
import pytest
from _extensions import folders
from _extensions.execute import execution_record, failure_sentences, workers


def test_scripts_are_executed_in_as_many_processes_as_can_be_used(monkeypatch):
    monkeypatch.setattr(workers, "cores", lambda: 2)
    monkeypatch.delenv("REMOVABLE_WORKERS", raising=False)
    assert [workers.number(scripts) for scripts in (0, 1, 2, 45)] == [False, False, 2, 2]
    monkeypatch.setattr(workers, "cores", lambda: 64)
    assert workers.number(45) == workers.MOST
    monkeypatch.setenv("REMOVABLE_WORKERS", "1")
    assert workers.number(45) is False
    for wrong in ("0", "two", "-1"):
        monkeypatch.setenv("REMOVABLE_WORKERS", wrong)
        with pytest.raises(SystemExit, match=f"REMOVABLE_WORKERS is '{wrong}'"):
            workers.number(45)


WORKER = """
import os, sys, time
sys.path[:0] = ["docs"]
from _extensions.execute import workers
workers.end_with_the_build({"build_process": int(sys.argv[1])}, "plot_x.py", "before")
print("works", flush=True)
time.sleep(600)
"""
BUILD = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())])
sys.stdin.read()
"""


def test_a_worker_ends_with_its_build():
    build = subprocess.Popen(
        [sys.executable, "-c", BUILD, WORKER], cwd=folders.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with build:
        assert build.stdout.readline() == b"works\n"
        build.kill()
        assert build.stdout.read() == b""  # the end of the stream: nobody is left who could write


def test_a_worker_that_was_killed_ends_the_build_in_one_sentence():
    with pytest.raises(BrokenProcessPool) as killed:
        joblib.Parallel(n_jobs=2, backend="loky")(joblib.delayed(os._exit)(1) for _ in range(2))
    assert "set REMOVABLE_WORKERS=1" in failure_sentences.sentence(killed.value)


def test_the_build_itself_is_not_watched():
    workers.end_with_the_build({"build_process": os.getpid()}, "plot_x.py", "before")
    assert workers._watches == []


def test_scripts_that_are_left_are_counted_by_their_measurements(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(execution_record, "_environment", lambda: "k")
    scripts = [tmp_path / "gallery" / name for name in ("plot_a.py", "plot_b.py", "no_plot.py")]
    scripts[0].parent.mkdir()
    for script in scripts:
        script.write_text("a = 1", encoding="utf-8")
    assert execution_record.unmeasured("/plot_") == scripts[:2]
    key = execution_record.key_of(scripts[0])
    execution_record.record("plot_a", execution_record.Measurement(key, 1.0, None))
    assert execution_record.unmeasured("/plot_") == scripts[1:2]
    execution_record.forget("plot_a")
    assert execution_record.unmeasured("/plot_") == scripts[:2]
