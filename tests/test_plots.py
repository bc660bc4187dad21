"""Figures: what is drawn, in which colours, with which description."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from removable import functions as fn
from removable import plots
from removable.errors import InputError
from removable.sweep import sweep


@pytest.fixture(autouse=True)
def _no_screen():
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def run():
    return sweep(fn.h, meant=fn.h_hat)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours as WCAG defines it."""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


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
    for palette in (plots.LIGHT, plots.DARK):
        assert len(set(palette.values())) == len(palette)


@pytest.mark.parametrize("palette", [plots.LIGHT, plots.DARK])
def test_marks_stand_out_from_the_page(palette):
    for role in ("meant", "written", "red", "green", "black"):
        assert contrast(palette[role], palette["paper"]) >= 3, role
    assert contrast(palette["ink"], palette["paper"]) >= 7
    # Yellow on white cannot reach 3 and stay yellow; its square markers carry the distinction.
    assert contrast(palette["yellow"], palette["paper"]) >= 2


def test_regions_differ_in_marker_as_well_as_colour():
    styles = list(plots._REGION_STYLE.values())
    assert len({role for role, _, _ in styles}) == len({marker for _, marker, _ in styles}) == len(styles)


def test_a_figure_without_words_is_refused(run):
    fig = plt.figure()
    assert plots.description(fig) is None
    with pytest.raises(InputError, match="say both"):
        plots.describe(fig, "Figure 1", " ", run)
