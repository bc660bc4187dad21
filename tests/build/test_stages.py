"""What the extensions share, the table of README.md, and what a build prints while it runs."""

from __future__ import annotations

import importlib
import importlib.util
import io
import marshal
import os
import re
import sys
from collections import defaultdict
from types import SimpleNamespace

import pytest
from _extensions import files, folders, stages
from _extensions.content import links, tables
from _extensions.execute import progress
from _extensions.whole_site import bytecode
from docutils import nodes

EXTENSIONS = folders.ROOT / "docs" / "_extensions"
SOURCES = {path.relative_to(EXTENSIONS).with_suffix("").as_posix(): path for path in EXTENSIONS.rglob("*.py")}
LINE = re.compile(
    r"^\| (?P<event>[^|]*)\| (?P<priority>\d+) \| `(?P<stage>\w+)` \| (?P<modules>[^|]+) \|", re.MULTILINE
)


def test_the_readme_has_the_order_of_a_build():
    listed, event = [], ""
    for line in LINE.finditer((EXTENSIONS / "README.md").read_text(encoding="utf-8")):
        event = line["event"].strip(" `") or event
        modules = frozenset(re.findall(r"`([\w/]+)`", line["modules"]))
        listed.append((line["stage"], (event, int(line["priority"])), modules))
    listeners = defaultdict(set)
    for name, path in SOURCES.items():
        for stage in re.findall(r"listen\(app, stages\.Stage\.(\w+), ", path.read_text(encoding="utf-8")):
            listeners[stage].add(name)
    assert listed == [(stage.name, stage.value, frozenset(listeners[stage.name])) for stage in stages.Stage]


def test_nothing_listens_past_the_stages():
    for name, path in SOURCES.items():
        assert name == "stages" or "app.connect(" not in path.read_text(encoding="utf-8"), name


def test_every_module_with_a_setup_is_an_extension_of_the_site():
    conf = (folders.ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    listed = {name.replace(".", "/") for name in re.findall(r'"_extensions\.([\w.]+)",', conf)}
    with_setup = {name for name, path in SOURCES.items() if "\ndef setup(" in path.read_text(encoding="utf-8")}
    assert with_setup - listed == {
        "page/rendered_pages",  # set up by those that listen to its event
        "content/unexecuted",  # in place of others, where nothing is executed
    }
    assert listed <= with_setup


def test_a_file_is_written_only_if_its_content_changes(tmp_path):
    path = tmp_path / "deeper" / "x.txt"
    assert files.write_if_changed(path, "é\n")
    os.utime(path, ns=(0, 0))
    assert not files.write_if_changed(path, "é\n")
    assert path.stat().st_mtime_ns == 0
    assert files.write_if_changed(path, "e\n")
    assert path.read_bytes() == b"e\n"


@pytest.mark.parametrize("content", ["new", b"new"])
def test_a_file_is_whole_or_what_it_was(tmp_path, monkeypatch, content):
    path = tmp_path / "x.json"
    path.write_text("old", encoding="utf-8")

    def fail(*arguments):
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="no room"):
            files.write_whole(path, content)
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]
    assert path.read_text() == "old"
    files.write_whole(path, content)
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_a_stamp_that_cannot_be_read_is_empty(tmp_path):
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    assert files.read(tmp_path / "x") == files.read(tmp_path / "none") == ""


def test_a_table_has_heads_rows_and_widths():
    row = nodes.row("", tables.cell("a"), tables.cell(nodes.literal("", "b"), classes=["c"]))
    table = tables.table(("A", "B"), (3, 7), [row], "one", "two", stub=1)
    assert table["classes"] == ["one", "two"]
    assert [(c["colwidth"], c.get("stub")) for c in table.findall(nodes.colspec)] == [(3, 1), (7, None)]
    assert [entry.astext() for entry in table.findall(nodes.entry)] == ["A", "B", "a", "b"]
    assert [*table.findall(nodes.entry)][-1]["classes"] == ["c"]


def test_a_link_says_where_it_stands_and_leads():
    link = links.link_to(SimpleNamespace(docname="a/b"), "/guide/build", nodes.inline("", "text"))
    assert (link["refdoc"], link["reftype"], link["reftarget"]) == ("a/b", "doc", "/guide/build")
    assert link["refwarn"]


def test_results_are_in_one_list():
    names = [folders.below_root(path) for path in folders.results()]
    caches = ["docs/auto_gallery", *(f"_build/{name}" for name in folders.BESIDE), "_build/jupyter-cache"]
    assert names == [*caches, "_build/measured"]


# Progress


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


# Bytecode


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
