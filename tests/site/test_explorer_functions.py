"""What the explorer says of functions that its readers type."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
import random_expressions
from explorer_in_a_browser import opened, turn
from in_a_browser import WCAG, address, axe, browser, needs_a_browser, page, settle, violations
from playwright.sync_api import Page

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "opened", "page"]

pytestmark = needs_a_browser


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
        ("2x", "for a product write 2*x", "x"),
        ("2(x + 1)", "for a product write 2*(…)", "2"),
        ("(x + 1)(x - 1)", "for a product write (…)*(…)", "(x + 1)"),
        ("x(x + 1)", "for a product write x*(…)", "x"),
        ("sin(x)cos(x)", "for a product write (…)*cos", "cos"),
        ("x sin(x)", "for a product write x*sin", "sin"),
        ("pi x", "for a product write pi*x", "x"),
        ("norm(x)", "is of a vector", "norm"),
        ("pow(x, 2)", "as x**n", "pow"),
        ("torch.where(x, 1)", "leave it out", "torch.where"),
        ("torch.foo(x)", "“torch.foo” is not a function", "torch.foo"),
        ("sin", "write sin(x)", "sin"),
        ("x*1e999", "beyond the range", "1e999"),
        ("x + 1e-400", "beyond the range", "1e-400"),
        ("0x10 + x", "is not a number", "0x10"),
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


@pytest.mark.parametrize(
    "point", ["x", "1/0", "log(-1)", "", "1e999", "-1e999", "1e300", "1/1e-320", "exp(1e7)", "0*x"]
)
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


def test_what_is_typed_cancels_what_was_typed_before(page, address):
    """The first function takes many turns; none of them comes after the second has been typed."""
    page.goto(f"{address}/explorer.html")
    turn(page, {"tab": "own", "expression": "x + 2", "point": "0"})
    page.locator("#explorer-own-result[aria-busy=false]").wait_for()
    page.evaluate(
        """() => {
            let clock = 0;
            performance.now = () => (clock += 5);
            const own = explorer.own;
            window.asked = [];
            explorer.own = (...given) => {
                const made = own(...given), next = made.next, mine = asked.push(0) - 1;
                made.next = () => { asked[mine] += 1; return next(); };
                return made;
            };
        }"""
    )
    field = page.get_by_label("Expression in x")
    field.fill("+".join(["sin(exp(x))*tan(x)**0.3"] * 7))
    page.wait_for_function("() => asked[0] > 20")
    before = page.evaluate("""() => {
        const field = document.getElementById("explorer-field-expression");
        field.value = "cos(x)/x";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return asked[0];
    }""")
    page.locator("#explorer-own-result[aria-busy=false] [data-kind=pole]:visible").wait_for()
    first, second = page.evaluate("asked")
    assert first == before
    assert second > 100
    assert page.trouble == []


def test_random_functions_typed_one_after_another_leave_no_error(page, address):
    page.goto(f"{address}/explorer.html")
    turn(page, {"tab": "own"})
    field, point = page.get_by_label("Expression in x"), page.get_by_label("Point", exact=True)
    for expression, at in random_expressions.expressions(15, 7):
        field.fill(f"exp({expression})")
        field.fill(expression)
        point.fill(at)
        page.locator("#explorer-own-result[aria-busy=false]").wait_for()
        assert page.locator("#explorer-own-kinds > p:visible").count() == 1
        assert (
            page.locator("#explorer-own-progress").text_content() == ""
            or "Stopped" in page.locator("#explorer-own-progress").text_content()
        )
    assert page.trouble == []


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


def test_the_page_says_with_how_many_bits_it_judges(opened):
    series, nothing, close, octave = opened.evaluate(
        "[explorer.judging.series, explorer.judging.nothing, explorer.judging.close, explorer.judging.octave]"
    )
    said = " ".join(opened.locator("#explorer-own-layout").locator("xpath=..").text_content().split())
    assert f"in numbers of {series} bits" in said
    assert f"A term of which {-nothing} bits after the binary point are 0 is taken for 0" in said
    for distance in close:
        assert f"2^{{{distance}}}" in said
    assert f"{ {4: 'four'}[octave] } in each octave" in said
