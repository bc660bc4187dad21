"""The built site in a browser, with everything beyond this machine refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from _extensions.whole_site import page_weight
from in_a_browser import (
    WCAG,
    address,
    axe,
    browser,
    loaded,
    needs_a_browser,
    page,
    settle,
    violations,
    visit,
    watched,
)
from playwright.sync_api import Browser, Page, expect
from removable.claims import ledger
from site_under_test import SITE, pages

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "page"]

pytestmark = needs_a_browser

# The rules whose outcome the theme can change; the others look at what is the same in both.
COLOURED = ["color-contrast", "link-in-text-block", "image-alt", "role-img-alt", "svg-img-alt"]

# A formula is hundreds of elements and a piece of code thousands: three of each kind stand for all.
# The others are taken away, or emptied where what is around them would be without content.
THIN = """() => {
    const seen = {};
    for (const element of document.querySelectorAll(".highlight span[class], .katex-html, .katex-mathml")) {
        const key = `${element.closest("[class*='highlight-']")?.className} ${element.className}`;
        seen[key] = (seen[key] || 0) + 1;
        if (seen[key] <= 3 || element.textContent.includes('\\n')) continue;
        if (element.closest(".highlight") && !element.closest("a")) element.remove();
        else element.replaceChildren();
    }
}"""

# What contrast a piece of text has is decided by its colour, size and weight, and by all that is
# painted behind it; whether a link stands out, by the text around it. Called once in each theme,
# which may tell apart what looks the same in the other.
LOOKS = """() => {
    const looks = window.looks ??= new Map(), behind = new Map();
    const text = e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    for (const element of document.querySelectorAll("body, body *")) {
        const style = getComputedStyle(element), parent = element.parentElement;
        let under = behind.get(parent) ?? "";
        const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter].join();
        if (own !== "rgba(0, 0, 0, 0),none,1,none") under += ` on ${own}`;
        if (element.matches("a[href]")) {
            under += ` linked ${[style.color, style.textDecorationLine, style.fontWeight, style.borderBottomWidth].join()}`;
            under += ` in ${text(parent)} ${getComputedStyle(parent).color}`;
        }
        behind.set(element, under);
        const picture = element.matches("img, svg, [role=img]");
        if (!picture && !text(element)) continue;
        const look = picture ? element.getAttribute("src") + element.getAttribute("class") : "";
        const font = [style.color, style.fontSize, style.fontWeight, style.visibility, style.textShadow];
        looks.set(element, `${looks.get(element) ?? ""} ${look} ${font.join()}${under};`);
    }
}"""

# Three pieces of each look stand for the others of a page, and a look that three pages before had
# stands for itself. Such pieces are emptied, unless there is something in them that is still to be
# looked at. Returns the looks of the page, and whether there is anything.
THIN_TO_NEW_LOOKS = """known => {
    const skip = new Set(known), seen = {}, keep = new Set();
    for (const [element, look] of window.looks) {
        seen[look] = (seen[look] || 0) + 1;
        if (seen[look] > 3 || skip.has(look)) continue;
        for (let e = element; e && !keep.has(e); e = e.parentElement) keep.add(e);
        if (element.matches("img, svg, [role=img]")) for (const inside of element.querySelectorAll("*")) keep.add(inside);
    }
    for (const element of document.querySelectorAll("body *")) if (!keep.has(element)) element.replaceChildren();
    return [Object.keys(seen), keep.size > 0];
}"""
SEEN: Counter[str] = Counter()
"""On how many pages each look of text, and each picture, was looked at."""


@pytest.fixture(scope="module")
def only_page(browser: Browser, address: str) -> Iterator[Page]:
    """One page for many addresses: a new one takes a second longer."""
    with watched(browser, address) as page:
        page.add_init_script(axe())  # sent once
        yield page


@pytest.fixture
def visitor(only_page: Page) -> Page:
    """The same page, after it has left the address before.

    Late requests of that address are not counted for the next one.
    """
    only_page.goto("about:blank")
    only_page.trouble.clear()
    only_page.asked.clear()
    return only_page


@pytest.mark.parametrize("name", pages())
def test_each_page_asks_nobody_else_fits_a_phone_and_is_accessible_in_light_and_dark(visitor, address, name):
    page, wide = visitor, {"width": 1280, "height": 720}
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/{name}")
    settle(page)
    assert page.locator("h1").first.inner_text()
    # The theme lets the article scroll by itself, so that the page's own width tells nothing.
    assert page.evaluate(
        "[...document.querySelectorAll('html, .bd-article-container')].every(e => e.scrollWidth <= e.clientWidth)"
    )
    page.set_viewport_size(wide)
    settle(page)
    page.evaluate(THIN)
    assert violations(page, {"type": "tag", "values": [*WCAG, "best-practice"]}, without=COLOURED) == []
    page.evaluate(LOOKS)
    wear(page, "dark")
    page.evaluate(LOOKS)
    page.wait_for_load_state("networkidle")
    assert page.trouble == []  # the complaints about the Content-Security-Policy among them
    # Nothing is asked of the scripts of a page of which so much has been taken away.
    looks, some_are_new = page.evaluate(THIN_TO_NEW_LOOKS, [look for look, times in SEEN.items() if times == 3])
    for scheme in ("dark", "light") if some_are_new else ():
        wear(page, scheme)
        assert violations(page, {"type": "rule", "values": COLOURED}) == []
    SEEN.update(look for look in looks if SEEN[look] < 3)
    # The table of weights counts what the browser has asked for, pictures and the measurements of
    # the build apart.
    named = {path.relative_to(SITE).as_posix() for path in page_weight.loaded_with(SITE / name, SITE)} | {
        name,
        "guide/build.json",
    }
    assert {
        path for path in page.asked if not path.startswith("data:") and not path.endswith((".png", ".svg", ".webp"))
    } <= named


def wear(page: Page, scheme: str) -> None:
    """Change to the light or the dark theme."""
    page.emulate_media(color_scheme=scheme)
    page.locator(f"html[data-theme={scheme}]").wait_for(state="attached")


def tab_to(page: Page, selector: str, at_most: int = 80) -> None:
    """Press Tab until an element of that kind has the focus."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached in {at_most} steps")


def test_the_first_step_of_the_keyboard_skips_to_the_text(page, address):
    page.goto(f"{address}/paper/2-trivial-example.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("#main-content"))


def test_tabs_work_with_the_keyboard_alone(page, address):
    page.goto(f"{address}/index.html")
    tab_to(page, ".sd-tab-set > input")
    assert page.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle") == "solid"
    # Every set of tabs follows the one that is used.
    in_tensorflow = page.get_by_text("import tensorflow as tf").all()
    assert len(in_tensorflow) == 2
    assert not any(code.is_visible() for code in in_tensorflow)
    page.keyboard.press("ArrowRight")
    for code in in_tensorflow:
        expect(code).to_be_visible()


def test_search_works_with_the_keyboard_alone(page, address):
    page.goto(f"{address}/paper/ledger.html", wait_until="networkidle")
    page.keyboard.press("Control+k")
    expect(page.locator("#pst-search-dialog input[type=search]")).to_be_focused()
    page.keyboard.type("backpropagation")
    page.keyboard.press("Enter")
    page.locator("#search-results li").first.wait_for()
    tab_to(page, "#search-results li a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "search.html" not in page.url
    assert page.trouble == []


def test_the_ledger_is_filtered_with_the_keyboard_alone(page, address):
    page.goto(f"{address}/paper/ledger.html")
    rows, every = page.locator("table.ledger tbody tr:visible"), len(ledger.load())
    tab_to(page, ".ledger-filter input")
    page.keyboard.type("slope alpha")
    expect(rows).not_to_have_count(every)
    few = rows.count()
    assert 0 < few < every
    tab_to(page, ".ledger-filter select", at_most=2)
    page.keyboard.press("ArrowDown")
    expect(rows).not_to_have_count(few)
    assert rows.count() < few


@pytest.mark.parametrize("name", ["guide/install.html", "auto_gallery/3_derivatives/plot_figure_6.html"])
def test_what_is_too_wide_for_a_phone_scrolls_inside_itself(browser, address, name):
    with visit(browser, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(f"{address}/{name}")
        settle(page)  # fails where the keyboard does not reach a piece of code that scrolls
        wide = page.evaluate(
            "[...document.querySelectorAll('.bd-article :is(pre, table, .pst-scrollable-table-container)')]"
            ".filter(e => e.scrollWidth > e.clientWidth)"
            ".map(e => [getComputedStyle(e).overflowX, e.matches('table') ? 0 : e.tabIndex])"
        )
    assert wide
    assert {how for how, _ in wide} <= {"auto", "scroll"}
    assert {place for _, place in wide} == {0}, "the keyboard does not reach what scrolls"


@pytest.mark.parametrize(
    "name", ["guide/build.html", "guide/versions.html", "beyond/remedies.html", "beyond/functions-of-a-length.html"]
)
def test_a_table_ends_where_its_columns_do_and_fits_a_desk(browser, address, name):
    with visit(browser, viewport={"width": 1400, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{address}/{name}")
        settle(page)
        tables = page.evaluate(
            "[...document.querySelectorAll('.bd-article table')].map(t => [t.getBoundingClientRect().right,"
            " Math.max(...[...t.rows].map(r => r.cells[r.cells.length - 1].getBoundingClientRect().right)),"
            " t.closest('table.figures') ? Infinity : t.parentElement.getBoundingClientRect().right])"
        )
    assert tables
    for table, cells, room in tables:
        assert abs(table - cells) <= 1
        assert room is None or table <= room + 1


def test_a_script_that_the_build_did_not_write_does_not_run(page, address):
    page.goto(f"{address}/index.html")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            "() => { const s = document.createElement('script'); s.text = 'window.ran = true'; document.body.append(s) }"
        )
    assert page.evaluate("window.ran") is None


@pytest.fixture
def folder_page(browser: Browser) -> Iterator[Page]:
    """A page of the site as it lies in a folder, without a server and without a network."""
    with visit(browser, offline=True) as context:
        page = context.new_page()
        page.trouble = []
        page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on("requestfailed", lambda request: page.trouble.append(f"fails to load {request.url}"))
        yield page


@pytest.mark.parametrize(
    "name", ["index.html", "404.html", "paper/3-derivatives.html", "auto_gallery/3_derivatives/plot_figure_6.html"]
)
def test_pages_work_from_a_folder(folder_page, name):
    folder_page.goto((SITE / name).as_uri(), wait_until="load")
    folder_page.wait_for_function("() => [...document.fonts].some(font => font.status === 'loaded')")
    folder_page.locator(".theme-switch-button:visible").first.click()
    folder_page.locator(".theme-change-button[data-mode=dark]:visible").click()
    folder_page.locator("html[data-theme=dark]").wait_for(state="attached")
    for image in folder_page.locator("figure.gallery-figure img:visible").all():
        image.scroll_into_view_if_needed()
        loaded(image)
    assert folder_page.trouble == []


def test_search_works_from_a_folder(folder_page):
    folder_page.goto(f"{(SITE / 'search.html').as_uri()}?q=backpropagation")
    expect(folder_page.locator("#search-results")).to_contain_text("Figure 6")
    assert folder_page.trouble == []


def test_paper_shows_all_tabs_and_no_navigation(page, address):
    page.goto(f"{address}/index.html")
    page.emulate_media(media="print")
    assert page.get_by_text("import torch").first.is_visible()
    assert all(code.is_visible() for code in page.get_by_text("import tensorflow as tf").all())
    for selector in ("#pst-header", ".bd-sidebar-primary", ".prev-next-area", ".copybtn"):
        assert page.locator(f"{selector}:visible").count() == 0, selector
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("figure.gallery-figure img:visible").get_attribute("class").split() == ["only-light"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "auto_gallery/3_derivatives/plot_figure_6.html"])
def test_the_figure_of_the_theme_is_shown_and_its_caption(browser, address, name, scheme):
    with visit(browser, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{address}/{name}")
        shown = page.locator("figure.gallery-figure img:visible")
        expect(shown).to_have_count(1)
        assert f"only-{scheme}" in shown.get_attribute("class")
        loaded(shown)
        assert page.locator("figure.gallery-figure figcaption").is_visible()


def test_framework_tabs_are_synced(page, address):
    page.goto(f"{address}/paper/2-trivial-example.html")
    groups = page.locator(".sd-tab-set")
    assert groups.count() >= 6
    page.locator(".sd-tab-set").first.get_by_text("TensorFlow", exact=True).click()
    for label in groups.locator(".sd-tab-label:has-text('TensorFlow')").all():
        expect(page.locator(f"[id='{label.get_attribute('for')}']")).to_be_checked()


def test_the_ledger_is_filtered_by_words_verdict_and_kind(page, address):
    page.goto(f"{address}/paper/ledger.html")
    rows = page.locator("table.ledger tbody tr:visible")
    every = rows.count()
    assert every == len(ledger.load())
    expect(page.get_by_role("status")).to_have_text(f"{every} of {every} claims shown")
    page.get_by_label("Kind").select_option("figure")
    expect(rows).to_have_count(8)
    page.get_by_label("Words").fill("SLOPE alpha")
    expect(rows).to_have_count(1)
    assert "2 - alpha" in rows.first.inner_text()
    page.get_by_label("Verdict").select_option("holds")
    expect(rows).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text(f"0 of {every} claims shown")
    assert page.trouble == []


def test_a_link_to_a_claim_finds_it_whatever_the_filter_says(page, address):
    page.goto(f"{address}/paper/ledger.html")
    page.get_by_label("Words").fill("no such words")
    page.evaluate("location.hash = 'claim-eq-10b'")
    page.locator("#claim-eq-10b").wait_for(state="visible")


def test_search_finds_a_page(page, address):
    page.goto(f"{address}/search.html?q=backpropagation")
    expect(page.locator("#search-results")).to_contain_text("Figure 6")
    assert page.trouble == []
