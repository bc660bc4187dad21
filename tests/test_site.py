"""The built site: complete, linked, by itself, and every figure and value executed."""

from __future__ import annotations

import json
import re
import urllib.parse
import zipfile
from pathlib import Path

import pytest
import script_doctests
from site_under_test import ROOT, SITE, Page, pages

FIGURES = [f"plot_figure_{n}" for n in range(1, 9)]
REMARKS = ["plot_remark_2_1", "plot_remark_3_1"]
SCRIPTS = sorted((ROOT / "gallery").rglob("plot_*.py"))


def page_of(script: str) -> Page:
    (found,) = (page for name, page in pages().items() if name.endswith(f"/{script}.html") and "auto_gallery" in name)
    return found


def test_the_site_is_built():
    assert (SITE / "index.html").exists(), "run nox -s docs first"


@pytest.mark.parametrize("script", FIGURES + REMARKS)
def test_each_item_of_the_paper_is_executed_with_both_frameworks(script):
    page = page_of(script)
    assert "sphx-glr-script-out" in page.html
    figure = re.search(r'<figure class="gallery-figure.*?</figure>', page.html, re.DOTALL)
    assert figure, "no figure"
    caption = re.search(r"<figcaption>.*?</figcaption>", figure[0], re.DOTALL)[0]
    assert re.search(r"PyTorch \d+\.\d+", caption)
    assert re.search(r"TensorFlow \d+\.\d+", caption)
    assert f"{script}.py" in caption
    item, number = script.removeprefix("plot_").split("_", 1)
    assert f"{item.capitalize()} {number.replace('_', '.')}, recomputed." in caption


@pytest.mark.parametrize("script", FIGURES + REMARKS)
def test_each_figure_has_a_light_and_a_dark_version_and_says_its_finding(script):
    images = [i for i in page_of(script).images if f"sphx_glr_{script}_001" in i["src"]]
    assert {*images[0]["class"].split()} >= {"only-light"}
    assert {*images[1]["class"].split()} >= {"only-dark"}
    for image in images:
        assert len(image["alt"]) > 80
        assert "nan" not in image["alt"]
        path = (page_of(script).path.parent / image["src"]).resolve()
        assert path.stat().st_size < 150_000
        assert path.read_text(encoding="utf-8").startswith("<?xml")


def test_chapters_and_landing_page_show_figures_of_this_build():
    for name, count in {"index.html": 1, "paper/2-trivial-example.html": 6}.items():
        assert pages()[name].html.count('<figure class="gallery-figure') == count, name


# Docstrings, and the source they stand in, show on purpose how an error looks.
@pytest.mark.parametrize("name", [n for n in pages() if not n.startswith(("reference/", "_modules/"))])
def test_no_page_shows_a_warning_or_a_failure(name):
    html = pages()[name].html
    for trouble in ("Traceback (most", "Warning:", "system-message", "broken_example", "partial build, in which"):
        assert trouble not in html, trouble
    assert not re.search(r":(?:doc|ref|cite:t|math):`", html)


@pytest.mark.parametrize("name", pages())
def test_nothing_is_loaded_from_elsewhere(name):
    for address in pages()[name].loads:
        parts = urllib.parse.urlsplit(address)
        assert parts.scheme in ("", "data"), address
        assert not parts.netloc, address


def test_style_sheets_load_nothing_from_elsewhere():
    for sheet in SITE.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"""(?:url\(|@import)\s*['"]?(?:https?:)?//""", text), sheet.name


@pytest.mark.parametrize("name", pages())
def test_every_local_address_leads_somewhere(name):
    page = pages()[name]
    for address in {*page.links, *page.loads}:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (page.path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else page.path
        if target.is_dir():
            target /= "index.html"
        assert target.exists(), address
        # The fragment of a search result or of a theme's own control is made by a script.
        if parts.fragment and target.suffix == ".html":
            ids = pages()[target.relative_to(SITE).as_posix()].ids
            assert urllib.parse.unquote(parts.fragment) in ids, address


def test_code_names_in_scripts_lead_to_the_reference():
    html = page_of("plot_figure_6").html
    for name in ("removable.sweep.sweep", "removable.functions.h", "removable.plots.panels"):
        assert re.search(rf'href="[^"]*reference/[a-z]+\.html#{re.escape(name)}"', html), name


def test_maths_is_typeset_and_needs_no_script():
    html = pages()["paper/2-trivial-example.html"].html
    assert html.count('class="katex"') > 50
    assert "MathJax" not in html
    assert [re.search(rf'id="equation-eq-{n}"', html) is not None for n in range(1, 5)] == [True] * 4
    numbers = re.findall(r'class="eqno">\((\d+)\)', html)
    assert numbers == ["1", "2", "3", "4"]


def doctest_counts() -> dict[str, int]:
    counts = {str(p.relative_to(ROOT)): script_doctests.blocks_of_script(str(p)) for p in SCRIPTS}
    chapters = [p for p in (ROOT / "docs").rglob("*.md") if "auto_gallery" not in p.parts]
    counts |= {str(p.relative_to(ROOT)): tuple(script_doctests.blocks_of_chapter(str(p))) for p in chapters}
    values = {}
    for name, blocks in counts.items():
        sources = [block.source for block in blocks if block.kind == "text"]
        # An example with output: a prompt whose next line that is neither prompt nor continuation is not blank.
        values[name] = sum(
            1
            for source in sources
            for want in re.findall(r"^\s*>>> .*(?:\n\s*\.\.\. .*)*\n(?!\s*>>>)(\s*\S)", source, re.MULTILINE)
        )
    return values


def test_at_least_forty_published_values_are_doctested():
    counts = doctest_counts()
    assert sum(counts.values()) >= 40
    for script in FIGURES + REMARKS:
        assert sum(n for name, n in counts.items() if name.endswith(f"{script}.py")) >= 3, script


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_values_of_both_frameworks_are_doctested_on_each_page(path: Path):
    text = "".join(b.source for b in script_doctests.blocks_of_script(str(path)) if b.kind == "text")
    prompts = "".join(re.findall(r">>> .*", text))
    code = "".join(b.source for b in script_doctests.blocks_of_script(str(path)) if b.kind == "code")
    for name in ("torch", "tensorflow"):
        assert name in prompts or f'"{name}"' in code, name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_are_as_long_as_a_page(path: Path):
    assert 60 <= len(path.read_text(encoding="utf-8").splitlines()) <= 240


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_notebooks_hold_no_markup_of_sphinx(path: Path):
    (notebook,) = (SITE / "_downloads").rglob(f"{path.stem}.ipynb")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert not re.search(r":[a-z:]+:`|^\.\. \w+::", prose, re.MULTILINE)


def test_the_wheel_in_the_site_is_the_package_of_this_tree():
    (wheel,) = (SITE / "dist").glob("removable-*.whl")
    guide = pages()["guide/run-a-script.html"].html
    assert wheel.name in guide
    assert "VERSION" not in guide
    with zipfile.ZipFile(wheel) as archive:
        for path in (ROOT / "tutorial_src" / "removable").rglob("*.py"):
            packed = archive.read(path.relative_to(ROOT / "tutorial_src").as_posix())
            assert packed == path.read_bytes(), path.name
    assert (SITE / "dist" / "constraints.txt").read_bytes() == (ROOT / "constraints.txt").read_bytes()
