"""The explorer computes what the frameworks compute, bit for bit."""

from __future__ import annotations

import base64
import functools
import json
import os
from importlib.metadata import version
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest
from _extensions.content import explorer_comparison
from explorer_in_a_browser import opened, turn
from in_a_browser import address, browser, needs_a_browser, page
from playwright.sync_api import Page
from removable import frameworks, functions
from removable.sweeps import regions

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "opened", "page"]

pytestmark = needs_a_browser


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
        explorer_comparison.COMPARED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    recorded = json.loads(explorer_comparison.COMPARED.read_text(encoding="utf-8"))
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
