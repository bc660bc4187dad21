"""Figures: what is drawn, in which colours, with which description."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from _extensions.gallery import figure_data
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from removable import functions as fn
from removable import gamma_grid, plots, truth
from removable.claims.evidence import VERDICTS
from removable.errors import InputError
from removable.plots.palette import REGION_STYLE
from removable.sweeps.forms import compare
from removable.sweeps.regions import Region
from removable.sweeps.sweep import sweep

STATIC = Path(__file__).parents[2] / "docs" / "_static"

# Machado, Oliveira and Fernandes (2009), severity 1: what a reader without one kind of cones sees,
# in linear RGB.
SEEN_BY = {
    "everybody else": np.eye(3),
    "protanopes": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopes": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopes": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


@pytest.fixture(autouse=True)
def _no_screen():
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def run():
    return sweep(fn.h, meant=fn.h_hat)


def linear(colour: str) -> np.ndarray:
    """Linear red, green and blue of a colour, each from 0 to 1."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours as WCAG defines it."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB, white being that of sRGB.

    The rows are lightness, from green to red, and from blue to yellow.
    """
    t = TO_XYZ @ np.clip(rgb, 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_every_finite_sample_is_drawn(run):
    fig, axes = plots.panels(run, order=1, ylabel="slope", meant="1")
    for ax, rows in zip(axes, run.results.values(), strict=True):
        dots = [line for line in ax.lines if line.get_marker() == "."]
        drawn = np.concatenate([line.get_xdata() for line in dots])
        assert drawn.size == np.isfinite(rows[1]).sum()
    assert fig.legends


def test_the_gap_is_hatched(run):
    _, axes = plots.panels(run, ylabel="h", meant="x + 2")
    for ax in axes:
        (gap,) = ax.patches
        lost = run.gamma[np.isnan(run.results["torch"][0])]
        left, right = gap.get_x(), gap.get_x() + gap.get_width()
        np.testing.assert_allclose([left, right], [lost.min(), lost.max()])
        assert gap.get_hatch()


def test_recolouring_reaches_everything_and_can_be_undone(run):
    fig, _ = plots.panels(run, order=1, ylabel="slope", meant="1", written="as written")

    def colours() -> list[str]:
        found = []
        for artist in fig.findobj(lambda artist: artist.get_visible()):
            for name in ("color", "facecolor", "edgecolor", "markerfacecolor"):
                get = getattr(artist, f"get_{name}", None)
                value = get() if get else None
                if isinstance(value, str | tuple) and value not in ("none", "auto"):
                    rgba = mpl.colors.to_rgba(value)
                    if rgba[3] > 0:
                        found.append(to_hex(rgba))
        return found

    fig.draw_without_rendering()
    light = colours()
    plots.recolour(fig, plots.LIGHT, plots.DARK)
    dark = colours()
    assert set(dark) <= set(plots.DARK.values())
    plots.recolour(fig, plots.DARK, plots.LIGHT)
    assert colours() == light


def test_palettes_exchange_one_for_one():
    assert plots.LIGHT.keys() == plots.DARK.keys()
    for colours in (plots.LIGHT, plots.DARK):
        assert len(set(colours.values())) == len(colours)


@pytest.mark.parametrize("palette", [plots.LIGHT, plots.DARK], ids=["light", "dark"])
def test_marks_stand_out_from_the_page(palette):
    for role in ("meant", "written", "red", "green", "black"):
        assert contrast(palette[role], palette["paper"]) >= 3, role
    assert contrast(palette["ink"], palette["paper"]) >= 7
    # Yellow on white cannot reach 3 and stay yellow. Its markers are squares, and the only ones
    # outlined with ink.
    assert contrast(palette["yellow"], palette["paper"]) >= 2


@pytest.mark.parametrize("palette", [plots.LIGHT, plots.DARK], ids=["light", "dark"])
def test_everybody_can_tell_the_regions_apart(palette):
    """Colours differ by their distance in CIELAB, in which 2 can just be seen.

    On grey paper they differ by the lightness alone.
    """
    roles = [role for role, _, _ in REGION_STYLE.values()]
    for a, b in itertools.combinations(roles, 2):
        for reader, matrix in SEEN_BY.items():
            apart = lab(matrix @ linear(palette[a])) - lab(matrix @ linear(palette[b]))
            assert np.linalg.norm(apart) >= 25, f"{a} and {b} are too near for {reader}"
        assert abs(lab(linear(palette[a])) - lab(linear(palette[b])))[0] >= 12, f"{a} and {b} on grey paper"
    assert lab(linear(palette["yellow"]))[0] - lab(linear(palette["red"]))[0] >= 25


def test_the_model_of_colour_vision_leaves_grey_grey():
    for matrix in SEEN_BY.values():
        np.testing.assert_allclose(matrix @ np.ones(3), 1, atol=1e-5)
    np.testing.assert_allclose(lab(np.ones(3)), [100, 0, 0], atol=1e-9)
    np.testing.assert_allclose(lab(linear("#ff0000")), [53.24, 80.09, 67.20], atol=0.02)


def test_the_outline_that_yellow_needs_is_drawn(run):
    for fig in (
        plots.panels(run, order=1, ylabel="slope", meant="1")[0],
        plots.errors(compare_two(), order=1, ylabel="error")[0],
    ):
        marked = [line for line in fig.findobj(mpl.lines.Line2D) if line.get_markersize() == 5.5]
        yellow = [line for line in marked if to_hex(line.get_color()) == plots.LIGHT["yellow"]]
        assert yellow
        for line in marked:
            role = "ink" if line in yellow else "paper"
            assert to_hex(line.get_markeredgecolor()) == plots.LIGHT[role]


def compare_two():
    return compare({"a": fn.h, "b": fn.h_hat}, meant=fn.h_hat, gamma=[1e-9, 1e-3], base=2.0, names=["numpy"], order=1)


def test_the_site_has_the_colours_of_the_figures():
    sheet = (STATIC / "site.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--region-(\w+): (#\w+);", block))
        for block in (
            re.search(r":root \{(.*?)\}", sheet, re.DOTALL)[1],
            re.search(r"@media screen \{\s*html\[data-theme=\"dark\"\] \{(.*?)\}", sheet, re.DOTALL)[1],
        )
    )
    roles = ("green", "yellow", "red", "black", "meant")
    assert light == {role: plots.LIGHT[role] for role in roles}
    assert dark == {role: plots.DARK[role] for role in roles}
    # Nowhere else do they stand as numbers.
    rest = re.sub(r"--region-\w+: #\w+;", "", sheet)
    for path in (STATIC / "explorer").iterdir():
        rest += path.read_text(encoding="utf-8")
    for role in roles[:3] + roles[4:]:
        assert plots.LIGHT[role] not in rest
        assert plots.DARK[role] not in rest
    used = set(re.findall(r"var\(--region-(\w+)\)", rest))
    assert used == set(roles)


def test_the_verdicts_of_the_ledger_differ_in_border_style():
    sheet = (STATIC / "site.css").read_text(encoding="utf-8")
    rules = dict(re.findall(r"table\.ledger \.verdict-([\w-]+) p\.verdict \{(.*?)\}", sheet))
    assert set(rules) == {verdict.replace(" ", "-") for verdict in VERDICTS}
    styles = [(re.findall(r"border-inline-start-style: (\w+)", rule) or ["solid"])[0] for rule in rules.values()]
    assert len(set(styles)) == len(styles) == len(rules)


PROGRAMS = {
    "h1": (partial(fn.h1, epsilon=1e-8, delta=1e-4), partial(fn.h1_zone, delta=1e-4)),
    "h2": (partial(fn.h2, epsilon=1e-4), partial(fn.h2_zone, epsilon=1e-4)),
}


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("name", PROGRAMS)
def test_an_exact_line_is_broken_where_the_program_has_another_branch(name, order):
    program, zone = PROGRAMS[name]
    made = sweep(program, meant=fn.h_hat, zone=zone, names=["numpy"], gamma=gamma_grid(2000), order=0)
    made = replace(made, results={}, versions={"numpy": "NumPy"})
    exact = truth.derivatives(program, made.gamma, order=1)
    made = replace(made, written=exact, meant=np.stack([4 + made.gamma, np.ones(made.gamma.size)]))
    made = replace(made, results={"numpy": exact})
    fig, (ax,) = plots.panels(made, order=order, ylabel="y", meant="meant", written="written")
    lines = {line.get_label(): line for line in ax.lines}
    x = lines["written"].get_xdata()
    joined = [(a, b) for a, b in itertools.pairwise(x) if np.isfinite(a) and np.isfinite(b)]
    for place in (-1e-4, 1e-4):
        assert not [pair for pair in joined if pair[0] < place < pair[1]], f"joined across {place}"
    assert not [pair for pair in joined if pair[0] < 0 <= pair[1]], "joined across 0, where the sign changes"
    # It comes as near to each edge as the samples do, and is drawn at 0.
    for place in (-1e-4, 1e-4):
        for side in (made.gamma[made.gamma < place].max(), made.gamma[made.gamma > place].min()):
            assert side in x
    assert 0 in x
    assert np.isnan(x).sum() == 3
    # The function meant has no branches.
    x = lines["meant"].get_xdata()
    assert np.isfinite(x).all()
    assert {-1.0, 0.0, 1.0} <= set(x)
    rows = [line.split(",") for line in figure_data.table(fig).splitlines()]
    assert len(rows) == 1 + made.gamma.size
    assert {float(row[0]) for row in rows[1:]} == set(made.gamma)


def test_an_inset_adds_nothing_to_the_data(run):
    fig, axes = plots.panels(run, minus=4, ylabel="h", meant="meant")
    before = figure_data.table(fig)
    y = run.results["torch"][0] - 4
    small = plots.inset(axes[0], run, y, place=(0.1, 0.6, 0.3, 0.3), across=(1e-8, 1e-7), up=(0, 1.2e-7))
    assert figure_data.table(fig) == before
    drawn = np.concatenate([line.get_xdata() for line in small.lines])
    within = (run.gamma >= 1e-8) & (run.gamma <= 1e-7)
    assert set(drawn) == set(run.gamma[within])
    colours = {to_hex(line.get_color()) for line in small.lines}
    assert colours == {plots.LIGHT["green"], plots.LIGHT["yellow"]}


def test_the_legend_names_the_colours_of_the_paper(run):
    program, zone = PROGRAMS["h1"]
    made = sweep(program, meant=fn.h_hat, zone=zone, gamma=gamma_grid(400), names=["numpy"], order=0)
    fig, _ = plots.panels(made, ylabel="h1", meant="meant")
    for region, handle in zip(Region, fig.legends[0].legend_handles, strict=False):
        name, _, text = handle.get_label().partition(": ")
        assert name == region.name.lower()
        assert text
        assert to_hex(handle.get_color()) == plots.LIGHT[name]


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 17))
def test_directed_rounding_is_directed_and_close(value, digits):
    low, high = (Decimal(write(value, digits)) for write in (plots.at_least, plots.at_most))
    exact = Decimal(value)
    assert low <= exact <= high
    for found in (low, high):
        assert len(found.normalize().as_tuple().digits) <= digits
    assert high - low <= Decimal(10) ** (exact.adjusted() - digits + 1)


def test_regions_differ_in_marker_as_well_as_colour():
    styles = list(REGION_STYLE.values())
    assert len({role for role, _, _ in styles}) == len({marker for _, marker, _ in styles}) == len(styles)


def test_a_figure_without_words_is_refused(run):
    fig = plt.figure()
    assert plots.description(fig) is None
    with pytest.raises(InputError, match="say both"):
        plots.describe(fig, "Figure 1", " ", run)


def test_a_figure_says_what_its_thumbnail_shows_in_a_word_that_fits():
    fig, _ = plt.subplots(1, 2)
    versions = {"torch": "PyTorch 1"}
    plots.describe(fig, "Figure 1", "A line.", versions, word="2 ≠ 1", panel=1)
    assert (plots.description(fig).word, plots.description(fig).panel) == ("2 ≠ 1", 1)
    with pytest.raises(InputError, match="give at most 12 characters"):
        plots.describe(fig, "Figure 1", "A line.", versions, word="thirteen char")
    with pytest.raises(InputError, match="panel is 2; give a whole number from 0 to 1"):
        plots.describe(fig, "Figure 1", "A line.", versions, panel=2)
    plt.close(fig)


def test_a_figure_can_name_versions_without_a_run():
    fig = plt.figure()
    plots.describe(fig, "Figure 1", "One  line.", {"torch": "PyTorch 1", "jax": "JAX 2"})
    assert plots.description(fig) == plots.Description("Figure 1", "One line.", ("PyTorch 1", "JAX 2"))


def test_yellow_samples_have_an_outline_and_hollow_ones_no_face():
    assert plots.dots("yellow")["markeredgecolor"] == plots.LIGHT["ink"]
    assert plots.dots("red")["markeredgecolor"] == plots.LIGHT["red"]
    assert "markeredgecolor" not in plots.dots("yellow", hollow=True)


def test_places_in_the_plane_are_where_its_points_are_drawn():
    z = plots.plane_points(9)
    across, up = plots.plane_places(z[z != 0])
    drawn = np.linspace(-1.2, 1.2, 9) + 1j * np.linspace(1.2, -1.2, 9)[:, None]
    np.testing.assert_allclose(across + 1j * up, drawn[drawn != 0], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("value", "digits", "message"), [(float("nan"), 3, "value is nan"), (1.0, 0, "digits is 0")])
def test_what_cannot_be_rounded_is_refused(value, digits, message):
    for write in (plots.at_least, plots.at_most):
        with pytest.raises(InputError, match=message):
            write(value, digits)
