"""The code that the explorer writes for a function does what the page says."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys

import pytest
from explorer_in_a_browser import opened, turn
from in_a_browser import address, browser, needs_a_browser, page
from playwright.sync_api import Page

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "opened", "page"]

pytestmark = needs_a_browser

FUNCTIONS = [
    ("sin(x)/x", "0"),
    ("(x*x - 4)/(x - 2)", "2"),
    ("sin(x)/(x - pi)", "pi"),
    ("(3**x - 1)/x", "0"),
    ("log2(1 + x)/x", "0"),
    ("log10(1 + x)/x", "0"),
    ("(sigmoid(x) - 0.5)/x", "0"),
    ("erf(x)/x", "0"),
    ("(acos(x) - pi/2)/x", "0"),
    ("(x**0.5 - 1)/(x - 1)", "1"),
    ("(1 + x)**(1/x)", "0"),
    ("x - (1 - 2)/(1/x) - -x**-1*x", "0"),
    ("atanh(x)/asinh(x)", "0"),
    ("(x*x - 0.01)/(x - 0.1)", "1/10"),
    ("x*sin(2)/expm1(x)/log(2)", "0"),
    ("(sin(x) - abs(-2)*x*sigmoid(0))/x**3", "0"),
    ("x*tan(x)*atan(x)/(x*sinh(x)*tanh(x))", "0"),
    ("(x - 1)/(acosh(x + 1) - acosh(2))", "1"),
    ("(cosh(x) - cos(x))/(sqrt(1 + x**2) - 1)", "0"),
    ("asin(x)/log1p(x)", "0"),
]


def written(page: Page, expression: str, point: str, **settings: object) -> tuple[str, list[float]]:
    """The code that the page shows, and the limits that it names."""
    turn(page, {"tab": "own", "expression": expression, "point": point, **settings})
    page.locator("#explorer-own-result[aria-busy=false]").wait_for()
    code = page.locator("#explorer-own-code").text_content()
    assert page.locator("#explorer-own-code").is_visible()
    limits = page.evaluate("[explorer.judged.limit, explorer.judged.limitSlope, explorer.judged.limitCurvature]")
    return code, limits[: 1 + int(settings.get("order", 1))]


def printed(code: str) -> list[float]:
    """What a program prints, as numbers."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, {})
    return [float(word) for word in output.getvalue().split()]


@pytest.mark.parametrize("framework", ["torch", "tensorflow", "jax"])
def test_the_code_prints_what_is_meant_at_the_point(opened, framework):
    for expression, point in FUNCTIONS:
        code, limits = written(opened, expression, point, framework=framework)
        assert printed(code) == pytest.approx(limits, rel=1e-9, abs=1e-9), code
        assert f"import {framework}" in code


@pytest.mark.parametrize("framework", ["torch", "tensorflow", "jax"])
@pytest.mark.parametrize(("precision", "order", "tolerance"), [("float64", 2, 1e-8), ("float32", 1, 1e-5)])
def test_the_code_has_the_precision_and_the_derivatives_that_are_chosen(opened, framework, precision, order, tolerance):
    codes, wanted = [], []
    for expression, point in FUNCTIONS[:4]:
        code, limits = written(opened, expression, point, framework=framework, precision=precision, order=order)
        assert precision in code
        codes.append(code)
        wanted += limits
    # In a process of their own: the precision of JAX is that of a process.
    run = subprocess.run([sys.executable, "-c", "\n".join(codes)], capture_output=True, text=True, check=True)
    assert [float(word) for word in run.stdout.split()] == pytest.approx(wanted, rel=tolerance, abs=tolerance)


def test_the_first_line_installs_the_wheel_of_this_site(opened, address):
    code, _ = written(opened, "sin(x)/x", "0")
    version = opened.evaluate("DOCUMENTATION_OPTIONS.VERSION")
    assert code.splitlines()[0] == f"# python -m pip install {address}/dist/removable-{version}-py3-none-any.whl"


def test_only_what_is_removable_gets_code(opened):
    for expression in ("1/x", "abs(x)", "x*log(abs(x))", "x**3*abs(x)/x", "x + 2"):
        turn(opened, {"tab": "own", "expression": expression, "point": "0"})
        opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
        assert not opened.locator("#explorer-own-remedy").is_visible()


def test_the_code_is_copied(page, address, browser):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}/explorer.html")
    code, _ = written(page, "sin(x)/x", "0")
    page.get_by_role("button", name="Copy the code").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == code
    page.get_by_role("button", name="Copy the code").wait_for()
    assert page.get_by_role("link", name="how it works").get_attribute("href") == "beyond/remedies.html"
    assert page.trouble == []


def test_an_example_fills_the_form_and_the_address(page, address):
    page.goto(f"{address}/explorer.html")
    turn(page, {"tab": "own"})
    page.get_by_role("button", name="(x*x - 4)/(x - 2)").click()
    assert page.get_by_label("Expression in x").input_value() == "(x*x - 4)/(x - 2)"
    assert page.get_by_label("Point", exact=True).input_value() == "2"
    page.locator("#explorer-own-result[aria-busy=false] [data-kind=removable]:visible").wait_for()
    assert "point=2" in page.evaluate("location.hash")


def test_every_example_can_be_read(opened):
    examples = opened.evaluate(
        """[...document.querySelectorAll('#explorer-own-examples button')]
            .map(e => [e.textContent, e.dataset.expression, e.dataset.point])"""
    )
    assert len(examples) >= 8
    for text, expression, point in examples:
        assert text == expression
        turn(opened, {"tab": "own", "expression": expression, "point": point})
        opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
        assert opened.locator("#explorer-own-error").inner_text() == ""
