"""Pictures: room is kept for them, and only those that are looked at are loaded."""

from __future__ import annotations

import urllib.parse

import pytest
from _extensions.content.picture_size import size
from in_a_browser import address, browser, loaded, needs_a_browser, settle, visit
from site_under_test import pages

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser"]

WITH_PICTURES = [name for name in pages() if "<img" in pages()[name].html]

# The sum of all movements that no reader caused, as browsers report them.
SHIFTS = """() => {
    window.shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => {
        if (!entry.hadRecentInput) window.shift += entry.value;
    })).observe({ type: "layout-shift", buffered: true });
}"""


def test_the_site_has_pictures():
    assert len(WITH_PICTURES) > 50


@pytest.mark.parametrize("name", WITH_PICTURES)
def test_a_picture_has_its_size_and_waits_until_it_is_near(name):
    page = pages()[name]
    for image in page.images:
        path = (page.path.parent / urllib.parse.unquote(image["src"])).resolve()
        assert (int(image["width"]), int(image["height"])) == size(path)
        assert image["loading"] == "lazy"


@needs_a_browser
@pytest.mark.parametrize("width", [390, 1400])
def test_the_first_page_does_not_move_while_it_loads(browser, address, width):
    with visit(browser, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(f"({SHIFTS})()")
        page.goto(f"{address}/index.html", wait_until="networkidle")
        settle(page)
        picture = page.locator("figure.gallery-figure img:visible")
        picture.scroll_into_view_if_needed()
        loaded(picture)
        assert page.evaluate("window.shift") < 0.1


@needs_a_browser
@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_picture_of_the_other_theme_is_not_loaded(browser, address, scheme, other):
    with visit(browser, color_scheme=scheme) as context:
        page = context.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        page.goto(f"{address}/index.html")
        picture = page.locator("figure.gallery-figure img:visible")
        picture.scroll_into_view_if_needed()
        loaded(picture)
        page.wait_for_load_state("networkidle")
        figures = [name for name in asked if name.startswith("sphx_glr_plot_figure_6_001")]
        assert figures == [f"sphx_glr_plot_figure_6_001{'_dark' * (scheme == 'dark')}.svg"]


@needs_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_scripts_a_figure_is_shown_once(browser, address, scheme):
    with visit(browser, color_scheme=scheme, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/index.html")
        shown = page.locator("figure.gallery-figure img:visible")
        assert [image.get_attribute("class") for image in shown.all()] == [f"only-{scheme}"]
