"""Public reports: each program fails as it was typed, and the line beside it cures it.

What cannot be cured is refused with the reason.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from remedy.reports import ALL, COUNTS, KINDS, REPORTS, WAYS, Line, Refused, Report, function, get, points, truth
from removable import errors, frameworks

PAGE = Path(__file__).parents[2] / "docs" / "beyond" / "reports.md"

ROWS = [f"R{k:02}" for k in range(1, 27) if k not in (5, 7, 12, 13, 16, 20)]
"""The reports; numbers that are missing were reports of the same formula as another."""

LINES = [(report, line, framework) for report in REPORTS for line in report.lines for framework in line.frameworks]
REFUSED = [(report, line, framework) for report in REPORTS for line in report.refused for framework in line.frameworks]


@contextlib.contextmanager
def double(framework: str) -> Iterator[None]:
    """Let JAX compute in double precision."""
    with contextlib.ExitStack() as stack:
        if framework == "jax":
            import jax

            stack.enter_context(jax.enable_x64(True))
        yield


def found(report: Report, text: str, framework: str, x: np.ndarray, order: int = 2) -> np.ndarray:
    """Return value and derivatives of a formula in a framework, shape (order + 1, n)."""
    h = function(report, text, framework)
    with double(framework):
        return frameworks.get(framework).derivatives(lambda x, _: h(x), x, order=order)


def off(rows: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return for each row the largest error, relative to the largest size or to 1.

    It is infinite where a number is missing.
    """
    with np.errstate(invalid="ignore"):
        error = np.abs(rows - true).max(1) / np.maximum(1.0, np.abs(true).max(1))
    return np.where(np.isfinite(error), error, np.inf)


def excess(report: Report, line: Line, framework: str) -> np.ndarray:
    """Return by how much a line is off at and near the point, as multiples of what it may be."""
    x = points(report)
    true = truth(report, x)[line.of :]
    rows = found(report, line.text, framework, x, order=len(true) - 1)
    return off(rows, true) / line.bounds[: len(true)]


def named(value: object) -> str:
    if isinstance(value, Line):
        return value.way
    return value.name.replace(" ", "-") if isinstance(value, Report) else str(value)[:10].split("(")[0]


def test_every_row_is_there() -> None:
    assert sorted({report.name[:3] for report in REPORTS}) == ROWS
    assert {report.kind for report in REPORTS} == set(KINDS)
    assert {line.way for report in REPORTS for line in report.lines} == set(WAYS)
    assert len({report.name for report in REPORTS}) == len(REPORTS)
    assert all(report.lines for report in REPORTS)
    assert sum(COUNTS.values()) == 252


def test_the_truth_is_what_series_say() -> None:
    """The first coefficients, by hand, at the point."""
    by_hand = {
        "R02": (1.0, 0.0, -2 / 3),
        "R03, fifth power": (1 / 120, 0.0, -2 / 5040),
        "R06": (10 / 3, -13.125, 725 / 12),
        "R17 by ka": (1.2 * np.exp(-1.2), 1.6 * np.exp(-1.2), -9.6 * np.exp(-1.2)),
        "R18": (1 / 2, 1 / 3, 1 / 4),
        "R19": (1.5, 1.0, 0.0),
        "R21, pole": (2.0, 0.0, 0.9976 / 2),
        "R25": (0.0, -1 / 2, 2 / 3),
        "R26": (0.0, 0.74, -0.18),
    }
    for name, numbers in by_hand.items():
        report = get(name)
        np.testing.assert_allclose(truth(report, np.array([report.at]))[:, 0], numbers, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("framework", ALL)
@pytest.mark.parametrize("report", REPORTS, ids=named)
def test_as_typed_it_fails(report: Report, framework: str) -> None:
    """At the point something is missing or wrong, though somewhere near it is right in value."""
    x = report.at + np.array([0.0, 0.1, -0.1])
    true = truth(report, x)
    if report.kind == "G" and framework != "jax":  # they refuse to invert
        with pytest.raises(Exception, match=r"singular|invertible"):
            found(report, report.typed, framework, x)
        return
    rows = found(report, report.typed, framework, x, order=0 if report.kind == "G" else 2)
    assert off(rows[:, :1], true[: len(rows), :1]).max() > 1e-6
    assert np.nanmin(np.abs(rows[0, 1:] - true[0, 1:])) < 1e-8


@pytest.mark.parametrize(("report", "line", "framework"), LINES, ids=named)
def test_the_line_cures_it(report: Report, line: Line, framework: str) -> None:
    times = excess(report, line, framework)
    assert (times <= 1).all(), times * line.bounds[: len(times)]


@pytest.mark.parametrize(("report", "refused", "framework"), REFUSED, ids=named)
def test_what_is_not_cured_is_told_why(report: Report, refused: Refused, framework: str) -> None:
    with pytest.raises(getattr(errors, refused.error)) as raised:
        found(report, refused.text, framework, points(report))
    told, beginning = str(raised.value), refused.sentence.removesuffix("...")
    assert told == beginning or (told.startswith(beginning) and beginning != refused.sentence)


@pytest.mark.parametrize("framework", ALL)
def test_a_branch_within_reach_is_not_continued_over(framework: str) -> None:
    """Beside the point nothing is wrong with the identity.

    Half a unit further on the program is another one.
    """
    report = get("R19")
    text = report.lines[0].text
    x = np.array([1.5, 0.5, 0.0, -0.5])
    rows = found(report, f"repair(lambda x: {text}, at=1.5)(x)", framework, x)
    assert off(rows, found(report, text, framework, x)).max() < 1e-8


def test_a_line_that_is_wrong_is_found() -> None:
    """The test finds each line that is wrong.

    The first takes the exponential of each element in place of that of the matrix. The second has a
    Hessian that a clipped length makes 0. The others are other functions.
    """
    wrong = [
        (get("R18"), Line("ready-made", "entry(expm1_over_x(jordan(x)), 0, 1)", frameworks=("torch",))),
        (get("R10"), Line("rewriting", "(1 + 5*dot(v, v)/3) * exp(-sqrt5*sqrt(dot(v, v) + 1e-30))")),
        (get("R25"), Line("ready-made", "exp(-x) - expm1_over_x(-x) * (1 + 1e-12)")),
        (get("R24"), Line("rewriting", "xlogy(y, mu / (mu + 2)) - 2*log(1 + mu/2)", frameworks=("torch", "jax"))),
    ]
    for report, line in wrong:
        for framework in line.frameworks:
            assert not (excess(report, line, framework) <= 1).all(), (report, line.text, framework)


# ----------------------------------------------------------------------------------------- the page
SPELLINGS = {
    r"torch\.|tf\.math\.|tf\.|jnp\.|\s+": "",
    r"dot\(v,v\)": "v@v",
    r"norm\(v\)": "v.norm()",
    r"v([123])": lambda found: f"v[{int(found[1]) - 1}]",
}
"""From formulas of the tests to those of the page, both without the names of modules."""


def bare(text: str) -> str:
    """Write a formula without spaces and modules, a length and a component as on the page."""
    return functools.reduce(lambda text, item: re.sub(item[0], item[1], text), SPELLINGS.items(), text)


def test_the_page_has_every_report() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [link for report in REPORTS for link in report.links if f"({link})" not in text] == []
    assert [kind for kind in KINDS if f"\n## {kind}" not in text and f"\n### {kind}" not in text] == []


def test_the_page_has_the_formulas_that_are_tested() -> None:
    """The page has each program as typed, in the body of a function.

    Matrices and the closed form are written otherwise there.
    """
    text = bare(PAGE.read_text(encoding="utf-8"))
    those = [report for report in REPORTS if report.kind != "G" and report.lines[0].way != "closed form"]
    assert [report.name for report in those if not on_the_page(report, text)] == []


def on_the_page(report: Report, text: str) -> bool:
    formulas = [report.typed, *(line.text for line in report.lines)]
    return any(bare(formula) in text or re.sub(r"\([^()]*\)$", "", bare(formula)) in text for formula in formulas)


def test_the_page_has_the_sentences_of_refusals() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert get("R10").refused[0].sentence in text
    assert get("R08").refused[0].sentence in text


def test_the_page_has_the_counts() -> None:
    rows = re.findall(r"^\| (.+?),? .*\| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(count) for _, count in rows] == list(COUNTS.values())
