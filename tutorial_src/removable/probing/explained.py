"""The cause of what a probe has found wrong: which result is handed to the search, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from removable.errors import first_line
from removable.probing.cause import Cause, find
from removable.probing.evaluation import Evaluator
from removable.probing.line import Line
from removable.probing.verdict import Judged

__all__ = ["explained"]

_BESIDE = 0.05
"""The distance from the point, in units of the scale, at which the program is right."""


def explained(evaluator: Evaluator, line: Line, judged: Judged, output: int) -> Cause | None:
    """Name the operation that makes the first wrong derivative wrong.

    Parameters
    ----------
    evaluator, line
        The framework and the line.
    judged : Judged
        The verdict.
    output : int
        The number of the output.

    Returns
    -------
    Cause or None
        None if nothing is wrong, or if several elements move at once.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> print(probe(lambda x: torch.sin(x) / x, at=0.0).cause)
    operation 2 of 2, div, in "...torch.sin(x) / x..." (...): makes nan of 0 and 0
    """
    wrong = [k for k, order in enumerate(judged.orders) if order.is_wrong or not np.isfinite(order.at)]
    if judged.verdict != "unsound" or not wrong or line.at is None:
        return None
    order = wrong[0]
    smaller = [abs(known.true) for known in judged.orders[:order] if np.isfinite(known.true)]
    by = float(line.direction[line.moving_index])
    beside = _BESIDE * line.scale * by
    sides: list[float] = sorted(judged.outside.pieces) or [-1, 1]
    if len(sides) == 1:  # the program is meant for that side alone
        sides.append(sides[0] / 2)
    try:
        return find(
            line.name,
            _of_the_coordinate(evaluator, line, output),
            line.at + _worst(judged, order) * by,
            order=order,
            dtype=line.dtype,
            scale=max(smaller, default=0.0),
            beside=[line.at + side * beside for side in sides],
        )
    except Exception as error:  # a program with operations that cannot be run one by one
        return Cause("none", note=f"the search ended in {first_line(error)}")


def _worst(judged: Judged, order: int) -> float:
    """Return the offset at which to look: the point, or where the error is largest."""
    if judged.orders[order].right_at is not True:
        return 0.0
    errors = np.where(np.isfinite(judged.errors[order]), judged.errors[order], -1.0)
    return float(judged.offsets[int(np.argmax(errors))])


def _of_the_coordinate(evaluator: Evaluator, line: Line, output: int) -> Callable[[Any], Any]:
    """Return the program as a function of the one coordinate that moves."""

    def program(x: Any) -> Any:
        numbers = [number for part in line.program(evaluator.placed(line, x)) for number in evaluator.apart(part)]
        return numbers[output]

    return program
