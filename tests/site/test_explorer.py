"""The page of the explorer: what it shows follows its address, its keys, its window."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from _extensions.content import explorer_links
from _extensions.folders import ROOT
from explorer_in_a_browser import opened, turn
from in_a_browser import address, browser, needs_a_browser, page, visit
from playwright.sync_api import expect
from site_under_test import SITE

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "opened", "page"]

pytestmark = needs_a_browser


CONSTANTS = re.compile(r"^(epsilon(?:, delta)?) = ([\d.e, -]+)$", re.MULTILINE)


@pytest.mark.parametrize("script", explorer_links.PRESETS)
def test_each_figure_opens_in_the_explorer_as_its_script_draws_it(page, address, script):
    (path,) = (ROOT / "gallery").rglob(f"{script}.py")
    source = path.read_text(encoding="utf-8")
    page.goto(f"{address}/auto_gallery/{path.parent.name}/{script}.html")
    page.get_by_role("link", name="open in the explorer").first.click()
    page.locator("#explorer-value:not(:empty)").wait_for()
    drawn = next(name for name in ("h1", "h2", "h") if f"functions.{name}," in source)
    assert page.get_by_label("Function", exact=True).input_value() == drawn
    assert bool(page.get_by_label("Value shown").input_value()) == ("minus=4" in source)
    if written := CONSTANTS.search(source):
        for name, value in zip(written[1].split(", "), written[2].split(", "), strict=True):
            assert float(page.locator(f"#explorer-{name}-now").inner_text()) == float(value)
    assert page.trouble == []


def test_the_arrow_keys_read_samples_off(page, address):
    page.goto(f"{address}/explorer.html#tab=paper&index=6912")
    page.get_by_label("Sample to read").focus()
    assert page.locator("#explorer-gamma").inner_text() == "0"
    assert page.locator("#explorer-value").inner_text() == "NaN"
    page.keyboard.press("ArrowRight")
    assert float(page.locator("#explorer-gamma").inner_text()) == 2**-54
    assert page.locator("#explorer-region").inner_text() == "the offset itself is absorbed"
    # the offset is all in what is struck out
    assert page.locator("#explorer-sum del").text_content().endswith("1")
    page.keyboard.press("End")
    assert float(page.locator("#explorer-gamma").inner_text()) == 1 - 2**-8
    assert "index=13824" in page.evaluate("location.hash")


@pytest.mark.parametrize(("precision", "digits", "exponent"), [("float64", 53, -30), ("float32", 24, -14)])
def test_the_bits_that_are_absorbed_are_struck_out(opened, precision, digits, exponent):
    index = 6913 + (54 + exponent) * 128  # the offset 2^exponent
    turn(opened, {"tab": "paper", "precision": precision, "index": index})
    everything, lost = (opened.locator(f"#explorer-square{part}").text_content() for part in ("", " del"))
    exact = (2 + Fraction(2) ** exponent) ** 2
    whole, _, places = everything.partition(".")
    assert Fraction(int(whole + places, 2), 2 ** len(places)) == exact
    assert len(everything.replace(".", "")) - len(lost) == digits
    assert int(lost, 2) > 0
    assert opened.trouble == []


def test_pointing_at_a_plot_reads_a_sample_off(page, address):
    page.goto(f"{address}/explorer.html")
    over = page.locator("#explorer-slope-plot .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    page.wait_for_function("() => Number(document.getElementById('explorer-gamma').textContent) > 0.5")
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    page.wait_for_function("() => Number(document.getElementById('explorer-gamma').textContent) < -0.5")


def test_what_is_set_is_in_the_address_and_comes_back(page, address):
    page.goto(f"{address}/explorer.html")
    page.get_by_label("Function", exact=True).select_option("h1")
    page.get_by_label("delta").press("ArrowRight")
    before = page.locator("#explorer-summary").inner_text()
    link = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(link)
    assert page.locator("#explorer-summary").inner_text() == before
    assert page.locator("#explorer-delta-now").inner_text() == "0.0002"
    # A link says how it wants what it names, and the rest as it was in the beginning.
    page.get_by_role("link", name="Figure 8").click()
    expect(page.locator("#explorer-delta-now")).to_have_text("0.0001")
    expect(page.get_by_label("Function", exact=True)).to_have_value("h2")
    page.get_by_text("Your own function").click()
    page.get_by_label("Expression in x").fill("tanh(x)/x")
    link = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(link)
    assert page.get_by_label("Expression in x").is_visible()
    assert page.get_by_label("Expression in x").input_value() == "tanh(x)/x"
    assert page.trouble == []


def test_a_link_that_asks_for_what_there_is_not_shows_the_beginning(opened):
    turn(
        opened,
        {"tab": "paper", "f": "h9", "framework": "caffe", "at": "nowhere", "epsilon": "1e-8", "more": "?", "length": 3},
    )
    assert opened.get_by_label("Function", exact=True).input_value() == "h"
    assert opened.get_by_label("Framework").input_value() == "torch"
    assert opened.locator("#explorer-summary").inner_text().startswith("13825 samples")
    assert opened.trouble == []


def test_plots_follow_the_theme_and_the_window(page, address):
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/explorer.html#tab=paper&f=h1")
    plot = page.locator("#explorer-slope-plot canvas")
    turn(page, {"tab": "paper", "f": "remedy"})  # its slopes are small: the plot is made anew
    assert plot.count() == 1
    wide, light = plot.bounding_box()["width"], plot.evaluate("canvas => canvas.toDataURL()")
    assert wide > 360
    page.emulate_media(color_scheme="dark")
    page.locator("html[data-theme=dark]").wait_for(state="attached")
    canvas = plot.element_handle()
    page.wait_for_function("([canvas, light]) => canvas.toDataURL() !== light", arg=[canvas, light])
    dark = plot.evaluate("canvas => canvas.toDataURL()")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("canvas => canvas.getBoundingClientRect().width < 360", arg=canvas)
    page.set_viewport_size({"width": 1280, "height": 720})
    # As wide as before it is drawn as before.
    page.wait_for_function("([canvas, dark]) => canvas.toDataURL() === dark", arg=[canvas, dark])
    assert plot.bounding_box()["width"] == wide


def test_the_explorer_works_from_a_folder(browser):
    trouble = []
    with visit(browser, offline=True) as context:
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(f"{(SITE / 'explorer.html').as_uri()}#tab=paper&f=h2&epsilon=-12")
        page.get_by_label("Framework").select_option("jax")
        page.wait_for_url(lambda url: "framework=jax" in url)
        expect(page.locator("#explorer-summary")).to_contain_text("slopes are NaN or off")
    assert trouble == []
