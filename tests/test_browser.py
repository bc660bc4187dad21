"""The built site in a browser, with everything beyond this machine refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from removable.claims import ledger
from site_under_test import pages, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Where a browser is required its absence is a failure; elsewhere these tests have nothing to run in.
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("REMOVABLE_REQUIRE_BROWSER"), reason="no Chromium on this machine"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "install Chromium: these tests are required here"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page whose requests to anywhere else fail, and are remembered with every complaint of the console."""
    context = browser.new_context()
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.trouble = []

    def allow_local(route):
        if route.request.url.startswith((address, "data:")):
            route.continue_()
        else:
            page.trouble.append(f"asks for {route.request.url}")
            route.abort()

    page.route("**/*", allow_local)
    page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    yield page
    context.close()


@pytest.mark.parametrize("name", pages())
def test_pages_load_without_asking_anyone_else(page, address, name):
    page.goto(f"{address}/{name}", wait_until="networkidle")
    assert page.trouble == []
    assert page.locator("h1").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "auto_gallery/3_derivatives/plot_figure_6.html"])
def test_the_figure_of_the_theme_is_shown_and_its_caption(browser, address, name, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.goto(f"{address}/{name}")
    shown = page.locator("figure.gallery-figure img:visible")
    assert shown.count() == 1
    assert f"only-{scheme}" in shown.get_attribute("class")
    assert shown.evaluate("image => image.naturalWidth") > 0
    assert page.locator("figure.gallery-figure figcaption").is_visible()
    page.close()


def test_framework_tabs_are_synced(page, address):
    page.goto(f"{address}/paper/2-trivial-example.html")
    groups = page.locator(".sd-tab-set")
    assert groups.count() >= 6
    page.locator(".sd-tab-set").first.get_by_text("TensorFlow", exact=True).click()
    for i in range(groups.count()):
        assert (
            groups.nth(i)
            .locator(".sd-tab-label:has-text('TensorFlow')")
            .evaluate("label => document.getElementById(label.getAttribute('for')).checked")
        )


def test_the_ledger_is_filtered_by_words_verdict_and_kind(page, address):
    page.goto(f"{address}/paper/ledger.html")
    rows = page.locator("table.ledger tbody tr:visible")
    every = rows.count()
    assert every == len(ledger.load())
    assert page.get_by_role("status").inner_text() == f"{every} of {every} claims shown"
    page.get_by_label("Kind").select_option("figure")
    assert rows.count() == 8
    page.get_by_label("Words").fill("SLOPE alpha")
    assert rows.count() == 1
    assert "2 - alpha" in rows.first.inner_text()
    page.get_by_label("Verdict").select_option("holds")
    assert rows.count() == 0
    assert page.get_by_role("status").inner_text() == f"0 of {every} claims shown"
    assert page.trouble == []


def test_a_link_to_a_claim_finds_it_whatever_the_filter_says(page, address):
    page.goto(f"{address}/paper/ledger.html")
    page.get_by_label("Words").fill("no such words")
    page.evaluate("location.hash = 'claim-eq-10b'")
    page.locator("#claim-eq-10b").wait_for(state="visible")


PHONE = ["index.html", "auto_gallery/index.html", *(name for name in pages() if name.startswith("paper/"))]


@pytest.mark.parametrize("name", PHONE)
def test_a_phone_never_scrolls_sideways(browser, address, name):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{address}/{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


def test_search_finds_a_page(page, address):
    page.goto(f"{address}/search.html?q=backpropagation")
    page.locator("#search-results li").first.wait_for()
    assert "Figure 6" in page.locator("#search-results").inner_text()
    assert page.trouble == []
