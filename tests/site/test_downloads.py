"""What readers take away: made from the sources, offered on the pages, complete in the archive."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from _extensions import folders
from _extensions.content import citations, download_links
from _extensions.downloads import archive, notebook_check_cells, notebook_install_cell, plain_markdown, scripts
from _extensions.execute import script_doctests
from _extensions.whole_site import site_address
from IPython.core.inputtransformer2 import TransformerManager
from removable import __version__
from site_under_test import ROOT, SITE, pages

SCRIPTS = sorted((ROOT / "gallery").rglob("plot_*.py"))
CHAPTERS = sorted(
    p for p in (ROOT / "docs").rglob("*.md") if "auto_gallery" not in p.parts and download_links.is_chapter(p)
)
OFFERED = [*SCRIPTS, *CHAPTERS]

CHAPTER = r"""(a-label)=
## A title

Text {cite:p}`Johnson2023` and {cite:t}`IEEE754`, {doc}`chapter 2 <2-trivial-example>`, {doc}`/glossary`, equation {eq}`eq-10a`,
a {term}`ulp`, {py:func}`~removable.grid.gamma_grid` and {term}`absorbed <absorption>`.

$$
a = b
$$ (eq-10a)

:::{admonition} What you will learn
- One thing.
:::

::::{tab-set}
:sync-group: framework

:::{tab-item} PyTorch
:sync: torch

```{doctest}
>>> 1 + 1
2
```
:::
::::

:::{gallery-figure} plot_figure_1
:name: figure-1
:::

```{math}
:label: x
c
```
"""


def test_a_chapter_becomes_plain_markdown_and_examples_in_order():
    found = list(plain_markdown.pieces(CHAPTER, "paper/1-introduction", "https://example.org/r/"))
    assert [kind for kind, _ in found] == ["text", "doctest", "text"]
    assert found[1][1] == ">>> 1 + 1\n2"
    before, after = found[0][1], found[2][1]
    assert before.startswith("## A title\n\nText (Johnson et al., 2023) and IEEE (2019),")
    assert "[chapter 2](https://example.org/r/paper/2-trivial-example.html)" in before
    assert (
        "[glossary](https://example.org/r/glossary.html), equation (10a),\na ulp, `removable.grid.gamma_grid` and absorbed."
        in before
    )
    assert "$$\na = b \\tag{10a}\n$$" in before
    assert before.endswith("**What you will learn**\n\n- One thing.\n\n**PyTorch**")
    assert "`plot_figure_1.py`" in after
    assert after.endswith("$$\nc\n$$")


@pytest.mark.parametrize(
    ("text", "named"),
    [("```{magic}\n```", "directive 'magic'"), ("a {spell}`x`", "role 'spell'"), (":::{note}\n", "not closed")],
)
def test_markup_that_is_not_known_is_named(text, named):
    with pytest.raises(plain_markdown.UnknownMarkupError, match=named):
        list(plain_markdown.pieces(text, "paper/x", ""))


@pytest.mark.parametrize("given", ["https://example.org/r", "https://example.org/r/", " https://example.org/r/ "])
def test_the_address_of_the_site_ends_with_one_slash(given, monkeypatch):
    monkeypatch.setenv("SITE_URL", given)
    assert site_address.public() == site_address.address() == "https://example.org/r/"
    monkeypatch.delenv("SITE_URL")
    assert site_address.public() is None
    assert site_address.address() == site_address.LOCAL


@pytest.mark.parametrize(
    "given", ["example.org", "file:///x/", "https://", "https://example.org/?a", "https://example.org/#a"]
)
def test_an_address_that_is_none_stops_the_build_with_one_sentence(given, monkeypatch):
    monkeypatch.setenv("SITE_URL", given)
    with pytest.raises(SystemExit, match=re.escape(repr(given))):
        site_address.public()


def links(monkeypatch, url: str) -> str:
    monkeypatch.setenv("SITE_URL", url)
    directive = download_links.Downloads.__new__(download_links.Downloads)
    directive.arguments = ["plot_x"]
    directive.state = SimpleNamespace(
        document=SimpleNamespace(settings=SimpleNamespace(env=SimpleNamespace(docname="a/b")))
    )
    return "".join(node.astext() for box in directive.run() for node in box.findall(download_links.nodes.raw))


def test_colab_is_offered_where_it_can_reach_the_notebook_and_nowhere_else(monkeypatch):
    assert "colab" not in links(monkeypatch, "")
    public = links(monkeypatch, "https://example.org/r")
    assert "#fileId=https%3A%2F%2Fexample.org%2Fr%2Fdownloads%2Fplot_x.ipynb" in public
    assert 'href="../downloads/plot_x.py"' in public


def test_the_address_of_the_wheel_follows_the_site(monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.org/r")
    wheel = "https://example.org/r/dist/removable-9.9-py3-none-any.whl"
    assert wheel in scripts.inline_metadata("9.9", "import torch")
    assert wheel in notebook_install_cell.install_cell("9.9", "import torch").source


def test_only_the_frameworks_of_a_page_are_asked_for():
    assert "removable[torch,tutorial] @" in scripts.inline_metadata("9.9", "import torch")
    assert (
        'modules = {"torch": "torch", "jax": "jax"}'
        in notebook_install_cell.install_cell("9.9", "names = 'jax', 'torch'").source
    )


@pytest.mark.parametrize("path", OFFERED, ids=lambda path: path.stem)
def test_each_script_and_chapter_is_offered_on_its_page(path):
    (page,) = (
        p for name, p in pages().items() if name.endswith(f"/{path.stem}.html") and not name.startswith("_modules")
    )
    for ending in (".py", ".ipynb"):
        assert f"../downloads/{path.stem}{ending}" in {link.removeprefix("../") for link in page.links} | {*page.links}
        assert (SITE / "downloads" / f"{path.stem}{ending}").exists()


def test_ipython_leaves_the_prompts_of_an_example_alone():
    source = notebook_check_cells.check_cell(">>> 1 + 1\n2\n>>> for i in ():\n...     pass").source
    assert TransformerManager().transform_cell(source) == f"{source}\n"
    assert (
        TransformerManager().transform_cell(source.split("\n", 2)[2]) != source.split("\n", 2)[2]
    )  # without the two lines


def test_nothing_else_is_offered():
    assert {p.stem for p in (SITE / "downloads").iterdir()} == {path.stem for path in OFFERED}
    assert not list(SITE.rglob("_downloads/**/*.ipynb"))


def project_tools() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


@pytest.mark.parametrize("path", OFFERED, ids=lambda path: path.stem)
def test_each_script_says_what_it_needs_before_anything_else(path):
    text = (SITE / "downloads" / f"{path.stem}.py").read_text(encoding="utf-8")
    block = re.match(r"# /// script\n((?:#.*\n)+?)# ///\n", text)
    metadata = tomllib.loads("".join(line[2:] for line in block[1].splitlines(True)))
    wheel = f"{site_address.address()}dist/removable-{__version__}-py3-none-any.whl"
    more = [name for name in ("jax", "pytensor") if re.search(rf"\b{name}\b", text.split("# ///\n")[1])]
    extras = ["torch", "tensorflow-cpu", *more, "tutorial"]
    assert metadata["dependencies"] == [f"removable[{','.join(extras)}] @ {wheel}", "torch"]
    assert metadata["tool"]["uv"] == project_tools()["uv"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert metadata["requires-python"] == project["requires-python"]
    if path.suffix == ".py":
        assert text.endswith(path.read_text(encoding="utf-8"))
    compile(text, path.name, "exec")


@pytest.mark.parametrize("path", OFFERED, ids=lambda path: path.stem)
def test_each_notebook_installs_first_and_counts_last(path):
    notebook = nbformat.read(SITE / "downloads" / f"{path.stem}.ipynb", as_version=4)
    nbformat.validate(notebook)
    first, *between, last = notebook.cells
    assert "%pip install" in first.source
    assert "removable.selfcheck import report" in last.source
    versions = re.findall(r'"(.+)": "(.+)"', last.source)
    assert [name for name, _ in versions] == ["Python", "NumPy", "PyTorch", "TensorFlow", "fused multiply-add"]
    code = [cell.source for cell in between if cell.cell_type == "code"]
    examples = sum(source.count(">>> ") for source in code if "\npublished(" in source)
    cut = [b.source for b in script_doctests.blocks_of(path) if b.kind == "text"]
    assert examples == sum(source.count(">>> ") for source in cut) > 0
    assert not any(cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    prose = "\n".join(cell.source for cell in between if cell.cell_type == "markdown")
    assert ">>> " not in prose
    assert not re.search(r"\{[a-z:]+\}`|:[a-z:]+:`|^:::|^\.\. \w+::|^```\{|\{\{", prose, re.MULTILINE)


def test_the_archive_holds_the_site_and_what_runs_and_nothing_of_one_run():
    with zipfile.ZipFile(SITE / archive.NAME) as packed:
        names = packed.namelist()
        readme = packed.read("removable-tutorial/README.txt").decode()
        assert packed.read("removable-tutorial/site/index.html") == (SITE / "index.html").read_bytes()
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert readme.count("\n") == 3
    assert f"removable-{__version__}-py3-none-any.whl" in readme
    assert names == sorted(names)
    tops = {name.split("/")[1] for name in names}
    assert tops >= {
        "README.txt",
        "constraints.txt",
        "site",
        "scripts",
        "notebooks",
        f"removable-{__version__}-py3-none-any.whl",
    }
    assert not [name for name in names if name.endswith(("build.json", ".zip", ".buildinfo"))]
    on_disk = {p.relative_to(SITE).as_posix() for p in SITE.rglob("*") if p.is_file()}
    left = on_disk - {name.removeprefix("removable-tutorial/site/") for name in names}
    assert left == {archive.NAME, "guide/build.json", ".buildinfo"} & on_disk


def test_an_archive_of_the_same_files_has_the_same_bytes_and_is_not_packed_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    (tmp_path / "_build").mkdir()
    written = []
    for folder in ("one", "two"):
        site = tmp_path / folder
        for name in ("dist/x.whl", "downloads/a.py", "downloads/a.ipynb", "guide/build.json", "index.html"):
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_text(folder if name.endswith("build.json") else name)
        app = SimpleNamespace(
            outdir=str(site),
            builder=SimpleNamespace(format="html"),
            config=SimpleNamespace(gallery_only="", release="1"),
        )
        archive.pack(app, None)
        written.append((site / archive.NAME).read_bytes())
    assert written[0] == written[1]
    with zipfile.ZipFile(tmp_path / "two" / archive.NAME) as packed:
        found = sorted(name.removeprefix("removable-tutorial/") for name in packed.namelist())
    assert found == sorted(
        ["README.txt", "notebooks/a.ipynb", "scripts/a.py", "x.whl"]
        + [f"site/{name}" for name in ("dist/x.whl", "downloads/a.ipynb", "downloads/a.py", "index.html")]
    )
    monkeypatch.setattr(archive, "write", lambda *a: pytest.fail("packed again"))
    archive.pack(app, None)
    (tmp_path / "two" / "index.html").write_text("changed")
    with pytest.raises(pytest.fail.Exception, match="packed again"):
        archive.pack(app, None)
    app.config.gallery_only = "plot_x"
    archive.pack(app, None)
    assert not (tmp_path / "two" / archive.NAME).exists()


def test_notebooks_have_no_random_names():
    for path in (SITE / "downloads").glob("*.ipynb"):
        ids = [cell.get("id") for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
        assert ids == [f"cell-{number}" for number in range(len(ids))]


def test_the_guide_shows_and_serves_how_to_cite_the_paper_and_this_version():
    entries = (SITE / "dist" / "removable.bib").read_text(encoding="utf-8")
    assert f"Version {__version__}" in entries
    assert "eprint        = {2305.03863}" in entries
    html = re.sub(r"<[^>]+>", "", pages()["guide/cite.html"].html)
    for line in filter(None, entries.splitlines()):
        assert line in html.replace("&amp;", "&"), line
    assert (SITE / "dist" / "CITATION.cff").read_bytes() == citations.CFF.read_bytes()


def test_citations_name_the_public_address_when_there_is_one():
    cff = yaml.safe_load(citations.CFF.read_text(encoding="utf-8"))
    assert "howpublished" not in citations.bibtex(cff, None)
    assert r"howpublished = {\url{https://example.org/}}" in citations.bibtex(cff, "https://example.org/")
