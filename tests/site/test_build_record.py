"""The record of the build: what was executed, from which commit, with which data.

It is tested on its page and before it gets there.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
from _extensions import folders
from _extensions.content import build_measurements, complete_execution
from _extensions.content.executed_pages import Row
from _extensions.execute import doctests_aside, execution_record, keys, script_doctests
from _extensions.execute.execution_record import Measurement
from _extensions.gallery import figure_commits, figure_data, figure_descriptions, figure_files, provenance
from site_under_test import ROOT, SITE, pages

SCRIPTS = sorted((ROOT / "gallery").rglob("*.py"))
CHAPTERS = sorted(
    path
    for path in (ROOT / "docs").rglob("*.md")
    if "auto_gallery" not in path.parts and any(b.kind == "code" for b in script_doctests.blocks_of_chapter(str(path)))
)


def recorded() -> dict[str, dict]:
    record = json.loads((SITE / "guide" / "build.json").read_text(encoding="utf-8"))
    return {entry["source"]: entry | {"id": name} for name, entry in record["pages"].items()}


@pytest.mark.parametrize("path", SCRIPTS + CHAPTERS, ids=lambda path: path.stem)
def test_each_script_and_chapter_was_executed_and_all_its_values_agreed(path):
    entry = recorded()[path.relative_to(ROOT).as_posix()]
    examples = sum(block.source.count(">>> ") for block in script_doctests.blocks_of(path) if block.kind == "text")
    assert entry["run"] in ("executed", "from cache")
    assert entry["key"] == execution_record.key_of(path)
    assert entry["seconds"] > 0
    assert entry["doctests_passed"] == examples > 0
    if sys.platform == "linux":
        assert entry["peak_memory_mib"] > 100


def test_every_page_is_in_the_record_and_on_the_page():
    known = {entry["page"] for entry in recorded().values()}
    html = pages()["guide/build.html"]
    generated = {"search", "genindex", "py-modindex", "404"}
    for name in pages():
        page = name.removesuffix(".html")
        if page not in generated and not page.startswith("_modules/"):
            assert page in known, page
    for entry in recorded().values():
        if entry["engine"]:
            assert entry["id"] in html.ids, entry["source"]
            assert entry["key"][:16] in html.html
    assert recorded()["tutorial_src"]["doctests_passed"] > 100
    assert recorded()["docs/paper/ledger.md"]["run"]


def figures() -> list[Path]:
    return figure_descriptions.figures(ROOT / "docs" / "auto_gallery")


@pytest.mark.parametrize("light", figures(), ids=lambda path: path.stem)
def test_the_data_of_each_figure_is_served_and_has_the_digest_of_the_page(light):
    described = figure_descriptions.described(light)
    script = described["script"]
    (page,) = (page for name, page in pages().items() if name.endswith(f"/{script}.html") and "auto_gallery" in name)
    (link,) = {link for link in page.links if link.endswith(f"/{described['data']}")}
    data = (page.path.parent / urllib.parse.unquote(link)).resolve().read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    assert digest in pages()["guide/build.html"].html
    header, *rows = csv.reader(data.decode().splitlines())
    assert len(rows) > 5
    assert len({*header}) == len(header) > 2
    for column in zip(*rows, strict=True):
        assert any(map(float, filter(None, column))) or "".join(column), "a column without a number"
    for version in described["versions"]:
        assert any(version in name for name in header), "the header does not say what computed it"


@pytest.mark.parametrize("light", figures(), ids=lambda path: path.stem)
def test_each_picture_says_where_it_comes_from(light):
    described = figure_descriptions.described(light)
    script = described["script"]
    (source,) = (path for path in SCRIPTS if path.stem == script)
    assert described["page"] == f"auto_gallery/{source.parent.name}/{script}"
    assert light.name == f"sphx_glr_{script}_{described['number']:03}.svg"
    commit = provenance.commit_of(source)
    for picture in (SITE / "_images" / path.name for path in figure_files.of(light)):
        text = picture.read_text(encoding="utf-8")
        assert f"<dc:source>{source.relative_to(ROOT).as_posix()}</dc:source>" in text
        assert f"<dc:identifier>commit {commit}</dc:identifier>" in text
        for version in described["versions"]:
            assert f"<rdf:li>{version}</rdf:li>" in text
    (page,) = (page for name, page in pages().items() if name.endswith(f"/{script}.html") and "auto_gallery" in name)
    assert f"commit {commit}" in re.sub(
        r"\s+", " ", re.search(r"<figcaption>.*?</figcaption>", page.html, re.DOTALL)[0]
    )


def test_a_table_has_a_column_for_each_line_of_each_panel():
    fig, axes = plt.subplots(1, 2)
    for ax, title in zip(axes, "AB", strict=True):
        ax.set_title(title)
        ax.plot([2, 1], [0.1, float("nan")], label="_f")
        ax.plot([1], [7], label="f")  # a marker over the dots: fewer points of the same line
        ax.plot([1], [8])  # decoration
        ax.axhline(3, label="limit")
        ax.plot([1, float("nan"), 1], [5, 5, 6], label=r"$\gamma^{2}$")
    axes[0].set_xlabel("x")
    axes[0].set_ylabel("$y$")
    text = figure_data.table(fig)
    plt.close(fig)
    assert text.splitlines() == [
        "x,A: f: y,A: gamma^(2): y,B: f: y,B: gamma^(2): y",
        "1.0,nan,5.0,nan,5.0",
        "1.0,,6.0,,6.0",
        "2.0,0.1,,0.1,",
    ]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with two commits of two files, in place of ours."""

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    def forget() -> None:
        for function in (provenance._has_history, provenance._changed, provenance._last_changes):
            function.cache_clear()

    git("init", "-q")
    for name in ("a.py", "b.py"):
        path = tmp_path / "gallery" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("1", encoding="utf-8")
        git("add", "-A")
        git("commit", "-qm", name)
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    forget()
    yield SimpleNamespace(root=tmp_path, git=git, forget=forget)
    forget()


def test_a_file_comes_from_the_commit_that_last_changed_it(repository):
    older, newer = (repository.git("rev-parse", name)[:12] for name in ("HEAD~1", "HEAD"))
    a, b = (repository.root / "gallery" / name for name in ("a.py", "b.py"))
    assert (provenance.commit_of(a), provenance.commit_of(b), provenance.head()) == (older, newer, newer)
    a.write_text("2", encoding="utf-8")
    repository.forget()
    assert (provenance.commit_of(a), provenance.commit_of(b)) == (provenance.CHANGED, newer)
    assert provenance.head() == f"{newer}, with {provenance.CHANGED}"


def test_without_history_no_commit_is_named(repository, monkeypatch):
    shallow = repository.root / "shallow"
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(shallow))
    elsewhere = repository.root / "gallery"  # inside somebody's repository, and not its root
    for root in (shallow, elsewhere):
        monkeypatch.setattr(folders, "ROOT", root)
        repository.forget()
        assert provenance.head() == provenance.UNKNOWN
        assert provenance.commit_of(root / "gallery" / "a.py") == provenance.UNKNOWN


def test_a_commit_is_written_into_pictures_without_drawing_them_again(tmp_path, monkeypatch):
    images = tmp_path / "auto_gallery" / "s" / "images"
    images.mkdir(parents=True)
    light = images / "sphx_glr_plot_x_001.svg"
    for path in figure_files.of(light):
        path.write_text("<dc:source>gallery/s/plot_x.py</dc:source><dc:identifier>commit </dc:identifier>")
    light.with_suffix(".json").write_text('{"commit": ""}')
    for commit in ("0123456789ab", provenance.CHANGED):
        monkeypatch.setattr(provenance, "commit_of", lambda path, commit=commit: commit)
        figure_commits.name_commits(SimpleNamespace(srcdir=str(tmp_path)))
        for path in figure_files.of(light):
            assert f"<dc:identifier>commit {commit}</dc:identifier>" in path.read_text()
        assert json.loads(light.with_suffix(".json").read_text()) == {"commit": commit}


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """A folder of measurements in place of ours."""
    monkeypatch.setattr(execution_record, "folder", lambda: tmp_path)
    monkeypatch.setattr(execution_record, "executed", set())
    monkeypatch.setattr(execution_record, "_environment", lambda: "environment")
    return tmp_path


def test_a_measurement_holds_for_the_code_that_was_measured(measured, tmp_path):
    chapter = tmp_path / "chapter.md"
    cell = "```{{code-cell}} ipython3\na = {}\n```\n"
    chapter.write_text(cell.format(1), encoding="utf-8")
    assert not execution_record.is_current(chapter)
    execution_record.record("chapter", Measurement(execution_record.key_of(chapter), 1.5, None))
    assert execution_record.is_current(chapter)
    chapter.write_text("Other prose.\n\n" + cell.format(1), encoding="utf-8")
    assert execution_record.is_current(chapter)
    chapter.write_text(cell.format(2), encoding="utf-8")
    assert not execution_record.is_current(chapter)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "k"}', '{"surprise": 1}'])
def test_a_measurement_that_cannot_be_read_is_none(measured, text):
    (measured / "x.json").write_text(text, encoding="utf-8")
    assert execution_record.recorded("x") is None


def test_a_module_leaves_its_measurement_only_when_it_ends_well(tmp_path, monkeypatch):
    (tmp_path / "well.py").write_text("import sys; assert sys.argv[1:] == ['a']; sys.exit(0)", encoding="utf-8")
    (tmp_path / "ill.py").write_text("raise SystemExit(3)", encoding="utf-8")
    for module, status in (("well", 0), ("ill", 3)):
        command = execution_record.command(tmp_path / f"{module}.json", module, *(["a"] if status == 0 else []))
        assert subprocess.run(command, cwd=tmp_path, check=False).returncode == status
        assert (tmp_path / f"{module}.json").exists() == (status == 0)


def test_a_doctest_that_differs_stops_the_build_and_leaves_nothing(measured, tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.py").write_text('"""\n>>> 1 + 1\n3\n"""\n', encoding="utf-8")
    shared = (f"docs/_extensions/{name}.py" for name in keys.SHARED)
    for name in ("conftest.py", "pyproject.toml", "constraints.txt", *shared):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "tutorial_src" / "removable" / "claims").mkdir(parents=True)
    (tmp_path / "tutorial_src" / "removable" / "claims" / "claims.toml").touch()
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    app = SimpleNamespace(config=SimpleNamespace(gallery_only=""))
    doctests_aside.run.begin(app)
    with pytest.raises(
        SystemExit, match=r"(?s)A published value is not what was computed.*Expected:\n    3\nGot:\n    2"
    ):
        doctests_aside.wait(app, None)
    assert list((tmp_path / "_build" / "doctests").iterdir()) == []
    assert not doctests_aside.passed()


def test_what_was_not_executed_stops_the_build(measured, tmp_path, monkeypatch):
    row = Row("paper/x", "docs/paper/x.md", "myst-nb", 2, "x", "k")
    for module in (complete_execution, build_measurements):
        monkeypatch.setattr(module, "rows", lambda env: iter([row]))
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(doctests_aside, "passed", lambda: {"docs/paper/x.md": 2})
    app = SimpleNamespace(
        env=None, outdir=str(tmp_path), builder=SimpleNamespace(format="html"), config=SimpleNamespace(gallery_only="")
    )
    (tmp_path / "guide").mkdir()
    with pytest.raises(SystemExit, match=r"docs/paper/x\.md was not"):
        complete_execution.check(app, None)
    execution_record.record("x", Measurement("older", 1.0, 100))
    with pytest.raises(SystemExit, match=r"docs/paper/x\.md was not"):
        complete_execution.check(app, None)
    execution_record.record("x", Measurement("k", 1.0, 100))
    complete_execution.check(app, None)
    build_measurements.publish(app, None)
    (entry,) = json.loads((tmp_path / "guide" / "build.json").read_text())["pages"].values()
    assert (entry["run"], entry["seconds"], entry["peak_memory_mib"], entry["doctests_passed"]) == (
        "executed",
        1.0,
        100,
        2,
    )
