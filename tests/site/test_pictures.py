"""Thumbnails and figures of the built site, on wide screens and on a phone."""

from __future__ import annotations

import re

import pytest
from _extensions.gallery import figure_descriptions, figure_files
from in_a_browser import address, browser, loaded, needs_a_browser, settle, visit
from site_under_test import ROOT, SITE, pages

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser"]

FIGURES = figure_descriptions.figures(ROOT / "docs" / "auto_gallery")
THUMBNAILS = 300_000
"""Bytes of those of the gallery, light and dark."""
FIGURE = "auto_gallery/3_derivatives/plot_figure_6.html"
PHONE = {"width": 390, "height": 844}


def test_the_gallery_shows_a_light_and_a_dark_thumbnail_of_each_first_figure():
    shown = [image for image in pages()["auto_gallery/index.html"].images if "_thumb" in image["src"]]
    first = [light for light in FIGURES if light.stem.endswith("_001")]
    assert first
    names = {path.name for light in first for path in figure_files.thumbnails(light)}
    assert {image["src"].rpartition("/")[2] for image in shown} == names
    for image in shown:
        theme = "only-dark" if image["src"].endswith("_dark.webp") else "only-light"
        assert (image["loading"], image["class"]) == ("lazy", theme)
    assert sum((SITE / "_images" / name).stat().st_size for name in names) <= THUMBNAILS


@pytest.mark.parametrize("light", FIGURES, ids=lambda path: path.stem)
def test_each_figure_has_a_picture_for_phones_and_a_word_that_its_finding_knows(light):
    described = figure_descriptions.described(light)
    html = pages()[f"{described['page']}.html"].html
    for path in figure_files.of(light)[2:]:
        assert re.search(rf'<source media="[^"]+" srcset="[^"]*/{path.name}" width="\d+" height="\d+" />', html)
        assert (SITE / "_images" / path.name).is_file()
    assert described["word"]
    if "NaN" in described["word"]:
        assert "NaN" in described["finding"]


def test_a_gallery_page_shows_its_figure_before_its_code():
    for light in FIGURES:
        if light.stem.endswith("_001"):
            html = pages()[f"{figure_descriptions.described(light)['page']}.html"].html
            article = html[html.index("<article") :]
            assert 0 < article.index('class="gallery-figure') < article.index('class="highlight')
            assert 'href="#figure"' in article


def test_the_box_at_the_end_has_a_title_of_its_own():
    titles = re.findall(r'<p class="admonition-title">([^<]*)</p>', pages()[FIGURE].html)
    assert titles == ["Take away"]


@needs_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_a_figure_is_narrow_and_does_not_scroll(browser, address, scheme):
    with visit(browser, viewport=PHONE, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{address}/{FIGURE}")
        settle(page)
        image = page.locator("figure.gallery-figure img:visible")
        loaded(image)
        ending = "_narrow_dark.svg" if scheme == "dark" else "_narrow.svg"
        assert image.evaluate("e => e.currentSrc").endswith(ending)
        box = page.locator("figure.gallery-figure .gallery-images").evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert box[0] <= box[1]
        # As wide as it is drawn, in text of 14 pixels.
        drawn = image.evaluate("e => e.getBoundingClientRect().width / e.naturalWidth")
        assert 0.96 <= drawn <= 1.2


@needs_a_browser
def test_a_wide_screen_gets_the_panels_side_by_side_and_legends_of_14_pixels(browser, address):
    with visit(browser, viewport={"width": 1400, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{address}/{FIGURE}")
        image = page.locator("figure.gallery-figure img:visible")
        loaded(image)
        assert image.evaluate("e => e.currentSrc").endswith("_001.svg")
        drawn = image.evaluate("e => e.getBoundingClientRect().width / e.naturalWidth")
        assert drawn * 11 * 96 / 72 >= 14


@needs_a_browser
def test_thumbnails_far_down_are_loaded_when_a_reader_comes_near(browser, address):
    with visit(browser, viewport=PHONE) as context:
        page = context.new_page()
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(request.url.rpartition("/")[2]))
        page.goto(f"{address}/auto_gallery/index.html", wait_until="networkidle")
        last = page.locator("img[src$='_thumb.webp']").last
        name = last.get_attribute("src").rpartition("/")[2]
        assert name not in asked
        last.scroll_into_view_if_needed()
        loaded(last)
        assert name in asked


@needs_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_thumbnail_is_that_of_the_theme(browser, address, scheme):
    with visit(browser, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{address}/auto_gallery/index.html")
        settle(page)
        shown = page.locator("img[src*='_001_thumb']:visible").evaluate_all(
            "all => all.map(e => e.getAttribute('src'))"
        )
        assert shown
        assert {src.endswith("_dark.webp") for src in shown} == {scheme == "dark"}
