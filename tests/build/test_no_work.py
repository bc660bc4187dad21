"""A build makes again what has changed, and nothing else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from _extensions import folders
from _extensions.content import tested_versions
from _extensions.downloads import wheel, write_downloads
from _extensions.execute import framework_versions, keys
from _extensions.whole_site import page_weight, site_address


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A project with a script, a chapter and a page of its site."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "constraints.txt", "docs/references.bib", "docs/a.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    for name in ("gallery/s/plot_x.py", "docs/auto_gallery/s/plot_x.ipynb", "tutorial_src/removable/m.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "a.html").write_text("<p>page</p>", encoding="utf-8")
    (tmp_path / "html" / "_images").mkdir()
    icons = tmp_path / "html" / "_static" / "icons" / "icons.woff2"
    icons.parent.mkdir(parents=True)
    icons.write_bytes(b"icons")
    (tmp_path / "doctrees").mkdir()
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(keys, "writing_key", lambda: "k")
    monkeypatch.setattr(framework_versions, "installed", lambda module, title: "1.0")
    return SimpleNamespace(
        outdir=str(tmp_path / "html"),
        doctreedir=str(tmp_path / "doctrees"),
        srcdir=str(tmp_path / "docs"),
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(release="1.0", myst_substitutions={"versions": "1"}, gallery_only=""),
        env=SimpleNamespace(found_docs={"a"}, doc2path=lambda name: str(tmp_path / "docs" / f"{name}.md")),
    )


@pytest.fixture
def made(app, monkeypatch):
    """How often downloads were made, in a site in which they have been."""
    calls = []

    def contents(app):
        calls.append(app)
        return {"plot_x.py": "script", "plot_x.ipynb": "notebook"}

    monkeypatch.setattr(write_downloads, "contents", contents)
    write_downloads.write(app, None)
    assert len(calls) == 1
    return calls


def test_downloads_are_made_once(app, made):
    write_downloads.write(app, None)
    assert len(made) == 1


CHANGES = {
    "a script": lambda app, patch: Path(folders.ROOT, "gallery/s/plot_x.py").write_text("changed"),
    "a chapter": lambda app, patch: Path(folders.ROOT, "docs/a.md").write_text("changed"),
    "a generated notebook": lambda app, patch: Path(app.srcdir, "auto_gallery/s/plot_x.ipynb").write_text("changed"),
    "the bibliography": lambda app, patch: Path(app.srcdir, "references.bib").write_text("changed"),
    "the requirements": lambda app, patch: Path(folders.ROOT, "pyproject.toml").write_text("changed"),
    "the release": lambda app, patch: setattr(app.config, "release", "2.0"),
    "the substitutions": lambda app, patch: app.config.myst_substitutions.update(versions="2"),
    "the address": lambda app, patch: patch.setattr(site_address, "address", lambda: "https://example.org/"),
    "a framework": lambda app, patch: patch.setattr(framework_versions, "installed", lambda *names: "2.0"),
    "the code": lambda app, patch: patch.setattr(keys, "writing_key", lambda: "other"),
    "a download that is gone": lambda app, patch: Path(app.outdir, "downloads/plot_x.py").unlink(),
    "a download too many": lambda app, patch: Path(app.outdir, "downloads/plot_y.py").touch(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_downloads_are_made_again_after_a_change(app, made, monkeypatch, what):
    CHANGES[what](app, monkeypatch)
    write_downloads.write(app, None)
    assert len(made) == 2
    assert {p.name for p in Path(app.outdir, "downloads").iterdir()} == {"plot_x.py", "plot_x.ipynb"}


def test_a_site_without_downloads_gets_none_from_a_stamp(app, made):
    for path in Path(app.outdir, "downloads").iterdir():
        path.unlink()
    write_downloads.write(app, None)
    assert len(made) == 2


def test_pages_are_weighed_again_when_one_changes(app, tmp_path, monkeypatch):
    weighed = []
    table = page_weight.table
    monkeypatch.setattr(page_weight, "table", lambda site: weighed.append(site) or table(site))
    for _ in range(2):
        page_weight.write(app, None)
    assert len(weighed) == 1
    (tmp_path / "html" / "a.html").write_text("<p>another page</p>", encoding="utf-8")
    page_weight.write(app, None)
    assert len(weighed) == 2
    (tmp_path / "page-weight.txt").unlink()
    page_weight.write(app, None)
    assert "a.html" in (tmp_path / "page-weight.txt").read_text()


def test_the_wheel_is_built_again_when_the_package_changes(app, tmp_path, monkeypatch):
    built = []

    class Builder:
        def __init__(self, root):
            assert root == str(tmp_path)

        def build(self, directory, versions):
            path = Path(directory, wheel.name("1.0"))
            path.write_bytes(b"wheel")
            built.append(path)
            yield path

    monkeypatch.setattr("hatchling.builders.wheel.WheelBuilder", Builder)
    for _ in range(2):
        wheel.build_wheel(app, None)
    assert len(built) == 1
    assert (tmp_path / "html" / "dist" / "constraints.txt").read_text() == "constraints.txt"
    (tmp_path / "tutorial_src" / "removable" / "m.py").write_text("changed", encoding="utf-8")
    wheel.build_wheel(app, None)
    assert len(built) == 2
    built[0].unlink()
    wheel.build_wheel(app, None)
    assert len(built) == 3


def test_the_table_of_versions_is_read_again_when_other_versions_are_installed(monkeypatch):
    env = SimpleNamespace(found_docs={*tested_versions.PAGES, "index"})
    installed = ["Python 3.11", "torch 2.4"]
    monkeypatch.setattr(tested_versions, "_installed", lambda: [*installed])
    arguments = (None, env, set(), set(), set())
    assert tested_versions.read_again(*arguments) == tested_versions.PAGES
    assert tested_versions.read_again(*arguments) == set()
    installed[1] = "torch 2.5"
    assert tested_versions.read_again(*arguments) == tested_versions.PAGES
