"""Figures 1 to 8: every number of their data and of their alt texts, computed again by other means.

Here PyTorch and TensorFlow are called directly, the regions and the truths are rational numbers,
and nothing is asked of :mod:`removable` but the figures themselves. Numbers in an alt text are
parsed out of it; each must have a formula here.
"""

from __future__ import annotations

import csv
import io
import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
import torch
from _extensions.execute import script_doctests
from _extensions.gallery import figure_data
from matplotlib.colors import to_hex
from removable import plots

GALLERY = Path(__file__).parents[2] / "gallery"
FRAMEWORKS = {f"PyTorch {torch.__version__.partition('+')[0]}": torch, f"TensorFlow {tf.__version__}": tf}
COLOURS = ("green", "yellow", "red", "black")
TOLERANCE = 1e-3
EPSILON = {"h": None, "h1": 1e-8, "h2": 1e-4}
# the half-width within which the denominator is perturbed
ZONE = {"h": None, "h1": 1e-4, "h2": 1e-4}
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]\d+)?")


@dataclass(frozen=True)
class Figure:
    """What a figure of the paper shows: which function, which derivative, and what is taken off."""

    program: str
    order: int = 0
    minus: float = 0.0

    @property
    def written(self) -> bool:
        """Whether the program as written is a function of its own."""
        return self.program != "h"


FIGURES = {
    1: Figure("h"),
    2: Figure("h", minus=4),
    3: Figure("h1"),
    4: Figure("h1", minus=4),
    5: Figure("h2"),
    6: Figure("h", order=1),
    7: Figure("h1", order=1),
    8: Figure("h2", order=1),
}


# What the figures are to hold


def evaluated(program: str, x, xp):
    """Evaluate one of the three quotients, the numerator first, in PyTorch or TensorFlow."""
    f = x * x - 4
    g = x - 2
    if program == "h":
        return f / g
    sign = xp.where(g >= 0, xp.ones_like(g), -xp.ones_like(g))
    inside = xp.abs(g) < ZONE[program]
    if program == "h1":
        return f / xp.where(inside, g + sign * EPSILON["h1"], g)
    return f / xp.where(inside, sign * EPSILON["h2"], g)


@cache
def computed(program: str, order: int, xp) -> np.ndarray:
    """Return the values, or the slopes by backpropagation, at fl(2 + gamma)."""
    return at(program, order, xp, 2 + grid())


def at(program: str, order: int, xp, x: np.ndarray) -> np.ndarray:
    """Return the values, or the slopes by backpropagation, at some points."""
    if xp is torch:
        x = torch.tensor(x, requires_grad=True)
        y = evaluated(program, x, torch)
        y.backward(torch.ones_like(y))
        return (y.detach() if order == 0 else x.grad).numpy()
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = evaluated(program, x, tf)
    return (y if order == 0 else tape.gradient(y, x)).numpy()


@cache
def grid() -> np.ndarray:
    """Zero, and a thousand offsets in each of twenty decades on either side of it."""
    positive = np.geomspace(1e-20, 1, 20_000)
    return np.concatenate([-positive[::-1], [0.0], positive])


@cache
def colours(program: str) -> np.ndarray:
    """Colour each offset as the captions do, by rational numbers."""
    return np.array([colour(program, gamma) for gamma in grid().tolist()])


def colour(program: str, gamma: float) -> str:
    x = 2 + gamma
    g = Fraction(x) - 2
    if ZONE[program] and abs(g) >= Fraction(ZONE[program]):
        return "black"
    if gamma == 0:
        return "green"
    if g == 0:
        return "red"
    return "yellow" if Fraction(float(Fraction(x) ** 2)) - 4 == 4 * g else "green"


def exact(program: str, order: int, gamma: float) -> float:
    """Return value or slope of a program at the exact 2 + gamma, rounded once.

    There gamma is not rounded away.
    """
    gamma = Fraction(gamma)
    if program == "h" or abs(gamma) >= Fraction(ZONE[program]):
        return float((4 + gamma, Fraction(1))[order])
    shift = Fraction(EPSILON[program]) * (1 if gamma >= 0 else -1)
    below, slope = (gamma + shift, 1) if program == "h1" else (shift, 0)
    above = gamma * (4 + gamma)
    return float((above / below, ((4 + 2 * gamma) * below - slope * above) / below**2)[order])


@cache
def truths(program: str, order: int) -> np.ndarray:
    return np.array([exact(program, order, gamma) for gamma in grid().tolist()])


# What the figures hold


class Drawn:
    """A figure as its script leaves it: its columns of data, its lines and its alt text."""

    def __init__(self, number: int) -> None:
        (path,) = GALLERY.rglob(f"plot_figure_{number}.py")
        code = tuple(block for block in script_doctests.blocks_of_script(str(path)) if block.kind == "code")
        plt.switch_backend("agg")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*is non-interactive, and thus cannot be shown")
            script_doctests.run(code, {"__name__": "__main__"}, str(path))
        self.number, self.what = number, FIGURES[number]
        self.fig = plt.gcf()
        self.text = plots.description(self.fig).finding
        header, *rows = csv.reader(io.StringIO(figure_data.table(self.fig)))
        self.gamma = np.array([float(row[0]) for row in rows])
        self.columns = {
            tuple(name.split(": ")[:2]): np.array([float(row[c]) if row[c] else math.inf for row in rows])
            for c, name in enumerate(header)
            if c
        }
        self.filled = {
            tuple(name.split(": ")[:2]): np.array([bool(row[c]) for row in rows]) for c, name in enumerate(header) if c
        }
        self.x = 2 + self.gamma
        self.distinct = np.zeros(self.x.size, dtype=bool)
        self.distinct[np.unique(self.x, return_index=True)[1]] = True

    def truth(self, which: str) -> list[tuple[tuple[str, str], np.ndarray]]:
        """Return the columns of the truth of the function meant, or of the program as written."""
        return [
            (key, column)
            for key, column in self.columns.items()
            if key[1].endswith("as written, exact") == (which == "written") and key[1] not in (*COLOURS, "not finite")
        ]

    def value(self, framework: str) -> np.ndarray:
        """Put the columns of a framework together."""
        merged = np.full(self.gamma.size, np.nan)
        for name in COLOURS:
            if (framework, name) in self.columns:
                here = self.filled[framework, name]
                merged[here] = self.columns[framework, name][here]
        return merged

    @property
    def torch(self) -> np.ndarray:
        """All values of PyTorch's panel."""
        return self.value(next(iter(FRAMEWORKS)))

    def here(self, name: str) -> np.ndarray:
        """Mask of the samples that PyTorch's panel has in a column."""
        return self.filled[next(iter(FRAMEWORKS)), name]


@pytest.fixture(scope="module")
def drawn():
    """Every figure, each drawn once."""
    yield cache(Drawn)
    plt.close("all")


EVERY = pytest.mark.parametrize("number", FIGURES)


@EVERY
def test_every_offset_of_the_grid_is_drawn_once(drawn, number):
    figure = drawn(number)
    np.testing.assert_array_equal(figure.gamma, grid())
    for framework in FRAMEWORKS:
        names = [key[1] for key in figure.columns if key[0] == framework and key[1] in (*COLOURS, "not finite")]
        times = sum(figure.filled[framework, name].astype(int) for name in names)
        np.testing.assert_array_equal(times, 1)


@EVERY
def test_every_value_is_that_of_the_framework_named_above_it(drawn, number):
    figure = drawn(number)
    what = figure.what
    assert {key[0] for key in figure.columns} == set(FRAMEWORKS)
    for framework, xp in FRAMEWORKS.items():
        value = computed(what.program, what.order, xp) - what.minus
        finite = np.isfinite(value)
        assert finite.sum() in (value.size, (figure.x != 2).sum())
        found = figure.value(framework)
        np.testing.assert_array_equal(found[finite].view("u8"), value[finite].view("u8"))
        if not finite.all():
            lost = figure.filled[framework, "not finite"]
            np.testing.assert_array_equal(lost, ~finite)
            assert np.isnan(figure.columns[framework, "not finite"][lost]).all()


@EVERY
def test_every_sample_is_in_the_column_and_in_the_colour_of_its_region(drawn, number):
    figure = drawn(number)
    region = colours(figure.what.program)
    for framework in FRAMEWORKS:
        drawn_here = np.isfinite(figure.value(framework))
        for name in COLOURS:
            expected = (region == name) & drawn_here
            if (framework, name) not in figure.filled:
                assert not expected.any()
                continue
            np.testing.assert_array_equal(figure.filled[framework, name], expected)
    for ax in figure.fig.axes:
        for name in COLOURS:
            for line in ax.lines:
                if line.get_label() == f"_{name}":
                    assert to_hex(line.get_color()) == plots.LIGHT[name]


@EVERY
def test_truths_are_those_of_the_exact_offset(drawn, number):
    figure, what = drawn(number), FIGURES[number]
    for which, program in (("meant", "h"), ("written", what.program)):
        columns = figure.truth(which)
        assert len(columns) == (len(FRAMEWORKS) if which == "meant" or what.written else 0)
        for key, column in columns:
            here = figure.filled[key]
            assert here.sum() > 500
            assert here[figure.gamma == 0].all()
            np.testing.assert_array_equal(column[here], truths(program, what.order)[here] - what.minus)
    if what.written:
        (_, meant), (_, written) = figure.truth("meant")[0], figure.truth("written")[0]
        zero = figure.gamma == 0
        assert abs(meant[zero] - written[zero]) >= 4


# What the alt texts say


def down(value: float, digits: int = 3) -> float:
    return directed(value, digits, ROUND_FLOOR)


def up(value: float, digits: int = 3) -> float:
    return directed(value, digits, ROUND_CEILING)


def directed(value: float, digits: int, rounding: str) -> float:
    exactly = Decimal(float(value))
    unit = exactly.adjusted() - digits + 1
    return float(exactly.scaleb(-unit).to_integral_value(rounding=rounding).scaleb(unit))


def near(value: float, digits: int = 3) -> float:
    return float(f"{value:.{digits}g}")


def agreement(figure: Drawn) -> list[float]:
    """Numbers at which the two panels differ: how many, of how many, and by how many ulp."""
    a, b = (figure.value(framework)[figure.distinct] for framework in FRAMEWORKS)
    differ = (a.view("u8") != b.view("u8")) & ~(np.isnan(a) & np.isnan(b))
    if not differ.any():
        return [a.size]
    assert (np.sign(a[differ]) == np.sign(b[differ])).all()
    return [differ.sum(), a.size, near(np.abs(a[differ].view("i8") - b[differ].view("i8")).max())]


def count(figure: Drawn, mask: np.ndarray) -> int:
    return np.unique(figure.x[mask]).size


def nothing(figure: Drawn) -> list[float]:
    """How many numbers are not finite, and which one."""
    lost = figure.x[figure.here("not finite")]
    return [np.unique(lost).size, *np.unique(lost)]


def width(xp, law: float, side: int) -> float:
    """Distance of the outermost wrong slope, among many numbers around the expected edge.

    The rounding of the square leads one to expect it.
    """
    x = 2 + side * np.linspace(0.98 * law, 1.02 * law, 400_001)
    off = np.abs(at("h", 1, xp, x) - 1) > TOLERANCE
    return np.abs(x[off] - 2).max()


def widths() -> list[float]:
    # Half of the last place of a square just below 4, and just above it.
    law = {-1: math.sqrt(2.0**-52 / TOLERANCE), 1: math.sqrt(2.0**-51 / TOLERANCE)}
    return [near(width(xp, law[side], side)) for xp in FRAMEWORKS.values() for side in (-1, 1)]


def figure_1(f: Drawn) -> list[float]:
    yellow = f.here("yellow")
    meant = f.truth("meant")[0][1]
    # of what is below half a place of a double just below 4, and just above it
    ends = 2.0**-26, 2.0**-25.5
    for end, side in zip(ends, (-1, 1), strict=True):
        assert 0.997 < (side * f.gamma)[yellow].max() / end < 1
    (flat,) = np.unique(f.torch[yellow])
    number, there = nothing(f)
    lost = f.here("not finite").sum()
    return [
        *(meant[f.gamma == 0].item(), flat, count(f, yellow), *map(near, ends), there, number, there),
        *(lost, f.gamma.size, *agreement(f)),
    ]


def figure_2(f: Drawn) -> list[float]:
    (small,) = f.fig.axes[0].child_axes
    edge = small.get_xlim()[1]
    value = f.torch
    frayed = f.here("green") & (np.abs(f.gamma) < edge) & (f.gamma != 0)
    share = value[frayed] / (f.x[frayed] - 2)
    yellow = f.here("yellow")
    (zero,) = np.unique(value[yellow])
    worst = np.abs(value - (truths("h", 0) - 4))[yellow].max()
    taken = np.unique((computed("h", 0, torch) - value)[np.isfinite(value)])
    return [
        *(taken.item(), near(edge), down(share.min()), up(share.max())),
        *(count(f, yellow & (value == 0)), count(f, yellow), zero, up(worst), *agreement(f)),
    ]


def figure_3(f: Drawn) -> list[float]:
    meant = f.truth("meant")[0][1][f.gamma == 0].item()
    worst = np.abs(f.torch - truths("h", 0)).max()
    rounding = np.abs(f.torch - truths("h1", 0)).max()
    return [EPSILON["h1"], meant, f.torch.min(), up(worst), up(rounding), *agreement(f)]


def figure_4(f: Drawn) -> list[float]:
    taken = np.unique(computed("h1", 0, torch) - f.torch)
    right = f.gamma[(f.gamma > 0) & f.here("black")]
    first = np.flatnonzero(f.gamma == right.min()).item()
    assert f.gamma[first - 1] < ZONE["h1"] < f.gamma[first]
    jump = f.torch[first] - f.torch[first - 1]
    return [taken.item(), ZONE["h1"], near(jump), near(f.torch.min()), *agreement(f)]


def figure_5(f: Drawn) -> list[float]:
    left = f.torch < 0.4
    assert left[np.abs(f.gamma) <= np.abs(f.gamma[left]).max()].all()
    meant = f.truth("meant")[0][1][f.gamma == 0].item()
    return [EPSILON["h2"], f.torch.min(), down(np.abs(f.gamma[left]).max()), meant, *agreement(f)]


def figure_6(f: Drawn) -> list[float]:
    meant = np.unique(f.truth("meant")[0][1][f.filled[f.truth("meant")[0][0]]]).item()
    yellow, green = f.here("yellow"), f.here("green")
    values, times = np.unique(f.torch[yellow], return_counts=True)
    most = values[times.argmax()]
    number, there = nothing(f)
    return [
        *(meant, most, count(f, yellow & (f.torch == most)), count(f, yellow)),
        *(down(f.torch[green].min()), up(f.torch[green].max()), number, there, TOLERANCE, *widths(), *agreement(f)),
    ]


def figure_7(f: Drawn) -> list[float]:
    meant = np.unique(f.truth("meant")[0][1][f.filled[f.truth("meant")[0][0]]]).item()
    off = np.abs(f.torch - meant)[f.here("black")].max()
    assert f.torch.argmax() > f.torch.argmin()
    return [meant, up(f.torch.max()), down(f.torch.min()), meant, up(off), *agreement(f)]


def figure_8(f: Drawn) -> list[float]:
    meant = np.unique(f.truth("meant")[0][1][f.filled[f.truth("meant")[0][0]]]).item()
    inside = np.flatnonzero(~f.here("black"))
    size = np.abs(f.torch[inside])
    ends = f.torch[inside[-1]], f.torch[inside[0]]
    return [
        meant,
        EPSILON["h2"],
        *(near(end, 5) for end in ends),
        down(size.min(), 5),
        up(size.max(), 5),
        *agreement(f),
    ]


FORMULAS: dict[int, Callable[[Drawn], list[float]]] = {
    1: figure_1,
    2: figure_2,
    3: figure_3,
    4: figure_4,
    5: figure_5,
    6: figure_6,
    7: figure_7,
    8: figure_8,
}


def numbers(text: str) -> list[str]:
    return NUMBER.findall(text)


def objections(text: str, expected: list[float]) -> list[str]:
    """Say which numbers of a text are not those expected, in their order; each must be."""
    found = numbers(text)
    if len(found) != len(expected):
        return [f"{len(found)} numbers, and formulas for {len(expected)}: {found} and {expected}"]
    return [f"{a} is said, {b} is true" for a, b in zip(found, expected, strict=True) if float(a) != float(b)]


@EVERY
def test_every_number_of_the_alt_text_follows_from_the_data(drawn, number):
    figure = drawn(number)
    assert objections(figure.text, FORMULAS[number](figure)) == []


@EVERY
def test_any_other_number_would_be_seen(drawn, number):
    figure = drawn(number)
    expected = FORMULAS[number](figure)
    for match in NUMBER.finditer(figure.text):
        for other in (match[0] + "1", f"-{match[0]}".replace("--", "") if float(match[0]) else "1"):
            altered = figure.text[: match.start()] + other + figure.text[match.end() :]
            assert objections(altered, expected), f"{match[0]} could be {other}"
    assert objections(figure.text + " 17", expected)


def test_numbers_are_told_from_names():
    assert numbers("h1 and 2e-08, -4, 0.5; log1p, 1e+16 (x2): 3") == ["2e-08", "-4", "0.5", "1e+16", "3"]
