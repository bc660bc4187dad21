"""What the explorer says is meant, and what it makes of it, against Arb and by other ways."""

from __future__ import annotations

import json
import math
from typing import Any

import explorer_truth
import pytest
import random_expressions
import torch
from explorer_in_a_browser import opened, turn
from flint import arb, ctx
from in_a_browser import address, browser, needs_a_browser, page
from playwright.sync_api import Page

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "opened", "page"]

pytestmark = needs_a_browser

POINTS = [1e-300, 1e-40, 1e-9, 0.001, 0.1, 0.5, 0.75, 0.999999, 1.0, 1.0000001, 1.5, 2.0, 3.14159265358979, 10.0, 25.5]
POINTS += [700.5, 1e5, 0.7853981633974483, 1.5707963267948966, 355.0]
POINTS += [-p for p in POINTS]
EXPONENTS = [2.0, -3.0, 0.5, 0.3, -1.75, 7.25]

FUNCTIONS = {
    **{name: getattr(arb, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")},
    **{name: getattr(arb, name) for name in ("asinh", "acosh", "atanh", "exp", "expm1", "log", "log1p", "sqrt", "erf")},
    "abs": abs,
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
}

BALLS = """([points, exponents, bits]) => {
    const { balls, elementary } = explorer, found = [];
    const told = p => p.m === undefined ? (p.none ? "none" : "unknown") : [p.m.toString(), p.e, p.r === -Infinity ? null : p.r];
    balls.within(bits, () => {
        for (const x of points) {
            for (const [name, of] of Object.entries(elementary)) found.push([name, null, x, told(of(balls.double(x)))]);
            for (const y of exponents) found.push(["**", y, x, told(explorer.power(balls.double(x), balls.double(y)))]);
        }
    });
    return found;
}"""


@pytest.mark.parametrize("bits", [64, 160, 640])
def test_each_ball_holds_the_number_that_it_is_about(opened, bits):
    ctx.prec = 20_000
    told, loose = 0, []
    for name, y, x, found in opened.evaluate(BALLS, [POINTS, EXPONENTS, bits]):
        true = arb(x) ** arb(y) if name == "**" else FUNCTIONS[name](arb(x))
        if isinstance(found, str):
            # Only what is no real number may be refused.
            assert not true.is_finite(), (name, x, y, found)
            continue
        middle, exponent, radius = found
        off = abs(arb(int(middle)) * arb(2) ** exponent - true)
        # Arb's own bound is part of what is compared, where the result is smaller than its digits.
        allowed = arb(2) ** radius if radius is not None else arb(0)
        assert not off > allowed + off.rad(), (name, x, y, off)
        told += 1
        size = abs(true)
        if radius is not None and size > arb(2) ** -10_000 and allowed > arb(2) ** (60 - bits) * size:
            loose.append((name, x, y))
    assert told > 600
    assert not loose  # a bound that says nothing would pass all of the above


JUDGE = """([expression, point, settings]) => {
    const at = explorer.point(point), own = explorer.own(explorer.read(expression), at, settings);
    while (own.next());
    const { kind, limit, limitSlope, limitCurvature, law, where, ...results } = own.judged(), kinds = Object.keys(results);
    const written = x => Number.isFinite(x) ? x : String(x);
    return {
        kind, limits: [limit, limitSlope, limitCurvature].map(p => p === undefined ? null : p), law: law || null,
        results: Object.fromEntries(kinds.map(k => [k, results[k]]).map(([k, r]) => [k, {
            off: r.off, nan: r.nan, furthest: r.furthest, unknown: r.unknown, madeUp: r.madeUp,
            center: r.center ? written(r.center.f) : null, largest: r.largest ? written(r.largest.error) : null,
            wrong: own.samples.filter(p => p.gamma !== 0 && explorer.wrong(p[k])).length,
        }])),
        samples: own.samples.filter(p => p.gamma !== 0).map(p => [written(p.x), kinds.map(k => written(p[k].f))]),
    };
}"""


def judge(page: Page, expression: str, point: str, **settings: Any) -> dict[str, Any]:
    """Let the page judge an expression, without drawing it."""
    return page.evaluate(JUDGE, [expression, point, settings])


def floats(samples: list[Any]) -> list[tuple[float, list[float]]]:
    return [(float(x), [float(y) for y in found]) for x, found in samples]


def check(page: Page, expression: str, point: str, **settings: Any) -> None:
    """Compare the kind, the limits and the verdict on each sample with Arb."""
    found, true = judge(page, expression, point, **settings), explorer_truth.nature(expression, point)
    kind = {"cancellation": "ordinary", "harmless": "ordinary"}.get(found["kind"], found["kind"])
    assert kind == true.kind, (expression, point, found["kind"], true)
    value, slope, _ = found["limits"]
    for said, meant in ((value, true.value), (slope, true.slope)):
        assert (said is None) == (meant is None), (expression, point, said, meant)
        if meant is not None:
            assert said == pytest.approx(meant, rel=1e-13, abs=1e-60), (expression, point)
    counted = [result["wrong"] for result in found["results"].values()]
    assert counted == explorer_truth.counts(expression, floats(found["samples"])), (expression, point)


@pytest.mark.parametrize(
    ("count", "seed", "settings"),
    [
        (40, 1, {}),
        (12, 2, {"precision": "float32"}),
        (12, 3, {"order": 2}),
        (8, 4, {"order": 2, "precision": "float32"}),
    ],
)
def test_verdicts_on_random_functions_are_right(opened, count, seed, settings):
    """Kind, limits and each sample; ``bench_explorer`` has 200 of them, typed into the page."""
    for expression, point in random_expressions.expressions(count, seed):
        check(opened, expression, point, **settings)


@pytest.mark.parametrize(
    ("expression", "point", "kind", "value", "slope"),
    [
        # A large slope, or another singularity close by, is not a value.
        ("x*100000000", "0", "harmless", 0, 1e8),
        ("x*1e30", "0", "harmless", 0, 1e30),
        ("1e20*sin(x)", "0", "harmless", 0, 1e20),
        ("x/(x + 1e-8)", "0", "cancellation", 0, 1e8),
        ("x/(x + 1e-40)", "0", "cancellation", 0, 1e40),
        ("(x - 2)*1e12", "2", "harmless", 0, 1e12),
        ("1e-30 + x", "0", "harmless", 1e-30, 1),
        ("1e-25*sin(x)/x", "0", "removable", 1e-25, 0),
        # Zeros of any order.
        ("(1 - cos(x**4))/x**8", "0", "removable", 0.5, 0),
        ("(1 - cos(x**6))/x**12", "0", "removable", 0.5, 0),
        ("(exp(x**9) - 1)/x**9", "0", "removable", 1, 0),
        # What has no value on the way has none at the end.
        ("1/(1/x)", "0", "removable", 0, 1),
        ("tan(acos(x))*x", "0", "removable", 1, 0),
        # A limit is not yet a power series.
        ("x**3*abs(x)/x", "0", "limited", 0, 0),
        ("exp(-1/x**2)", "0", "limited", 0, 0),
        ("x**2*log(abs(x))*x/x", "0", "limited", 0, 0),
        # What is too large to be computed is not known to grow.
        ("exp(exp(exp(exp(x))))", "2", "unsettled", None, None),
        ("exp(1/x**2)", "0", "pole", None, None),
        ("log(abs(x))", "0", "pole", None, None),
        ("acos(cos(x))", "0", "corner", 0, None),
        ("acos(x)", "1", "edge", None, None),
        ("x**x", "0", "edge", None, None),
        ("1/(sin(x)**2 + cos(x)**2 - 1)", "0", "undefined", None, None),
        ("x - x", "0", "harmless", 0, 0),
        ("(x*x)**1.5", "0", "harmless", 0, 0),
        ("acos(x/x)", "0.1", "cancellation", 0, 0),
        ("(1e200 + x) - 1e200", "0", "cancellation", 0, 1),
    ],
)
def test_nothing_false_is_said_of_what_is_at_the_point(opened, expression, point, kind, value, slope):
    found = judge(opened, expression, point)
    assert found["kind"] == kind
    assert found["limits"][:2] == [value if value is None else pytest.approx(value, rel=1e-15), slope]


@pytest.mark.parametrize(
    "expression", ["sqrt(x**2)", "abs(x)", "x*abs(x)/x", "x**2/sqrt(x**2)", "sqrt(abs(x))", "acos(x)"]
)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_value_and_slope_at_the_point_are_those_of_pytorch_and_said(opened, expression, precision):
    point = "1" if expression == "acos(x)" else "0"
    x = torch.tensor(float(point), dtype=getattr(torch, precision), requires_grad=True)
    y = eval(expression, {"x": x, **{name: getattr(torch, name) for name in ("sqrt", "abs", "acos")}})
    y.backward()
    turn(opened, {"tab": "own", "expression": expression, "point": point, "precision": precision})
    opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
    found = judge(opened, expression, point, precision=precision)["results"]
    for kind, computed in (("value", y.item()), ("slope", x.grad.item())):
        center = float(found[kind]["center"])
        assert center == computed or (math.isnan(center) and math.isnan(computed))
        said = opened.locator(f"#explorer-own-{kind}").inner_text()
        assert (f"PyTorch’s {kind} at the point itself is NaN" in said) == math.isnan(computed), said


# PyTorch's square root is that of a library, which does not round it correctly everywhere.
RATIONAL = [
    ("(x*x - 4)/(x - 2)", "2"),
    ("(x*x*x - 8)/(x - 2)", "2"),
    ("(x*x - 9)/(x**2 + 1)/(x - 3)", "3"),
    ("(1/(1 + x) - 1)/x", "0"),
    ("abs(x)/x - 2/(x*x + 1)", "0"),
    ("-(x - 1)/(1 - x*x) - -x", "1"),
    ("x**2/(x - 1)**3", "1"),
]


@pytest.mark.parametrize(("expression", "point"), RATIONAL)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_every_bit_of_a_rational_function_is_that_of_pytorch(opened, expression, point, precision):
    found = judge(opened, expression, point, precision=precision, order=2)
    samples = floats(found["samples"])
    x = torch.tensor([x for x, _ in samples], dtype=getattr(torch, precision), requires_grad=True)
    y = eval(expression, {"x": x, "abs": torch.abs})
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(slope.sum(), x)
    for k, computed in enumerate((y, slope, second)):
        said = torch.tensor([row[k] for _, row in samples], dtype=x.dtype)
        same = (said == computed) | (said.isnan() & computed.isnan())
        assert same.all(), (k, int((~same).sum()))


@pytest.mark.parametrize(
    ("precision", "order", "law"),
    [("float64", 1, 6.66e-7), ("float64", 2, 9.61e-5), ("float32", 1, 0.0154), ("float32", 2, 0.0781)],
)
def test_the_law_stands_beside_the_measured_width(opened, precision, order, law):
    kind = ("value", "slope", "curvature")[order]
    state = {"tab": "own", "expression": "(x*x - 4)/(x - 2)", "point": "2", "precision": precision, "order": order}
    turn(opened, state)
    opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
    found = judge(opened, "(x*x - 4)/(x - 2)", "2", precision=precision, order=order)
    assert found["law"][kind] == pytest.approx(law, rel=1e-2)
    assert 0.5 < found["results"][kind]["furthest"] / law < 1.5
    said = opened.locator(f"#explorer-own-{kind}").inner_text()
    written = opened.evaluate("x => explorer.few(x)", found["law"][kind])
    assert f"(the law: within {written})" in said
    assert f"within {opened.evaluate('x => explorer.few(x)', found['results'][kind]['furthest'])} of the point" in said


def test_what_was_not_looked_at_is_said_first_and_can_be_asked_for(page, address):
    """The clock goes on by a second whenever it is looked at."""
    page.goto(f"{address}/explorer.html")
    page.evaluate("() => { let clock = 0; performance.now = () => (clock += 1000); }")
    turn(page, {"tab": "own", "expression": "(3**x - 1)/x", "point": "0"})
    result = page.locator("#explorer-own-result[aria-busy=false]")
    result.wait_for()
    text = result.inner_text()
    assert text.startswith("Stopped after 3 seconds, with ")
    assert "incomplete, each zone at least so wide" in text.partition("\n")[0]
    page.evaluate("() => { performance.now = () => 0; }")
    page.get_by_role("button", name="Compute the rest").click()
    page.locator("#explorer-own-result[aria-busy=true]").wait_for(state="detached")
    page.locator("#explorer-own-result[aria-busy=false]").wait_for()
    assert page.locator("#explorer-own-progress").text_content() == ""
    assert float(page.evaluate("explorer.judged.slope.furthest")) > 1e-7
    assert page.trouble == []


def test_sin_x_over_x_does_not_frighten_for_nothing(opened):
    turn(opened, {"tab": "own", "expression": "sin(x)/x", "point": "0"})
    opened.locator("#explorer-own-result[aria-busy=false]").wait_for()
    said = opened.locator("#explorer-own-result").inner_text()
    assert "digits" not in said
    assert "Slope: nowhere wrong by more than 0.001 but at the point; the largest error is 1.1" in said
    assert json.dumps(opened.evaluate("explorer.judged.kind")) == '"removable"'
