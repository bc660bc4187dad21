"""What a build does with damage, a full disk and an unfit framework, without a build.

``nox -s faults`` does it with one.
"""

from __future__ import annotations

import errno
import importlib
import json
import logging
import os
import pickle
import sqlite3
import subprocess
import sys
import threading
import zipfile
from types import SimpleNamespace

import pytest
import sphinx._cli.util.errors as sphinx_errors
from _extensions import folders
from _extensions.downloads import archive
from _extensions.execute import (
    aside,
    claims_aside,
    doctests_aside,
    execution_record,
    failure_sentences,
    framework_versions,
    keys,
    required_frameworks,
    site_state,
    trusted_files,
)
from _extensions.whole_site import notebook_style_sheet, search_index
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat.v4 import new_code_cell, new_notebook
from removable import frameworks
from removable.claims import __main__ as claims_command
from removable.errors import MissingFrameworkError
from sphinx.errors import ExtensionError

FULL = OSError(errno.ENOSPC, "No space left on device", "/somewhere/page.html")


# One sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FULL, "The disk of /somewhere/page.html is full (No space left on device): make room there"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "x"), "The disk of x is full (Disk quota exceeded)"),
        (OSError(errno.EROFS, "Read-only file system", "x"), "x is on a read-only file system: make it writable"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "x may not be opened by this user"),
        (OSError(errno.ENOSPC, "No space left on device", "from", None, "to"), "The disk of to is full"),
        (sqlite3.OperationalError("database or disk is full"), "jupyter-cache is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "is on a read-only file system"),
        (sqlite3.DatabaseError("file is not a database"), "delete that folder"),
        (pickle.UnpicklingError("pickle data was truncated"), "is damaged (pickle data was truncated): delete"),
    ],
)
def test_what_stops_a_build_has_a_sentence(error, words):
    assert words in failure_sentences.sentence(error)
    assert words in failure_sentences.sentence(ExtensionError("a handler threw an exception", error, "gallery"))
    try:
        raise RuntimeError("wrapped") from error
    except RuntimeError as wrapped:
        assert words in failure_sentences.sentence(wrapped)  # noqa: PT017


def test_an_error_of_our_own_keeps_its_traceback():
    assert failure_sentences.sentence(ValueError("x")) is None
    assert failure_sentences.sentence(FileNotFoundError(errno.ENOENT, "No such file", "x")) is None


def test_a_write_that_does_not_say_where_names_the_full_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(failure_sentences, "_written", lambda: (tmp_path,))
    monkeypatch.setattr(failure_sentences.shutil, "disk_usage", lambda folder: SimpleNamespace(free=4096))
    assert f"The disk of {tmp_path}" in failure_sentences.sentence(OSError(errno.ENOSPC, "No space left on device"))


def test_sphinx_prints_the_sentence_and_its_report_for_other_errors(capsys, monkeypatch, tmp_path):
    said = []

    def report(exception, /, **options):
        said.append(exception)

    monkeypatch.setattr(sphinx_errors, "handle_exception", report)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    failure_sentences.install()
    import sys

    sphinx_errors.handle_exception(FULL, stderr=sys.stderr)
    assert capsys.readouterr().err.strip() == failure_sentences.sentence(FULL)
    other = ValueError("x")
    sphinx_errors.handle_exception(other, stderr=sys.stderr)
    assert said == [other]


def test_sphinx_still_ends_where_the_sentence_is_said():
    """The hook is no public one; a version of Sphinx without it has to be noticed."""
    import inspect

    import sphinx.cmd.build

    assert "sphinx._cli.util.errors.handle_exception(" in inspect.getsource(sphinx.cmd.build.build_main)


def test_a_page_that_could_not_be_written_ends_the_build():
    logger = logging.Logger("sphinx.test")
    logger.addHandler(failure_sentences.LostFiles(logging.WARNING))
    logger.warning("a reference %s leads nowhere", "x")
    logger.warning("cannot copy %s: %s", "x", FileNotFoundError(errno.ENOENT, "No such file", "x"))
    with pytest.raises(SystemExit, match=r"The disk of .* is full"):
        logger.warning("error writing file %s: %s", "x", FULL)


def test_a_script_that_failed_for_want_of_room_ends_the_build():
    said = "Traceback (most recent call last):\n  ...\nOSError: [Errno 28] No space left on device: '/x/a.svg'\n"
    app = SimpleNamespace(config=SimpleNamespace(sphinx_gallery_conf={"failing_examples": {"plot_x.py": said}}))
    with pytest.raises(SystemExit, match=r"The disk of /x/a\.svg is full"):
        failure_sentences.check_scripts(app)
    app.config.sphinx_gallery_conf["failing_examples"] = {"plot_x.py": "ValueError: x"}
    failure_sentences.check_scripts(app)


@pytest.mark.parametrize("colour", ["", "\x1b[31m"])
def test_its_traceback_is_not_printed(colour):
    said = f"{colour}Traceback (most recent call last):\n  ...\nOSError: [Errno 28] No space left on device: '/x/a.svg'"
    printed = []
    logger = logging.Logger("sphinx.test")
    logger.handlers = [failure_sentences.LostFiles(logging.WARNING), SimpleNamespace(level=0, handle=printed.append)]
    of_a_script = {"extra": {"subtype": "example_error"}}
    with pytest.raises(SystemExit, match=r"The disk of /x/a\.svg is full"):
        logger.warning("%s failed:\n\n%s", "plot_x.py", said + "\x1b[39;49;00m" * bool(colour), **of_a_script)
    assert not printed
    logger.warning("%s failed:\n\n%s", "plot_x.py", "ValueError: x", **of_a_script)
    assert len(printed) == 1


def test_a_thread_without_room_ends_the_build(monkeypatch):
    others = []
    monkeypatch.setattr(threading, "excepthook", failure_sentences._keep(others.append))

    def fail(error):
        raise error

    for error in (FULL, ValueError("x")):
        thread = threading.Thread(target=fail, args=(error,))
        thread.start()
        thread.join()
    assert [type(failed.exc_value) for failed in others] == [ValueError]
    with pytest.raises(SystemExit, match="is full"):
        failure_sentences.check_threads(None, None, [])
    failure_sentences.check_threads(None, None, [])


def test_a_folder_that_cannot_be_written_to_is_named_before_anything_runs(tmp_path, monkeypatch):
    failure_sentences.require_writable([tmp_path, tmp_path / "not" / "there"])
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(SystemExit, match=rf"{tmp_path} cannot be written to: make it writable"):
        failure_sentences.require_writable([tmp_path / "not" / "there"])


def test_claims_that_cannot_be_written_are_no_traceback(tmp_path, capsys):
    assert claims_command.main(["nan-at-2", "--json", str(tmp_path / "no" / "x.json")]) == 2
    assert "x.json cannot be written: No such file or directory" in capsys.readouterr().err


# Records


@pytest.fixture
def gallery(tmp_path, monkeypatch):
    """Two scripts that are done, and recorded."""
    gallery = tmp_path / "docs" / "auto_gallery"
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    for script in ("plot_1", "plot_10"):
        (tmp_path / "gallery" / "a").mkdir(parents=True, exist_ok=True)
        (tmp_path / "gallery" / "a" / f"{script}.py").touch()
        (gallery / "a" / "images").mkdir(parents=True, exist_ok=True)
        for name in (f"{script}.py", f"{script}.py.md5", f"{script}.rst", f"images/sphx_glr_{script}_001.svg"):
            (gallery / "a" / name).write_text(name, encoding="utf-8")
    trusted_files.settle_gallery(None)
    return gallery


def recorded_scripts(gallery):
    return sorted(path.name for path in (gallery / ".intact").iterdir())


def done(gallery):
    return sorted(path.name for path in gallery.rglob("*.md5"))


@pytest.mark.parametrize("name", ["plot_1.rst", "images/sphx_glr_plot_1_001.svg"])
@pytest.mark.parametrize("damage", [lambda path: path.write_text("half"), lambda path: path.unlink()])
def test_a_script_whose_files_are_damaged_is_executed_again(gallery, name, damage):
    trusted_files.mend_gallery()
    assert done(gallery) == ["plot_1.py.md5", "plot_10.py.md5"]
    damage(gallery / "a" / name)
    trusted_files.mend_gallery()
    assert done(gallery) == ["plot_10.py.md5"]
    assert not [path for path in gallery.rglob("*plot_1.*") if path.is_file()]


def test_a_script_is_trusted_once_the_next_one_begins(gallery):
    trusted_files.note_script({}, "plot_1.py", "before")
    (gallery / "a" / "plot_1.rst").write_text("new", encoding="utf-8")
    trusted_files.note_script({}, "plot_1.py", "after")
    # its page may be half written
    assert recorded_scripts(gallery) == ["plot_10.json"]
    trusted_files.note_script({}, "plot_10.py", "before")
    assert recorded_scripts(gallery) == ["plot_1.json"]
    trusted_files.mend_gallery()
    assert done(gallery) == ["plot_1.py.md5"]
    trusted_files._last.clear()


def test_a_record_that_cannot_be_read_is_none(gallery):
    (gallery / ".intact" / "plot_1.json").write_text('{"a/plot_1.rst": "', encoding="utf-8")
    trusted_files.mend_gallery()
    assert done(gallery) == ["plot_10.py.md5"]


def test_the_record_of_a_removed_script_goes_with_it(gallery):
    (gallery / "a" / "plot_1.py.md5").unlink()
    trusted_files.settle_gallery(None)
    assert recorded_scripts(gallery) == ["plot_10.json"]


KEPT = ("doctrees/environment.pickle", *(f"_build/{kind}/x.json" for kind in folders.BESIDE))


@pytest.fixture
def project(tmp_path, monkeypatch, gallery):
    """A build that has come to its end."""
    monkeypatch.setattr(keys, "writing_key", lambda: "k")
    names = ["html/index.html", "doctrees/index.doctree", *KEPT]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "doctrees" / "written-by").write_text("k", encoding="utf-8")
    config = SimpleNamespace(nb_execution_cache_path=str(tmp_path / "cache"), gallery_only="")
    return SimpleNamespace(
        outdir=str(tmp_path / "html"), doctreedir=str(tmp_path / "doctrees"), config=config, _warncount=0
    )


def test_what_a_build_left_is_trusted_as_long_as_it_is_that(project, tmp_path):
    trusted_files.finish(project, None)
    for _ in range(2):
        trusted_files.mend(project, project.config)
        assert not (tmp_path / "html" / ".unfinished").exists()
        assert all((tmp_path / name).exists() for name in KEPT)
        trusted_files.finish(project, None)


@pytest.mark.parametrize("damage", [lambda path: path.write_text("half"), lambda path: path.unlink()])
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("html/index.html", {*KEPT}),
        ("doctrees/index.doctree", {*KEPT[1:]}),
        *((name, {*KEPT} - {name}) for name in KEPT[1:]),
    ],
)
def test_what_is_damaged_is_made_again_and_nothing_else(project, tmp_path, name, kept, damage):
    trusted_files.finish(project, None)
    damage(tmp_path / name)
    trusted_files.mend(project, project.config)
    left = {n for n in KEPT if (tmp_path / n).exists()}
    assert left == kept
    site_state.start_site(project)
    # What is read again in full is written again in full.
    assert (tmp_path / "html" / "index.html").exists() == (name in KEPT[1:])


def test_a_build_that_did_not_end_well_leaves_nothing_to_trust(project, tmp_path):
    for exception, warnings in ((ValueError("x"), 0), (None, 1)):
        project._warncount = 0
        trusted_files.finish(project, None)
        trusted_files.mend(project, project.config)  # the next build begins, and
        project._warncount = warnings
        site_state.finish_site(project, exception)
        trusted_files.finish(project, exception)
        (tmp_path / "doctrees" / "environment.pickle").touch()
        trusted_files.mend(project, project.config)
        assert not (tmp_path / "doctrees" / "environment.pickle").exists()
        assert (tmp_path / "html" / ".unfinished").exists()
        (tmp_path / "html" / ".unfinished").unlink()
        (tmp_path / "doctrees" / "environment.pickle").touch()


@pytest.fixture
def cache(tmp_path):
    """A cache with two chapters."""
    cache = get_cache(str(tmp_path / "cache"))
    for text in ("a = 1", "b = 2"):
        notebook = new_notebook(cells=[new_code_cell(text, execution_count=1)])
        cache.cache_notebook_bundle(CacheBundleIn(notebook, f"{text[0]}.md"))
    return tmp_path / "cache"


def cached(cache):
    return len(get_cache(str(cache)).list_cache_records())


def recorded(cache):
    return trusted_files.digests(cache, trusted_files._cached(cache))


def test_a_cache_that_is_whole_stays(cache):
    trusted_files.mend_cache(cache, recorded(cache))
    trusted_files.mend_cache(cache, {})
    assert cached(cache) == 2


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("damage", [lambda path: os.truncate(path, 20), lambda path: path.unlink()])
def test_a_cached_chapter_that_is_damaged_is_dropped_alone(cache, damage, known):
    record = recorded(cache) if known else {}
    damage(next(iter(trusted_files._cached(cache))))
    trusted_files.mend_cache(cache, record)
    assert cached(cache) == 1


def test_a_cached_chapter_that_was_changed_is_dropped(cache):
    record = recorded(cache)
    path = next(iter(trusted_files._cached(cache)))
    path.write_text(json.dumps({**json.loads(path.read_text()), "cells": []}), encoding="utf-8")
    trusted_files.mend_cache(cache, record)
    assert cached(cache) == 1


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, None])
def test_a_database_that_is_damaged_is_dropped_with_its_cache(cache, content):
    database = cache / "global.db"
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2] if content is None else content)
    trusted_files.mend_cache(cache, {})
    assert not cache.exists()


@pytest.mark.parametrize(
    ("run", "half", "whole"),
    [
        (
            claims_aside.run,
            ('{"claims": [', "[]", '{"claims": []}'),
            '{"claims": [], "versions": {}, "cpu_features": []}',
        ),
        (doctests_aside.run, ("", "<testsuites>", "<x/>"), "<testsuites><testsuite/></testsuites>"),
    ],
    ids=["claims", "doctests"],
)
def test_a_result_that_cannot_be_read_is_made_again(run, half, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(execution_record, "folder", lambda: tmp_path)
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(run, "key", lambda: "k")
    execution_record.record(run.name, execution_record.Measurement("k", 1.0, None))
    run.file.parent.mkdir(parents=True)
    for content in half:
        run.file.write_text(content, encoding="utf-8")
        assert not run.is_done()
    run.file.write_text(whole, encoding="utf-8")
    assert run.is_done()
    execution_record.record(run.name, execution_record.Measurement("other", 1.0, None))
    assert not run.is_done()


def test_a_file_that_changes_during_the_build_stops_it_with_one_sentence(tmp_path, monkeypatch):
    now = ["before"]
    monkeypatch.setattr(execution_record, "folder", lambda: tmp_path)
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    run = aside.Aside("claims", ".json", lambda: now[0], lambda file: ("this",), lambda file: False)
    run.start()
    now[0] = "after"
    with pytest.raises(SystemExit, match=r"^A file that the claims depend on was changed while"):
        run.wait()


def test_an_archive_is_whole_or_what_it_was(tmp_path, monkeypatch):
    path = tmp_path / "x.zip"
    archive.write(path, [("a.py", b"# a")])
    before = path.read_bytes()

    def fail(*arguments):
        raise FULL

    monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
    with pytest.raises(OSError, match="No space left"):
        archive.write(path, [("b.py", b"# b")])
    assert path.read_bytes() == before


def test_the_search_keeps_the_index_entries_of_pages_that_are_not_written_again():
    kept = {"b": [["of b", "i", ""]], "gone": [["x", "i", ""]], "a": [["old", "i", ""]]}
    found = search_index.complete({"a": [("new", "i", "main")]}, kept, {"a", "b"})
    assert found == {"a": [("new", "i", "main")], "b": [("of b", "i", "")]}
    assert list(found) == ["a", "b"]


@pytest.mark.parametrize("page_goes", [False, True])
def test_a_word_that_has_gone_from_every_page_goes_from_the_search(page_goes, tmp_path):
    """Sphinx alone keeps the word, on an empty list of pages."""
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    extensions = ["myst_nb", notebook_style_sheet.__name__, search_index.__name__]
    settings = f"import sys\nsys.path.insert(0, {str(folders.ROOT / 'docs')!r})\nextensions = {extensions!r}\n"
    (source / "conf.py").write_text(f"{settings}html_theme = 'basic'\n", encoding="utf-8")
    (source / "index.md").write_text("# Title\n\nHere is a zyzzyva.\n", encoding="utf-8")
    (source / "other.md").write_text("---\norphan: true\n---\n\n# Other\n\nAnother quagga.\n", encoding="utf-8")

    def index() -> str:
        subprocess.run([sys.executable, "-m", "sphinx", "-q", "-b", "html", source, out], check=True)
        return (out / "searchindex.js").read_text(encoding="utf-8")

    assert '"zyzzyva":' in index()
    if page_goes:
        (source / "other.md").unlink()
    (source / "index.md").write_text("# Title\n\nHere is none.\n", encoding="utf-8")
    again = index()
    assert '"terms":{' in again
    assert "zyzzyva" not in again
    assert ("quagga" in again) != page_goes
    assert ":[]" not in again.partition('"terms":{')[2]


# Frameworks


def test_a_framework_of_the_wrong_version_stops_the_build_with_one_sentence(monkeypatch):
    found = framework_versions.version
    monkeypatch.setattr(framework_versions, "version", lambda name: "1.0" if name == "torch" else found(name))
    with pytest.raises(SystemExit) as caught:
        required_frameworks.check(None, SimpleNamespace())
    said = "PyTorch 1.0 is installed and torch>=2.4 is needed; run: python -m pip install 'torch>=2.4'"
    assert str(caught.value) == said


def test_a_framework_that_cannot_be_imported_says_so(monkeypatch):
    imported = importlib.import_module

    def broken(name, *rest):
        if name == "torch":
            raise OSError("libtorch.so:\n no such file")
        return imported(name, *rest)

    frameworks.get.cache_clear()
    monkeypatch.setattr(importlib, "import_module", broken)
    said = (
        "PyTorch is installed and cannot be imported (OSError: libtorch.so: no such file); "
        "run: python -m pip install --force-reinstall torch"
    )
    with pytest.raises(MissingFrameworkError) as caught:
        frameworks.get("torch")
    assert str(caught.value) == said
    with pytest.raises(SystemExit) as stopped:
        required_frameworks.note_script({}, "plot_x.py", "before")
    assert str(stopped.value) == said
