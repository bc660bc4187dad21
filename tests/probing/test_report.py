"""What a report shows: rows that fit a page, whole calls, a table for notebooks."""

from __future__ import annotations

import html.parser
import json

import pytest
import torch
from removable.probing.probe import probe
from removable.probing.report import Report

WIDTH = 80
"""Columns of a terminal."""


def versine_over_square_of_the_angle(angle_between_the_two_directions: torch.Tensor) -> torch.Tensor:
    x = angle_between_the_two_directions
    return (1 - torch.cos(x)) / x**2


@pytest.fixture(scope="module")
def report() -> Report:
    return probe(versine_over_square_of_the_angle, at=0.0, order=3)


@pytest.mark.parametrize(
    "function",
    [versine_over_square_of_the_angle, torch.abs, torch.sin, lambda x: 1 / x, torch.sinc],
    ids=["wrong", "kink", "sound", "singular", "wrong beside it"],
)
def test_no_row_is_wider_than_a_terminal(function: object) -> None:
    assert max(map(len, str(probe(function, at=0.0, order=3, framework="torch")).splitlines())) <= WIDTH


def test_a_call_stays_in_one_row(report: Report) -> None:
    rows = [row.strip() for row in str(report).splitlines()]
    assert any("removable.repair(versine_over_square_of_the_angle, at=0.0)" in row for row in rows)


def test_what_is_nan_at_the_point_alone_is_not_counted_again(report: Report) -> None:
    assert report.orders[0].nan == 1
    assert "not finite" not in str(report)


def test_nan_beside_the_point_is_counted() -> None:
    report = probe(lambda x: torch.where(x.abs() < 1e-3, torch.nan * x, torch.sin(x)), at=0.0, framework="torch")
    value = report.orders[0]
    assert value.nan > 1
    assert f"not finite: value at {value.nan} of {value.samples} samples" in str(report)


def test_derivatives_that_vanish_on_both_sides_of_a_kink_are_printed_as_0() -> None:
    report = probe(lambda x: 3 * torch.abs(x), at=0.0, framework="torch")
    assert report.orders[2].one_sided == (0.0, 0.0)


class _Cells(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.text.setdefault(self.open[-1], []).append(data.strip())


def test_a_notebook_shows_what_a_terminal_shows(report: Report) -> None:
    cells = _Cells()
    cells.feed(report._repr_html_())
    assert not cells.open
    printed = " ".join(str(report).split())
    for text in [*cells.text["td"], *cells.text["caption"], *cells.text["strong"]]:
        assert text in printed
    for title, sentence in zip(cells.text["dt"], cells.text["dd"], strict=True):
        assert f"{title}: {sentence}" in printed


def test_names_of_functions_are_text_in_a_notebook() -> None:
    shown = probe(lambda x: torch.sin(x), at=0.0, framework="torch")._repr_html_()
    assert "&lt;lambda&gt;" in shown
    assert "<lambda>" not in shown


class _ReverseAlone(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(ctx, slope):
        return slope * torch.cos(ctx.saved_tensors[0])


def test_a_mode_that_a_function_does_not_take_is_said_to_be_passed_over() -> None:
    report = probe(_ReverseAlone.apply, at=0.5, framework="torch")
    assert report.verdict == "sound"
    assert [reason.partition(",")[0] for reason in report.worst.passed_over] == [
        "forward mode",
        "forward-over-reverse mode",
    ]
    assert "not looked at: forward mode, " in str(report)
    assert json.loads(report.to_json())["found"][0]["passed_over"] == list(report.worst.passed_over)


def test_a_precision_that_a_function_does_not_take_is_said_to_be_passed_over() -> None:
    matrix = torch.eye(2, dtype=torch.float64)
    report = probe(lambda v: (matrix @ v).sum(), at=[0.3, 0.4], along=0, framework="torch")
    assert report.verdict == "sound"
    (reason,) = report.worst.passed_over
    assert reason.startswith("float32, RuntimeError: ")
