"""The picture of a report: what is drawn where, and what the legend explains."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from removable.errors import InputError
from removable.plots import probed
from removable.probing.probe import probe

DRAWN: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "a kink": (torch.relu, 0.0, {}),
    "a hole": (lambda x: torch.sin(x) / x, 0.0, {}),
    "a wrong rule": (torch.sinc, 0.0, {}),
    "sound": (torch.sin, 0.3, {}),
    "a straight line": (lambda x: 2 * x, 0.0, {}),
    "one side": (torch.relu, 0.0, {"side": "right"}),
    "one order": (torch.sin, 0.3, {"order": 0}),
    "large": (torch.exp, 700.0, {}),
    "overflow": (lambda x: torch.log(1 + torch.exp(x)), 800.0, {}),
    "tiny": (lambda x: 1e-250 * torch.sin(x), 0.3, {}),
    "huge": (lambda x: 1e250 * torch.sin(x), 0.3, {}),
    "half precision": (torch.sin, 0.3, {"dtype": "bfloat16"}),
}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close all figures."""
    yield
    plt.close("all")


def drawn(name: str) -> tuple[Figure, np.ndarray]:
    """Draw a report, with warnings as errors."""
    function, at, keywords = DRAWN[name]
    report = probe(function, at, framework="torch", **keywords)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig, axes = probed(report)
        fig.canvas.draw()
    return fig, axes


@pytest.mark.parametrize("name", DRAWN)
def test_everything_is_within_its_panel_and_in_the_legend(name: str) -> None:
    fig, axes = drawn(name)
    (legend,) = fig.legends
    explained = {text.get_text() for text in legend.get_texts()}
    labels = [label for ax in axes for label in ax.get_legend_handles_labels()[1]]
    assert explained == set(labels)
    assert len(legend.get_texts()) == len(explained)
    bottom = min(ax.get_tightbbox().y0 for ax in axes)
    assert legend.get_window_extent().y1 <= bottom + 1
    for ax in axes:
        low, high = ax.get_ylim()
        for line in ax.lines:
            y = np.asarray(line.get_ydata())
            assert ((low <= y) & (y <= high)).all()


def test_what_is_exactly_right_stands_below_what_is_allowed() -> None:
    judged = probe(torch.relu, 0.0).worst.judged
    _, axes = drawn("a kink")
    zeros = 0
    for k, ax in enumerate(axes):
        bottom = ax.get_ylim()[0]
        for sign, label in ((-1, "left of the point"), (1, "right of the point")):
            (line,) = (line for line in ax.lines if line.get_label() == label)
            exact = (judged.errors[k] == 0) & (np.sign(judged.offsets) == sign)
            at_the_bottom = np.isin(line.get_xdata(), np.abs(judged.offsets[exact]))
            assert (np.asarray(line.get_ydata())[at_the_bottom] == bottom).all()
            zeros += int(at_the_bottom.sum())
        assert bottom < np.nanmin(judged.allowed[k][judged.offsets != 0])
    assert zeros > 20


def test_the_shaded_stretch_ends_at_the_width() -> None:
    report = probe(torch.sinc, 0.0)
    _, axes = probed(report.worst)
    for ax, order in zip(axes, report.orders, strict=True):
        spans = [patch for patch in ax.patches if patch.get_label() == "wrong out to here"]
        assert len(spans) == bool(order.width)
        for span in spans:
            assert np.isclose(span.get_extents().transformed(ax.transData.inverted()).x1, order.width)


@pytest.mark.parametrize("report", ["x", None, 3.0, probe])
def test_anything_but_a_report_is_refused_in_one_sentence(report: Any) -> None:
    with pytest.raises(InputError, match=r"^report is .*; give what removable.probe returns"):
        probed(report)


def test_a_report_without_errors_is_refused() -> None:
    with pytest.raises(InputError, match="no errors to draw"):
        probed(probe(lambda x: 1 / x, 0.0, framework="torch"))
    with pytest.raises(InputError, match="no point was found"):
        probed(probe(torch.sin, between=(0.0, 1.0)))
