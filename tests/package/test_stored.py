"""Stored measurements: each record has its own stamp, and is marked when the code changes.

The mark says that the record is old.
"""

from __future__ import annotations

import ast
import functools
import json
import os
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from removable.errors import InputError
from removable.scoreboard import PATCHES, layout, prices, stored
from removable.scoreboard.stored import ROOT, digest, is_current, read, sources, stamp, write

NAMES = ("torch", "tensorflow", "jax")
ROWS = "removable.scoreboard.patches"


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Two rows measured just now, in a file of their own, which the tables read."""
    file = tmp_path / "measured.json"
    for title in ("naive", "clamp"):
        for name in NAMES:
            write(["patches", title, name], 1.5, module=ROWS, file=file)
    monkeypatch.setattr(layout, "read", functools.partial(read, file=file))
    return file


def rewrite(file: Path, **changes: object) -> None:
    """Make all records as if they had been written otherwise."""
    entries = [asdict(replace(record, **changes)) for record in read(file=file).values()]
    file.write_text("[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n", "utf-8")


def test_what_is_measured_again_is_stamped_again_and_nothing_else(kept):
    rewrite(kept, day="2001-02-03", processor="abacus", versions={"NumPy": "0.1"}, digest="0" * 16)
    before = kept.read_text("utf-8").splitlines()
    written = write(["patches", "naive", "torch"], 1.6, module=ROWS, file=kept)
    after = kept.read_text("utf-8").splitlines()
    assert [old[:30] for old, new in zip(before, after, strict=True) if old != new] == [
        '{"what": ["patches", "naive", '
    ]
    assert read("patches", "naive", "torch", file=kept) == {written.what: written}
    assert (written.value, list(written.versions)) == (1.6, ["PyTorch", "NumPy", "Python"])
    assert (written.day, written.processor) != ("2001-02-03", "abacus")
    assert is_current(written)
    assert not any(map(is_current, read("patches", "clamp", file=kept).values()))


def test_an_interrupted_write_loses_nothing(kept, monkeypatch):
    def killed(*paths):
        raise KeyboardInterrupt

    before = kept.read_bytes()
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write(["patches", "naive", "torch"], 1.6, module=ROWS, file=kept)
    assert kept.read_bytes() == before


def test_an_old_number_is_marked_until_it_is_renewed(kept):
    rows = {title: PATCHES[title] for title in ("naive", "clamp")}
    assert "†" not in prices(rows)
    before = kept.read_text("utf-8")
    kept.write_text(before.replace(read(file=kept)["patches", "clamp", "jax"].digest, "0" * 16), "utf-8")
    # All that was measured in JAX has the same digest.
    heading, naive, clamp, *_, legend = prices(rows).splitlines()
    assert naive.split()[1:4] == clamp.split()[1:4] == ["1.5", "1.5", "1.5†"]
    assert naive.index("1      no") == clamp.index("5      no") == heading.index("lines")
    assert legend == "† measured before the code was changed; renew with nox -s bench"
    write(["patches", "naive", "jax"], 1.5, module=ROWS, file=kept)
    assert "†" not in prices({"naive": PATCHES["naive"]})
    assert prices(rows).count("1.5†") == 1
    write(["patches", "clamp", "jax"], 1.5, module=ROWS, file=kept)
    assert "†" not in prices(rows)


def test_an_error_that_is_the_worst_of_three_is_old_if_one_of_them_is(tmp_path, monkeypatch):
    records = read()
    fresh = {what: replace(record, digest=digest(record.module, what[-1])) for what, record in records.items()}
    old = ("accuracy", "repair", "sin(x)/x", "float64", "jax")
    for each, marks in ((fresh, 0), (fresh | {old: replace(fresh[old], digest="0" * 16)}, 4)):
        monkeypatch.setattr(layout, "read", lambda kind, each=each: {w: r for w, r in each.items() if w[0] == kind})
        lines = [line for line in layout.records().splitlines() if line.startswith("sin(x)/x")]
        assert [line.count("†") for line in lines] == [marks, 0, 0]
        assert layout.records().count("renew with nox -s bench") == (marks > 0)


def test_nothing_is_said_of_nothing():
    assert stamp([]) == "Nothing of this was measured."


def changed(module: str, tmp_path: Path, change) -> Path:
    """Copy the package, with a change in one module; return the folder that it is in."""
    root = tmp_path / module
    shutil.copytree(ROOT / "removable", root / "removable", ignore=shutil.ignore_patterns("__pycache__"))
    file = stored._file(module, root)
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    return root


def reworded(source: str) -> str:
    """Other docstrings, no comments, another format."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node):
            node.body[0].value.value = "Something else."
    return "# A comment.\n" + ast.unparse(tree)


def altered(source: str) -> str:
    """The first number is another."""
    tree = ast.parse(source)
    number = next(n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) in (int, float))
    number.value += 1
    return ast.unparse(tree)


@pytest.mark.parametrize("module", ["removable.remedy.repair", "removable.frameworks.torch", "removable.remedy.gauss"])
def test_the_digest_is_that_of_what_runs(module, tmp_path):
    now = digest("removable.remedy", "torch")
    assert digest("removable.remedy", "torch", root=changed(module, tmp_path / "1", reworded)) == now
    assert digest("removable.remedy", "torch", root=changed(module, tmp_path / "2", altered)) != now


@pytest.mark.parametrize(
    "module", ["removable.primitives.exponential", "removable.frameworks.jax", "removable.plots.charts"]
)
def test_the_digest_is_not_that_of_something_else(module, tmp_path):
    root = changed(module, tmp_path, altered)
    assert digest("removable.remedy", "torch", root=root) == digest("removable.remedy", "torch")


def test_imports_are_followed_however_they_are_written(tmp_path):
    files = {
        "__init__": "from made_up.unused import nothing",
        "one": "import numpy\nimport made_up.two\nfrom made_up import three",
        "two": "def later():\n    from .inner.four import something",
        "three": "from made_up.inner import *",
        "inner/__init__": "from . import five",
        "inner/four": "",
        "inner/five": "",
        "unused": "nothing = 0",
    }
    for name, source in files.items():
        file = tmp_path / "made_up" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, "utf-8")
    inner = ["made_up.inner", "made_up.inner.five", "made_up.inner.four"]
    assert sources("made_up.one", "torch", root=tmp_path) == [*inner, "made_up.one", "made_up.three", "made_up.two"]


def test_a_module_that_is_not_there_has_no_digest():
    with pytest.raises(InputError, match=r"module is 'removable.gone'; give one of the package, such as"):
        digest("removable.gone", "torch")
