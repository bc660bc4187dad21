"""The plots of the explorer: axes that end, what is meant, what is NaN, what is read."""

from __future__ import annotations

import math

import pytest
from explorer_in_a_browser import opened, turn
from in_a_browser import address, browser, needs_a_browser, page
from playwright.sync_api import Page

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "opened", "page"]

pytestmark = needs_a_browser

U = 2.0**-53

DRAWN = """rows => {
    const box = document.getElementById("explorer-own-value-plot"), found = [];
    for (const row of rows) {
        const gamma = row.map((_, i) => (i - 1) / 4), none = row.map(() => null);
        explorer.draw(box, ["right", "wrong", "meant"], gamma, [row, none, row], row, 1, () => {});
        box.querySelector("canvas").getContext("2d").getImageData(0, 0, 1, 1);
        found.push(null);
    }
    return new Promise(done => setTimeout(() => {
        const { ticks, scale, hatched } = explorer.plotted(box);
        done([ticks, scale.min, scale.max, hatched]);
    }));
}"""

ROWS = [
    [1 - U, 1, 1 + 2 * U],
    [1, 1, 1],
    [0, 0, 0],
    [-1e-300, 0, 1e-300],
    [5e-324, 0, -5e-324],
    [1 - U, 1, 1e300],
    [-1.7e308, 0, 1.7e308],
    [1000, 1000 * (1 - U), 1000 * (1 - 2 * U)],
    [-3 - 4 * U, -3, -3 + 4 * U],
    [0.1, 0.1, 0.1 + 2**-56],
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("before", [[0.2, 0.5, 0.9], [-1e12, 0, 1e12]], ids=str)
def test_numbers_that_differ_in_the_last_bit_get_an_axis_after_another_function(opened, before, row):
    turn(opened, {"tab": "own", "expression": "x + 2", "point": "0"})
    opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
    ticks, low, high, hatched = opened.evaluate(DRAWN, [before, row])
    assert low < min(row) <= max(row) < high or max(map(abs, row)) > 8e307  # no axis is longer than the largest double
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert 1 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    assert hatched == []
    assert opened.trouble == []


def test_ticks_are_few_and_different_at_every_size(opened):
    """The library counts ticks by adding a step, which does nothing where the step is too small."""
    found = opened.evaluate(
        """() => {
            const found = [];
            for (let e = -320; e <= 307; e++) for (const [m, w] of [[1, 0], [1, 1e-16], [-3, 1e-9], [7, 0.3], [-1, 2]]) {
                const middle = m * Number(`1e${e}`);
                const [low, high] = explorer.straightRange(middle, middle + Math.abs(middle) * w);
                found.push([middle, low, high, explorer.straightTicks(low, high)]);
            }
            return found;
        }"""
    )
    for middle, low, high, ticks in found:
        assert low < middle < high, middle
        assert 1 <= len(ticks) <= 9, (low, high, ticks)
        assert len(set(ticks)) == len(ticks), (low, high, ticks)
        assert all(low - 1e-6 * abs(low) <= t <= high + 1e-6 * abs(high) for t in ticks), (low, high, ticks)


def test_the_functions_that_once_froze_the_page_are_drawn_one_after_another(opened):
    for expression in ("abs(x)**1.5/x", "x**x", "(3**x - 1)/x", "x**x", "abs(x)**1.5/x", "x - x + 1"):
        turn(opened, {"tab": "own", "expression": expression, "point": "0"})
        opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
        for kind in ("slope", "value"):
            ticks = opened.evaluate(f"explorer.plotted(document.getElementById('explorer-own-{kind}-plot')).ticks")
            assert 1 <= len(ticks) <= 9
    assert opened.trouble == []


def plotted(page: Page, name: str) -> tuple[list[list[int]], int]:
    """Which runs of samples are hatched in a plot of the first tab, and which sample is marked."""
    return tuple(
        page.evaluate(f"(p => [p.hatched, p.index])(explorer.plotted(document.getElementById('explorer-{name}-plot')))")
    )


@pytest.mark.parametrize("name", ["slope", "value"])
def test_nan_is_hatched_and_the_sample_that_is_read_is_marked(opened, name):
    turn(opened, {"tab": "paper", "f": "h", "index": 9000})
    hatched, marked = plotted(opened, name)
    assert marked == 9000
    nan = opened.evaluate(f"Array.from(explorer.samples.{name}, Number.isNaN)")
    assert sum(last - first + 1 for first, last in hatched) == sum(nan) > 0
    assert all(all(nan[first : last + 1]) for first, last in hatched)
    opened.locator("#explorer-field-index").press("ArrowRight")
    assert plotted(opened, name)[1] == 9001
    before = painted_beside_the_middle(opened, name)
    turn(opened, {"tab": "paper", "f": "remedy"})
    assert plotted(opened, name)[0] == []
    assert before > 3 * painted_beside_the_middle(opened, name)


def painted_beside_the_middle(page: Page, name: str) -> int:
    """How many pixels are painted in five columns beside the offset 0."""
    return page.evaluate(
        """name => {
            const [canvas, over] = ["canvas", ".u-over"].map(e => document.querySelector(`#explorer-${name}-plot ${e}`));
            const middle = Math.round((over.offsetLeft + over.offsetWidth / 2 + 3) * devicePixelRatio);
            const top = Math.round(over.offsetTop * devicePixelRatio), tall = Math.round(over.offsetHeight * devicePixelRatio);
            const data = canvas.getContext("2d").getImageData(middle, top, 5, tall).data;
            return data.filter((p, i) => i % 4 === 3 && p > 20).length;
        }""",
        name,
    )


def colours(page: Page, selector: str) -> dict[str, int]:
    """How many pixels of a canvas have each colour that the page names."""
    return page.evaluate(
        """selector => {
            const canvas = document.querySelector(selector + " canvas"), { width, height } = canvas, found = {};
            const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            const style = getComputedStyle(document.documentElement);
            for (const name of ["green", "yellow", "meant"]) {
                const paint = document.createElement("canvas").getContext("2d");
                paint.fillStyle = style.getPropertyValue(`--explorer-${name}`).trim();
                paint.fillRect(0, 0, 1, 1);
                const wanted = paint.getImageData(0, 0, 1, 1).data;
                found[name] = 0;
                for (let i = 0; i < data.length; i += 4)
                    if ([0, 1, 2].every(k => Math.abs(data[i + k] - wanted[k]) < 5) && data[i + 3] > 200) found[name] += 1;
            }
            return found;
        }""",
        selector,
    )


def test_what_is_meant_is_drawn_over_what_is_computed(opened):
    turn(opened, {"tab": "paper", "f": "h"})
    seen = colours(opened, "#explorer-slope-plot")
    # The line stands above the dots, also where these lie upon it.
    assert seen["meant"] > 100
    assert seen["yellow"] > 100
    assert seen["green"] > 100
    turn(opened, {"tab": "paper", "f": "remedy"})
    assert colours(opened, "#explorer-slope-plot")["meant"] > 100
    turn(opened, {"tab": "own", "expression": "x + 2", "point": "0"})
    opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
    assert colours(opened, "#explorer-own-value-plot")["meant"] > 100
