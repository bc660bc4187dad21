"""How readers find their way: the bar, the contents of a page, downloads, rows of the ledger."""

from __future__ import annotations

import re
import urllib.parse

import pytest
from _extensions.content import ledger_links
from _extensions.page import page_head
from _extensions.whole_site import site_address
from in_a_browser import address, browser, needs_a_browser, page, settle, visit
from playwright.sync_api import expect
from removable.claims import ledger
from removable.claims.evidence import HOLDS, NOT_TESTABLE
from site_under_test import ROOT, SITE, pages

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "page"]

SCRIPTS = {path.stem: path for path in sorted((ROOT / "gallery").rglob("plot_*.py"))}
FIGURES = [name for name in SCRIPTS if re.match("plot_(figure|remark)_", name)]

LISTS = re.compile(
    r"(glossary|bibliography|genindex|py-modindex|search|_modules/.*|auto_gallery/\w+/index|(paper|beyond)/index)\.html"
)
"""Pages without sections: words in their order, listings, contents that the sidebar has."""

PICTURES = {"index.html", "explorer.html"}
"""Pages whose figures have the room of the second sidebar."""


def page_of(script: str) -> str:
    return f"auto_gallery/{SCRIPTS[script].parent.name}/{script}.html"


@pytest.mark.parametrize("name", pages())
def test_a_page_has_one_viewport_and_names_for_its_navigations(name):
    html = pages()[name].html
    assert html.count('<meta name="viewport"') == 1
    assert not re.search(r"<nav(?![^>]*aria-label)[^>]*>", html)
    names = re.findall(r'<nav\b[^>]*?aria-label(?:ledby)?="([^"]+)"', html)
    assert len(names) == len(set(names)), names


def test_a_page_without_a_viewport_gets_none():
    assert page_head.one_viewport("<head></head>") == "<head></head>"


BAR = [
    "guide/nan.html",
    "paper/index.html",
    "beyond/index.html",
    "auto_gallery/index.html",
    "explorer.html",
    "guide/index.html",
    "reference/index.html",
    "glossary.html",
    "bibliography.html",
]


def test_everything_at_the_top_is_in_the_bar():
    bar = pages()["index.html"].html.partition('aria-label="Site"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', bar) == BAR
    assert "dropdown" not in bar


@needs_a_browser
@pytest.mark.parametrize("name", ["index.html", "auto_gallery/index.html", "reference/index.html"])
@pytest.mark.parametrize("width", [1400, 1100, 960])
def test_the_bar_is_one_line(browser, address, name, width):
    with visit(browser, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{address}/{name}")
        settle(page)
        links = page.locator(".bd-header ul.navbar-nav > li:visible").all()
        assert len(links) == len(BAR)
        boxes = [part.bounding_box() for part in (*links, page.locator(".navbar-header-items__end"))]
        middles = [box["y"] + box["height"] / 2 for box in boxes]
        assert max(middles) - min(middles) < min(box["height"] for box in boxes) / 2
        ends = [box["x"] + box["width"] for box in boxes]
        assert all(end <= box["x"] for end, box in zip(ends, boxes[1:], strict=False))
        assert ends[-1] <= width


@pytest.mark.parametrize("name", pages())
def test_the_foot_of_a_page_leads_to_the_source_and_to_corrections(name):
    foot = pages()[name].html.rpartition('<p class="source-links">')[2].partition("</p>")[0]
    if source := site_address.source():
        assert f'href="{source}">Source</a>' in foot
        assert f'href="{source}/issues"' in foot
    else:
        assert re.search(r'href="(?:\.\./)*(?:_modules/)?(?:index\.html|#)">Source of the package</a>', foot)
    assert "Report a mistake" in foot


def test_the_address_of_the_source_is_that_of_a_repository(monkeypatch):
    monkeypatch.setenv("SOURCE_URL", " https://example.org/a/b/ ")
    assert site_address.source() == "https://example.org/a/b"
    monkeypatch.delenv("SOURCE_URL")
    assert site_address.source() is None
    monkeypatch.setenv("SOURCE_URL", "git@example.org:a/b")
    with pytest.raises(SystemExit, match=r"SOURCE_URL is 'git@example\.org:a/b'; give the address of the repository"):
        site_address.source()


@needs_a_browser
def test_every_page_longer_than_two_screens_says_what_is_on_it(browser, address):
    with visit(browser, viewport={"width": 1400, "height": 900}) as context:
        page = context.new_page()
        without = []
        for name in pages():
            page.goto(f"{address}/{name}", wait_until="domcontentloaded")
            if not page.locator("#pst-secondary-sidebar nav.page-toc").count():
                without += [name] * page.evaluate("document.querySelector('main').scrollHeight > 2 * innerHeight")
    without = [name for name in without if name not in PICTURES and not LISTS.fullmatch(name)]
    assert without == [], " ".join(without)


@pytest.mark.parametrize("script", SCRIPTS)
def test_downloads_stand_below_the_title_of_a_gallery_page(script):
    html = pages()[page_of(script)].html
    title, links, text = html.index("<h1>"), html.index(f"downloads/{script}.ipynb"), html.index("<h2>")
    assert title < links < text
    assert html.count(f"downloads/{script}.ipynb") == 1
    assert f"downloads/{script}.py" in html
    assert "Go to the end" not in html


@needs_a_browser
def test_the_downloads_are_on_the_first_screen_of_a_phone(browser, address):
    with visit(browser, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{address}/{page_of('plot_figure_6')}")
        settle(page)
        for link in page.locator(".how-to-run a.download").all():
            assert link.bounding_box()["y"] < 844


@pytest.mark.parametrize("script", FIGURES)
def test_a_figure_leads_to_its_rows_of_the_ledger(script):
    html = pages()[page_of(script)].html
    item = script.removeprefix("plot_").replace("figure", "fig").replace("_", "-")
    rows = set(re.findall(r'ledger\.html#claim-([\w-]+)"', html))
    assert item in rows
    for claim in ledger.load():
        if claim.page == page_of(script).removesuffix(".html"):
            assert claim.id in rows


def test_the_verdict_on_identical_results_is_linked_from_figure_6():
    assert "identical-slopes-of-h" in {claim.id for claim in ledger_links.rows_of("plot_figure_6")}
    assert {claim.id for claim in ledger_links.rows_of("plot_figure_2")} >= {"fig-2", "alpha-rounding-up"}
    # "Remark 2.1" is no figure, and figure 1 is not figure 10.
    assert not {c.id for c in ledger_links.rows_of("plot_figure_1")} & {"remark-2-1", "fig-2"}


def test_the_ledger_opens_with_what_does_not_simply_hold():
    html = pages()["paper/ledger.html"].html
    order = re.findall(r'id="claim-([\w-]+)"', html)
    verdicts = {claim.id: claim.verdict for claim in ledger.load()}
    assert sorted(order) == sorted(verdicts)
    kinds = [{HOLDS: 1, NOT_TESTABLE: 2}.get(verdicts[name], 0) for name in order]
    assert kinds == sorted(kinds)
    assert kinds[0] == 0
    assert html.index("What does not simply hold") < html.index(f'id="claim-{order[0]}"')


LEDGER = "paper/ledger.html"


@needs_a_browser
def test_the_filter_of_the_ledger_is_in_the_address(page, address):
    rows = page.locator("table.ledger tbody tr:visible")
    page.goto(f"{address}/{LEDGER}?words=identical&verdict=holds-under-a-condition")
    expect(page.get_by_label("Words")).to_have_value("identical")
    expect(page.get_by_label("Verdict")).to_have_value("holds-under-a-condition")
    some = rows.count()
    assert 0 < some < len(ledger.load())
    expect(page.get_by_role("heading", name="What holds")).to_be_hidden()
    page.get_by_label("Verdict").select_option("")
    assert urllib.parse.urlsplit(page.url).query == "words=identical"
    expect(page.get_by_role("heading", name="What holds")).to_be_visible()
    assert rows.count() >= some
    page.get_by_label("Words").fill("")
    assert page.url == f"{address}/{LEDGER}"
    page.goto(f"{address}/{LEDGER}?verdict=no-such-verdict&kind=figure")
    expect(rows).to_have_count(8)
    assert page.trouble == []


@needs_a_browser
def test_the_filter_works_from_a_folder(browser):
    with visit(browser, offline=True) as context:
        page = context.new_page()
        trouble = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(f"{(SITE / LEDGER).as_uri()}?kind=figure")
        rows = page.locator("table.ledger tbody tr:visible")
        expect(rows).to_have_count(8)
        page.get_by_label("Kind").select_option("remark")
        expect(rows).to_have_count(2)
        assert trouble == []


@needs_a_browser
def test_the_page_for_a_wrong_address_searches(page, address):
    page.goto(f"{address}/404.html")
    page.get_by_label("Search all pages").fill("backpropagation")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("search.html?q=backpropagation"))
    expect(page.locator("#search-results")).to_contain_text("Figure 6")
