"""The built site: complete, linked, by itself, executed throughout."""

from __future__ import annotations

import json
import posixpath
import re
import urllib.parse
import zipfile
from html import unescape
from pathlib import Path

import pytest
from _extensions.content import folded_checks, tested_versions
from _extensions.execute import script_doctests
from removable.claims import ledger
from removable.claims.evidence import NOT_TESTABLE
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


FIGURES_SHOWN = {
    "index.html": 1,
    "paper/1-introduction.html": 1,
    "paper/2-trivial-example.html": 6,
    "paper/3-derivatives.html": 4,
    "paper/4-conclusion.html": 8,
}


@pytest.mark.parametrize("name", FIGURES_SHOWN)
def test_chapters_and_landing_page_show_figures_of_this_build(name):
    assert pages()[name].html.count('<figure class="gallery-figure') == FIGURES_SHOWN[name]


def targets(page: Page) -> set[str]:
    """Where the links of a page lead, seen from the root of the site, however they are written."""
    return {posixpath.normpath(posixpath.join(posixpath.dirname(page.name), link)) for link in page.links}


def test_every_item_of_the_paper_is_found_from_the_contents_and_from_the_ledger():
    contents, table = pages()["paper/index.html"], pages()["paper/ledger.html"]
    for item in ledger.ITEMS:
        assert f"claim-{item}" in table.ids
    for claim in ledger.load():
        if claim.id in ledger.ITEMS:
            place = "{}.html{}{}".format(*claim.page.partition("#"))
            assert place in targets(contents), claim.id
            assert place in targets(table), claim.id


def test_the_ledger_shows_what_was_measured_in_this_build():
    record = json.loads((SITE / "paper" / "claims.json").read_text(encoding="utf-8"))
    html = pages()["paper/ledger.html"].html
    assert [claim["id"] for claim in record["claims"]] == [claim.id for claim in ledger.load()]
    sentences = [c for c in record["claims"] if c["kind"] == "sentence" and c["found"] != NOT_TESTABLE]
    assert len(sentences) >= 30
    for claim in record["claims"]:
        assert claim["found"] == claim["verdict"], claim["id"]
        assert claim["found"] == NOT_TESTABLE or all(claim["measured"][n] for n in ("torch", "tensorflow", "exact"))
    for version in record["versions"].values():
        assert version in html


@pytest.mark.parametrize("name", [name for name in FIGURES_SHOWN if name.startswith("paper/")])
def test_chapters_say_what_is_learnt_and_end_with_exercises(name):
    html = pages()[name].html
    assert "What you will learn" in html
    assert "<h2>Take-aways" in html
    assert html.count(">Solution<") >= 2
    assert html.index("What you will learn") < html.index("<h2>Take-aways") < html.index("<h2>Exercises")


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
            if state := urllib.parse.parse_qs(parts.fragment):
                # What the form of the explorer is to hold: each name is one of its fields.
                fields = set(re.findall(r'<(?:input|select)\b[^>]*\bname="(\w+)"', target.read_text(encoding="utf-8")))
                assert state.keys() <= fields, address
            else:
                assert urllib.parse.unquote(parts.fragment) in ids, address


def test_code_names_in_scripts_lead_to_the_reference():
    html = page_of("plot_figure_6").html
    for name in ("removable.sweeps.sweep.sweep", "removable.functions.h", "removable.plots.panels"):
        assert re.search(rf'href="[^"]*reference/[a-z]+\.html#{re.escape(name)}"', html), name


def test_maths_is_typeset_and_needs_no_script():
    numbers = []
    for name in ("paper/2-trivial-example.html", "paper/3-derivatives.html"):
        html = pages()[name].html
        assert html.count('class="katex"') > 50
        assert "MathJax" not in html
        numbers += re.findall(r'class="eqno">\((\w+)\)', html)
    assert tuple(numbers) == ledger.EQUATIONS


_FOLDED = re.compile(
    r'<details class="checked"><summary>Checked when this page was built \((\d+)\)</summary>(.*?)</details>', re.DOTALL
)
_EXAMPLES = re.compile(r'<div class="highlight-pycon.*?<pre>(.*?)</pre>', re.DOTALL)


def checks_in(html: str) -> int:
    texts = (unescape(re.sub(r"<[^>]+>", "", block)) for block in _EXAMPLES.findall(html))
    return sum(folded_checks.split(text)[2] for text in texts)


@pytest.mark.parametrize("name", [n for n in pages() if not n.startswith(("reference/", "_modules/"))])
def test_examples_that_only_check_are_folded_and_counted(name):
    html = pages()[name].html
    assert checks_in(_FOLDED.sub("", html)) == 0
    for count, inside in _FOLDED.findall(html):
        assert checks_in(inside) == int(count) > 0


def test_some_chapters_have_checks():
    assert sum(bool(_FOLDED.search(page.html)) for name, page in pages().items() if name.startswith("beyond/")) > 2


def doctest_counts() -> dict[str, int]:
    counts = {str(p.relative_to(ROOT)): script_doctests.blocks_of_script(str(p)) for p in SCRIPTS}
    chapters = [p for p in (ROOT / "docs").rglob("*.md") if "auto_gallery" not in p.parts]
    counts |= {str(p.relative_to(ROOT)): tuple(script_doctests.blocks_of_chapter(str(p))) for p in chapters}
    values = {}
    for name, blocks in counts.items():
        sources = [block.source for block in blocks if block.kind == "text"]
        # An example with output: a prompt whose next line that is neither prompt nor continuation
        # is not blank.
        values[name] = sum(
            1
            for source in sources
            for want in re.findall(r"^\s*>>> .*(?:\n\s*\.\.\. .*)*\n(?!\s*>>>)(\s*\S)", source, re.MULTILINE)
        )
    return values


def test_at_least_a_hundred_published_values_are_doctested():
    counts = doctest_counts()
    assert sum(counts.values()) >= 100
    for section in ("1_introduction", "2_trivial_example", "3_derivatives", "4_conclusion"):
        assert sum(n for name, n in counts.items() if section in name) >= 5, section
        assert sum(n for name, n in counts.items() if f"paper/{section[0]}-" in name) >= 5, section
    for script in FIGURES + REMARKS:
        assert sum(n for name, n in counts.items() if name.endswith(f"{script}.py")) >= 3, script


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_values_of_both_frameworks_are_doctested_on_each_page(path: Path):
    text = "".join(b.source for b in script_doctests.blocks_of_script(str(path)) if b.kind == "text")
    prompts = "".join(re.findall(r">>> .*", text))
    code = "".join(b.source for b in script_doctests.blocks_of_script(str(path)) if b.kind == "code")
    for name in ("torch", "tensorflow"):
        assert name in prompts.lower() or f'"{name}"' in code, name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_are_as_long_as_a_page(path: Path):
    assert 60 <= len(path.read_text(encoding="utf-8").splitlines()) <= 180


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


def errata() -> list[script_doctests.Block]:
    return list(script_doctests.blocks_of_chapter(str(ROOT / "docs" / "paper" / "errata.md")))


@pytest.mark.parametrize("block", errata(), ids=lambda block: f"line-{block.line}")
def test_each_erratum_is_a_few_lines_that_run_by_themselves(block):
    assert script_doctests.check(block, {}, "errata.md") > 0
    assert len(re.findall(r"^(?:>>>|\.\.\.) ", block.source, re.MULTILINE)) <= 7


def test_the_newest_versions_are_called_those_that_were_run():
    heads = re.findall(r'<th class="head[^"]*"><p>([^<]+)</p></th>', pages()["guide/versions.html"].html)
    recorded = tested_versions.sets()
    assert "newest" in recorded
    assert heads[-len(recorded) :] == [f"{name} that was run" for name in recorded]
