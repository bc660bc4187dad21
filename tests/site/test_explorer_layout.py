"""How the explorer is laid out: plots beside their controls, and reasons beside what is grey."""

from __future__ import annotations

import re
from itertools import product

import pytest
from explorer_in_a_browser import turn
from in_a_browser import address, browser, needs_a_browser, page
from playwright.sync_api import Page, expect

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "page"]

pytestmark = needs_a_browser

TABS = {
    "paper": {"tab": "paper", "f": "h1"},
    "own": {"tab": "own", "expression": "(1 - cos(x))/x**2", "point": "0"},
}
# Pages that were built without executing anything say so above everything else.
WITHOUT_NOTE = "document.querySelector('.bd-article > section > .admonition')?.remove()"


def show(page: Page, address: str, tab: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/explorer.html")
    page.evaluate(WITHOUT_NOTE)
    turn(page, TABS[tab])
    page.locator(f"#explorer-{'own-' if tab == 'own' else ''}slope-plot canvas").wait_for()


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found, selector
    return found


@pytest.mark.parametrize("tab", TABS)
def test_controls_and_both_plots_share_one_screen(page, address, tab):
    show(page, address, tab, 1400, 900)
    prefix = "#explorer-own-" if tab == "own" else "#explorer-"
    slope, value = box(page, f"{prefix}slope-plot"), box(page, f"{prefix}value-plot")
    fields = [field for field in page.locator(f"form#explorer-{tab} :is(input, select)").all() if field.is_visible()]
    assert len(fields) == {"paper": 10, "own": 5}[tab]
    for found in (slope, value, *(field.bounding_box() for field in fields)):
        assert found["y"] >= 0
        assert found["y"] + found["height"] <= 900
    # The slope comes first, and the plots stand beside the controls.
    assert slope["y"] + slope["height"] <= value["y"]
    assert all(field.bounding_box()["x"] + field.bounding_box()["width"] <= slope["x"] for field in fields)
    assert slope["width"] > 600


@pytest.mark.parametrize("tab", TABS)
def test_on_a_phone_the_plot_of_the_slope_stays_in_view(page, address, tab):
    show(page, address, tab, 390, 844)
    plot = "#explorer-own-slope-plot" if tab == "own" else "#explorer-slope-plot"
    shown = [field for field in page.locator(f"form#explorer-{tab} :is(input, select)").all() if field.is_visible()]
    if tab == "own":
        shown.append(page.get_by_role("button", name="Copy the code"))
    for field, where in product(shown, ("end", "center")):
        field.evaluate("(field, where) => field.scrollIntoView({ block: where, behavior: 'instant' })", where)
        found, at = box(page, plot), field.bounding_box()
        header, name = page.locator(".bd-header").bounding_box(), box(page, f"{plot} >> xpath=preceding-sibling::p")
        assert name["y"] >= header["y"] + header["height"] - 1
        assert found["y"] + found["height"] <= 844
        # Neither hides the other.
        assert at["y"] >= found["y"] + found["height"] or at["y"] + at["height"] <= found["y"]


@pytest.mark.parametrize(
    ("state", "grey"),
    [
        ({"f": "h"}, {"epsilon": "choose h1 or h2", "delta": "choose h1"}),
        ({"f": "h1"}, {}),
        ({"f": "h2"}, {"delta": "h2 has no delta"}),
        ({"f": "h1", "n": 3}, {"rule": "for the power 2 only"}),
        ({"f": "remedy"}, {"rule": "no square", "epsilon": "no epsilon", "delta": "no delta"}),
    ],
)
def test_a_control_that_is_grey_says_why(page, address, state, grey):
    page.goto(f"{address}/explorer.html")
    turn(page, {"tab": "paper", **state})
    for name in ("epsilon", "delta", "rule"):
        field = page.locator(f"#explorer-field-{name}")
        described = page.locator(f"#{field.get_attribute('aria-describedby')}")
        assert field.is_disabled() == (name in grey)
        assert described.inner_text() == "" if name not in grey else grey[name] in described.inner_text()


def test_the_link_of_the_figure_that_is_shown_is_marked(page, address):
    page.goto(f"{address}/explorer.html")
    marked = page.locator("a[aria-current=true][href*='tab=paper']")
    assert marked.all_inner_texts() == ["Figure 1", "Figure 6"]  # the same function, values and slopes
    page.get_by_role("link", name="Figure 4").click()
    expect(marked).to_have_text(["Figure 4"])
    page.get_by_label("delta").press("ArrowRight")
    expect(marked).to_have_count(0)
    page.get_by_label("delta").press("ArrowLeft")
    page.locator("#explorer-field-index").press("ArrowRight")
    expect(marked).to_have_text(["Figure 4"])


def test_regions_are_named_by_what_they_mean(page, address):
    page.goto(f"{address}/explorer.html")
    said = page.locator("#explorer-paper .explorer-key").inner_text()
    assert not re.search("green|yellow|red\\b|black", said)
    meanings = set()
    for index in (6912, 6913, 9985, 12000):
        turn(page, {"tab": "paper", "f": "h1", "index": index})
        meanings.add(page.locator("#explorer-region").inner_text())
    turn(page, {"tab": "paper", "f": "h1", "index": 13824})
    meanings.add(page.locator("#explorer-region").inner_text())
    assert meanings - {"the point itself"} <= set(said.splitlines())
    assert len(meanings) >= 4


def test_the_finding_comes_first_and_is_short(page, address):
    page.goto(f"{address}/explorer.html")
    finding = page.locator("#explorer-finding")
    assert (
        finding.inner_text()
        == "Slopes are wrong within 6.52·10⁻⁷ of r: at worst 2 instead of 1. NaN within 2.22·10⁻¹⁶."
    )
    turn(page, {"tab": "paper", "f": "remedy"})
    assert finding.inner_text() == "Every slope is right to a thousandth."
    assert page.trouble == []
