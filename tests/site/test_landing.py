"""The first page: what a reader sees of it first, and how far everything else is."""

from __future__ import annotations

import posixpath
import re
from html import unescape

import pytest
from in_a_browser import address, browser, needs_a_browser, settle, visit
from site_under_test import SITE, pages

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser"]

FIRST = "index.html"
FIGURE_6 = "auto_gallery/3_derivatives/plot_figure_6.html"
SCREENS = [(1400, 900), (390, 844)]


def linked(name: str) -> set[str]:
    """Where the links of a page lead, with fragments, seen from the root of the site."""
    return {posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) for link in pages()[name].links}


def article(name: str) -> str:
    """The HTML of what a page says, without bars and menus."""
    return pages()[name].html.partition('<article class="bd-article"')[2].partition("</article>")[0]


def words(name: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", article(name))).split())


def test_the_first_lines_say_what_this_is_and_for_whom():
    lead = article(FIRST).partition("</h1>")[2].partition("</p>")[0]
    assert 'href="https://arxiv.org/abs/2305.03863"' in lead
    assert 'href="glossary.html#term-removable-singularity"' in lead
    said = " ".join(unescape(re.sub(r"<[^>]+>", "", lead)).split())
    for part in ("Software-based Automatic Differentiation is Flawed", "Johnson, Maxfield, Jin and Fedkiw (2023)"):
        assert part in said
    assert "for everyone who differentiates code in PyTorch, TensorFlow or JAX" in said


@needs_a_browser
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_three_buttons_and_a_notebook_are_on_the_first_screen(browser, address, width, height):
    with visit(browser, viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.goto(f"{address}/{FIRST}")
        settle(page)
        targets = {"Fix my NaN": "guide/nan.html", "Read": "paper/index.html", "Play": "explorer.html"}
        buttons = page.locator(".start-here a").all()
        assert {button.inner_text(): button.get_attribute("href") for button in buttons} == targets
        notebook = page.locator(f".bd-article a[href='{FIGURE_6}']").first
        assert notebook.inner_text() == "script and a notebook"
        for link in (*buttons, notebook):
            box = link.bounding_box()
            assert box["y"] + box["height"] < height
        # The second click: the notebook itself, on the first screen of the page that follows.
        notebook.click()
        page.wait_for_url(f"**/{FIGURE_6}")
        settle(page)
        download = page.locator(".how-to-run a[href$='plot_figure_6.ipynb']").bounding_box()
        assert download["y"] + download["height"] < height


def test_gamma_is_explained_before_the_figure_and_cards_stand_before_the_code():
    html = article(FIRST)
    figure, cards, code = (html.index(part) for part in ('<figure class="gallery-figure', "sd-card-title", "import"))
    assert "the offset" in html[:figure]
    assert "distance from the missing point" in " ".join(html[:figure].split())
    assert figure < cards < code
    titles = re.findall(r'class="sd-card-title[^"]*">\s*([^<]+?)\s*<', html)
    assert titles[:2] == ["My gradient is NaN", "Use it in your project"]


def test_the_remedy_stands_below_the_line_that_installs_it():
    said = words(FIRST)
    (wheel,) = (SITE / "dist").glob("removable-*.whl")
    install = re.search(r"\$ python -m pip install (\S+)", said)
    assert install[1].endswith(f"/dist/{wheel.name}")
    assert install.end() < said.index("from removable import repair")


def test_cures_with_their_installation_are_one_click_away():
    assert {"guide/nan.html", "guide/use.html"} <= linked(FIRST)
    said = words("guide/nan.html")
    assert "pip install" in said
    assert re.search(r"sin\(x\)\s*/\s*x", said)
    assert re.search(r"norm\(", said)


def test_the_verdict_on_identical_results_is_two_clicks_away():
    assert FIGURE_6 in linked(FIRST)
    assert "paper/ledger.html#claim-identical-slopes-of-h" in linked(FIGURE_6)
