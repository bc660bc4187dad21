"""The explorer: arithmetic as in the frameworks, bit for bit, and answers on typed functions."""

from __future__ import annotations

import base64
import functools
import json
import os
import re
from collections.abc import Iterator
from fractions import Fraction
from importlib.metadata import version
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np
import pytest
from _extensions.content import explorer
from _extensions.folders import ROOT
from in_a_browser import WCAG, address, axe, browser, needs_a_browser, page, settle, violations, visit, watched
from playwright.sync_api import Browser, Page, expect
from removable import frameworks, functions
from removable.sweeps import regions
from site_under_test import SITE

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "page"]

pytestmark = needs_a_browser


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """The explorer, opened once for all tests that set it by its address."""
    with watched(browser, address) as page:
        page.goto(f"{address}/explorer.html")
        yield page


VERSIONS = {"PyTorch": "torch", "TensorFlow": "tensorflow-cpu", "JAX": "jax"}


class Setting(NamedTuple):
    """What the form of the explorer says, with the frameworks' names for it."""

    f: str
    framework: str
    precision: str
    n: int = 2
    at: float = 2.0
    rule: str = "x*x"
    epsilon: int = -24
    delta: int = -12

    def size(self, name: str) -> float:
        """The number that a slider stands for: three steps to a decade."""
        decade, step = divmod(getattr(self, name), 3)
        return float(f"{(1, 2, 5)[step]}e{decade}")


EVERYWHERE = [*product(("torch", "tensorflow", "jax"), ("float64", "float32"))]
SETTINGS = [
    *(Setting(f, *where) for f, where in product(("h", "h1", "h2", "remedy"), EVERYWHERE)),
    *(Setting(f, *where, rule="x**2") for f, where in product(("h", "h1"), EVERYWHERE)),
    *(Setting(f, *where, n=7, at=-3.0) for f, where in product(("h", "remedy"), EVERYWHERE)),
    *(Setting("h2", *where, n=3, at=1.625, epsilon=-10) for where in EVERYWHERE),
    *(Setting("h1", *where, at=-0.125, epsilon=-17, delta=-7) for where in EVERYWHERE),
]


def program(to: Setting):
    """The same setting in the terms of this package.

    These are its own functions where the paper's are meant, else functions like them.
    """
    sizes = {"epsilon": to.size("epsilon"), "delta": to.size("delta")}
    if (to.n, to.at, to.rule) == (2, 2.0, "x*x") and to.f != "remedy":
        wanted = {"h": (), "h1": ("epsilon", "delta"), "h2": ("epsilon",)}[to.f]
        return functools.partial(getattr(functions, to.f), **{name: sizes[name] for name in wanted})

    def power(x: Any, n: int) -> Any:
        y = x
        for _ in range(n - 1):
            y = y * x
        return y

    def quotient(x: Any, xp: Any) -> Any:
        square = xp.square(x) if to.framework == "tensorflow" and to.rule == "x**2" else x**2
        f = (square if to.rule == "x**2" else power(x, to.n)) - power(to.at, to.n)
        g = x - to.at
        sign = functions.S(g, xp)
        if to.f == "h1":
            g = xp.where(xp.abs(g) < sizes["delta"], g + sign * sizes["epsilon"], g)
        if to.f == "h2":
            g = xp.where(xp.abs(g) < sizes["epsilon"], sign * sizes["epsilon"], g)
        return f / g

    def remedy(x: Any, xp: Any) -> Any:
        # The quotient of (at + t)^n - at^n and t, a polynomial in t whose coefficients numpy
        # multiplies out.
        *coefficients, _ = (np.poly1d([1.0, to.at]) ** to.n).coefficients.tolist()
        t = x - to.at
        y = t + coefficients[1]
        for coefficient in coefficients[2:]:
            y = y * t + coefficient
        return y

    return remedy if to.f == "remedy" else quotient


def turn(page: Page, state: dict[str, object]) -> None:
    """Set a form by the address, as a link does, and wait until the page has done so."""
    page.evaluate(
        "hash => new Promise(done => { addEventListener('hashchange', done, { once: true }); location.hash = hash })",
        urlencode(state),
    )


def shown(page: Page, to: Setting) -> list[np.ndarray]:
    """The samples of a setting as the page has computed them: points, values and slopes."""
    turn(page, {"tab": "paper", **to._asdict()})
    texts = page.evaluate(
        """() => ["x", "value", "slope"].map(name => {
            const bytes = new Uint8Array(explorer.samples[name].buffer);
            let text = "";
            for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
            return btoa(text);
        })"""
    )
    return [np.frombuffer(base64.b64decode(text), dtype=to.precision) for text in texts]


def differing(a: np.ndarray, b: np.ndarray) -> int:
    """Count where the bits differ.

    A NaN is a NaN: IEEE 754 leaves open which one an operation gives.
    """
    assert (a.dtype, a.shape) == (b.dtype, b.shape)
    integers = f"i{a.dtype.itemsize}"
    return int(((a.view(integers) != b.view(integers)) & ~(np.isnan(a) & np.isnan(b))).sum())


def test_the_explorer_computes_what_the_frameworks_compute_bit_for_bit(page, address):
    page.goto(f"{address}/explorer.html")
    found = {"differ": 0, "numbers": 0, "settings": len(SETTINGS)}
    for to in SETTINGS:
        x, *results = shown(page, to)
        assert len(x) == 13825
        assert x[len(x) // 2] == to.at
        reference = frameworks.get(to.framework).derivatives(program(to), x, order=1, dtype=to.precision)
        for result, expected in zip(results, reference, strict=True):
            # The package hands all results over in double precision, which changes none of them.
            off = differing(result, np.ascontiguousarray(expected).astype(to.precision))
            assert off == 0, f"{off} of {len(x)} differ in {to}"
            found["numbers"] += result.size
    assert page.trouble == []
    if os.environ.get("REMOVABLE_RECORD"):
        found["versions"] = {name: version(package).partition("+")[0] for name, package in VERSIONS.items()}
        explorer.COMPARED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    recorded = json.loads(explorer.COMPARED.read_text(encoding="utf-8"))
    assert {name: recorded[name] for name in found} == found, (
        "run this test with REMOVABLE_RECORD=1: the page shows the count"
    )


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("f", ["h", "h1", "h2"])
def test_colours_and_the_sentence_below_the_form_say_what_is_there(opened, f, precision):
    to = Setting(f, "torch", precision)
    x, value, slope = shown(opened, to)
    gamma, colours = opened.evaluate("[Array.from(explorer.samples.gamma), explorer.samples.region]")
    zones = {
        "h": None,
        "h1": functools.partial(functions.h1_zone, delta=to.size("delta")),
        "h2": functools.partial(functions.h2_zone, epsilon=to.size("epsilon")),
    }
    expected = regions.classify(gamma, zone=zones[f], dtype=precision)
    assert colours == [regions.Region(region).name.lower() for region in expected]
    nan, off = np.isnan(value).sum(), (~(np.abs(slope.astype(float) - 1) <= 1e-3)).sum()
    told = f"{len(x)} samples: {nan} values are NaN; {off} slopes are NaN or off by more than 0.001"
    told += ", the outermost of these samples at |γ|"
    assert opened.locator("#explorer-summary").inner_text().startswith(told)
    assert opened.trouble == []


KINDS = {
    ("(x*x - 4)/(x - 2)", "2"): "removable",
    ("sin(x)/x", "0"): "removable",
    ("(1 - cos(x))/x**2", "0"): "removable",
    ("(x - sin(x))/x**3", "0"): "removable",
    ("expm1(x)/x", "0"): "removable",
    ("sin(x)/(x - pi)", "pi"): "removable",
    ("(x*x - 0.01)/(x - 0.1)", "1/10"): "removable",
    ("(x**5 - 1)/(x - 1)", "1"): "removable",
    ("1/x", "0"): "pole",
    ("(x*x - 4)/(x - 2)**2", "2"): "pole",
    ("tan(x)", "pi/2"): "pole",
    ("exp(1/x)", "0"): "pole",
    ("1/(x - 1/3)", "1/3"): "pole",
    ("1e7*abs(x)/x", "0"): "jump",
    ("tanh(1/x)", "0"): "jump",
    ("1e7*abs(x)", "0"): "corner",
    ("x*abs(x)/x", "0"): "corner",
    ("x*log(abs(x))", "0"): "vertical",
    ("x**2*sin(1/x)", "0"): "rough",
    ("(x*x - 2)/(x - sqrt(2))", "sqrt(2)"): "removable",
    ("(1 + sin(x))/(x - 3*pi/2)**2", "3*pi/2"): "removable",
    ("(1 - cos(x**3))/x**6", "0"): "removable",  # the highest order that the page says it can judge
    ("exp(x)/(1 + exp(x))", "800"): "cancellation",
    ("tanh(x)", "20"): "cancellation",
    ("(x + 2)", "(2)"): "harmless",
    ("exp(-x**2)", "1"): "harmless",
    ("x**0", "0"): "harmless",
    ("abs(x)/x", "0"): "jump",
    ("abs(x)", "0"): "corner",
    ("abs(x)**0.5", "0"): "vertical",
    ("sqrt(x)", "0"): "edge",
    ("log(x - 3)", "0"): "undefined",
    ("sin(1/x)", "0"): "unsettled",
    ("sqrt(1 + x) - 1", "0"): "cancellation",
    ("exp(x) - 1", "0"): "cancellation",
    ("x*x - 4", "2"): "cancellation",
    ("expm1(x)", "0"): "harmless",
    ("x + 2", "2"): "harmless",
    ("tanh(x)", "1"): "harmless",
    ("exp(sin(x) + 1)*log(x)", "3"): "harmless",
}


def judged(page: Page, expression: str, point: str) -> dict[str, Any]:
    """Type a function and a point, and wait for the judgement."""
    turn(page, {"tab": "own", "expression": expression, "point": point})
    page.locator("#explorer-own-result[aria-busy=false]").wait_for()
    found = page.evaluate(
        "({ ...explorer.judged, limit: Number(explorer.judged.limit), limitSlope: Number(explorer.judged.limitSlope) })"
    )
    assert page.locator("#explorer-own-kinds > p:visible").get_attribute("data-kind") == found["kind"]
    return found


# Only cancellation is told from what is harmless by all samples; what else there is, by the places
# close to the point.
TOLD_APART = """([expression, point]) => {
    const own = explorer.own(explorer.read(expression), explorer.point(point));
    while (!own.samples.length) own.next();
    if (["cancellation", "harmless"].includes(own.judged().kind)) while (own.next());
    return own.judged().kind;
}"""


def test_functions_of_readers_are_told_apart(opened):
    assert {asked: opened.evaluate(TOLD_APART, asked) for asked in KINDS} == KINDS


def test_each_kind_of_function_has_its_sentence(opened):
    for kind, asked in {kind: asked for asked, kind in KINDS.items()}.items():
        assert judged(opened, *asked)["kind"] == kind
    assert opened.trouble == []


@pytest.mark.parametrize(
    ("expression", "point", "value", "slope"),
    [
        ("(x*x - 4)/(x - 2)", "2", 4, 1),
        ("(x - sin(x))/x**3", "0", 1 / 6, 0),
        ("sin(x)/(x - pi)", "pi", -1, 0),
        ("(exp(x) - 1)/x", "0", 1, 0.5),
    ],
)
def test_what_is_meant_at_a_removable_singularity_is_found(opened, expression, point, value, slope):
    found = judged(opened, expression, point)
    assert (found["limit"], found["limitSlope"]) == pytest.approx((value, slope), abs=1e-30, rel=1e-15)
    assert opened.trouble == []


def test_the_operations_that_lose_the_digits_are_named(opened):
    found = judged(opened, "(x*x - 4)/(x - 2)", "2")
    assert found["value"]["where"] == "in x*x - 4"
    assert found["slope"]["where"] == "where the slope through x*x is added to those before it"
    assert found["value"]["nan"] == found["slope"]["nan"] == found["value"]["off"] > 0
    # The slope is 2 where the square of the offset is absorbed, and rounding reaches a little
    # further.
    assert 2**-25.5 < found["slope"]["furthest"] < 2**-20
    assert opened.trouble == []


@pytest.mark.parametrize(
    ("expression", "says", "place"),
    [
        ("", "Nothing is typed here", " "),
        ("sin(x", "something is missing at its end", " "),
        ("(x + 1))/x", "“)” is not expected", ")"),
        ("x*/2", "“/” is not expected", "/"),
        ("2x", "“x” is not expected", "x"),
        ("sin(x + foo)", "“foo” is not known", "foo"),
        ("1 + sn(x)", "“sn” is not a function", "sn"),
        ("sin(x, 2)", "sin takes one argument, and here it has 2", "sin(x, 2)"),
        ("x^2", "write x**2", "x^2"),
        ("x** **2", "“*” is not expected", "*"),
        ("x % 2", "“%” is not an operation", "x % 2"),
        ("1 + x.constructor", "cannot be read", "x.constructor"),
        ("(y => y)(x)", "is not a function", "(y => y)"),
        ("x = 3", "cannot be read", "x = 3"),
        ("'a' + x", "is not a number", "'a'"),
        ("x + " * 60 + "x", "give at most 200", "x"),
    ],
)
def test_a_mistake_gets_one_sentence_and_is_marked(opened, expression, says, place):
    turn(opened, {"tab": "own", "expression": expression, "point": "0"})
    complaint = opened.locator("#explorer-own-error")
    assert says in complaint.inner_text()
    assert opened.locator("#explorer-own-error mark").text_content().startswith(place)
    assert opened.get_by_label("Expression in x").get_attribute("aria-invalid") == "true"
    assert not opened.locator("#explorer-own-result").is_visible()
    turn(opened, {"tab": "own", "expression": "x + 2", "point": "0"})
    opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
    assert complaint.inner_text() == ""
    assert opened.trouble == []


@pytest.mark.parametrize("point", ["x", "1/0", "log(-1)", ""])
def test_a_point_must_be_a_number(opened, point):
    turn(opened, {"tab": "own", "expression": "x + 2", "point": point})
    assert opened.get_by_label("Point", exact=True).get_attribute("aria-invalid") == "true"
    assert opened.locator("#explorer-own-error").inner_text()
    assert opened.trouble == []


def test_a_slow_function_does_not_freeze_the_page(page, address):
    """The work is done in many small turns between which the page can answer, and stops by itself.

    The page's clock goes on by 5 ms each time it is looked at, so that nothing depends on the
    machine.
    """
    page.goto(f"{address}/explorer.html")
    page.evaluate(
        """() => {
            let clock = 0;
            performance.now = () => (clock += 5);
            window.turns = 0;
            const later = setTimeout;
            window.setTimeout = (work, ...rest) => later(() => { turns += 1; work(); }, ...rest);
        }"""
    )
    judged(page, "+".join(["sin(exp(x))*tan(x)**0.3"] * 7), "1")
    assert page.locator("#explorer-own-progress").inner_text().startswith("Stopped after 3 seconds, with ")
    assert page.evaluate("turns") >= 100
    judged(page, "exp(exp(exp(exp(x))))", "2")
    assert page.trouble == []


CONSTANTS = re.compile(r"^(epsilon(?:, delta)?) = ([\d.e, -]+)$", re.MULTILINE)


@pytest.mark.parametrize("script", explorer.PRESETS)
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
    assert page.locator("#explorer-region").inner_text() == "red"
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("expression", ["sin(x)/x", "sin(x)/y"])
def test_the_second_tab_is_accessible_and_fits_a_phone(page, address, scheme, expression):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/explorer.html#{urlencode({'tab': 'own', 'expression': expression, 'point': '0'})}")
    page.locator("html[data-theme]").wait_for(state="attached")
    page.locator("#explorer-own-kinds > p:visible, #explorer-own-error mark").first.wait_for()
    settle(page)
    assert page.evaluate(
        "[...document.querySelectorAll('html, .bd-article-container')].every(e => e.scrollWidth <= e.clientWidth)"
    )
    page.evaluate(axe())
    assert violations(page, {"type": "tag", "values": [*WCAG, "best-practice"]}) == []


def test_the_page_says_with_how_many_digits_it_judges(opened):
    digits, near = opened.evaluate("[explorer.digits, explorer.near]")
    said = " ".join(opened.locator("#explorer-own").locator("xpath=..").text_content().split())
    assert f"decimal arithmetic of {digits['samples']} digits" in said
    assert f"follows from {digits['near']} digits at distances of" in said
    for distance in near[:2]:
        assert f"10^{{{distance.removeprefix('1e')}}}" in said


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
