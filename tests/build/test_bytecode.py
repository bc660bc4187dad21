"""The bytecode that one build leaves for the next."""

from __future__ import annotations

import importlib
import importlib.util
import marshal
import os

import pytest
from _extensions import folders
from _extensions.whole_site import bytecode


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of our own, and the place of its bytecode."""
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    source = tmp_path / "tutorial_src" / "x.py"
    source.parent.mkdir()
    source.write_text("value = 1\n", encoding="utf-8")
    (source.parent / "__pycache__").mkdir()
    return source, bytecode.Path(importlib.util.cache_from_source(str(source)))


def test_bytecode_is_made_again_when_its_source_changes(module):
    source, compiled = module
    bytecode.compile_all(None, ValueError("a build that failed"))
    assert not compiled.exists()
    bytecode.compile_all(None, None)
    assert bytecode.is_current(source, compiled)
    before = compiled.stat().st_mtime_ns
    bytecode.compile_all(None, None)
    assert compiled.stat().st_mtime_ns == before
    times = source.stat()
    source.write_text("value = 2\n", encoding="utf-8")
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))  # of the same size, and as old
    assert not bytecode.is_current(source, compiled)
    bytecode.compile_all(None, None)
    assert bytecode.is_current(source, compiled)
    namespace = {}
    exec(marshal.loads(compiled.read_bytes()[16:]), namespace)
    assert namespace["value"] == 2


def test_bytecode_that_was_cut_short_does_not_take_its_place(module, monkeypatch):
    source, compiled = module
    compile_ = bytecode.py_compile.compile

    def cut_short(file, cfile, **options):
        compile_(file, cfile=cfile, **options)
        os.truncate(cfile, 30)

    monkeypatch.setattr(bytecode.py_compile, "compile", cut_short)
    assert not bytecode.compile_whole(source, compiled)
    assert list(compiled.parent.iterdir()) == []


def test_python_takes_the_bytecode_and_notices_an_older_one(module):
    source, compiled = module
    bytecode.compile_all(None, None)
    loader = importlib.machinery.SourceFileLoader("x", str(source))
    # Bytecode of another module under the digest of this source: Python takes it, for the digest is
    # right.
    head = compiled.read_bytes()[:16]
    compiled.write_bytes(head + marshal.dumps(compile("value = 3", "x", "exec")))
    assert loader.get_code("x").co_consts[0] == 3
    source.write_text("value = 4\n", encoding="utf-8")
    assert loader.get_code("x").co_consts[0] == 4
