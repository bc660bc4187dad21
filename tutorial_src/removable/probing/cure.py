"""What to write instead: the call that repairs a function, and what it returns at the point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from removable.arguments import PRECISIONS
from removable.probing.evaluation import Evaluator
from removable.probing.line import Line
from removable.probing.outside import Outside
from removable.probing.verdict import Judged
from removable.remedy.repair import repair

__all__ = ["Cure", "cure"]

_THE_REMEDY, _OF_A_LENGTH = "The remedy", "Smooth functions of a length"
"""Titles of pages of the tutorial."""

_NAMES = ("value", "slope", "second derivative", "third derivative")

_DISTANCES = 0.05 * np.array([1.0, 0.61, 0.37])
"""Where values in several directions are compared, in units of the scale."""

_DIRECTIONS = 3
"""So many directions, drawn by chance, are looked at, and each of them on both sides."""

_EVEN, _ROUNDINGS = 1e-9, 1000
"""Values are the same if they differ by less than this part of the largest, or by so many
roundings."""


@dataclass(frozen=True)
class Cure:
    """A remedy.

    Attributes
    ----------
    advice : str
        What to write, with the call.
    values : tuple of float
        The value and derivatives that the call returns at the point; empty if it was not tried.
    page : str
        The page of the tutorial that tells more.
    """

    advice: str
    values: tuple[float, ...]
    page: str

    def __str__(self) -> str:
        returned = f", which returns {', '.join(f'{value:.7g}' for value in self.values)} there" if self.values else ""
        page = f" (page: {self.page})" if self.page else ""
        return f"{self.advice}{returned}{page}"


def cure(
    function: Callable[..., Any],
    name: str,
    evaluator: Evaluator,
    line: Line,
    judged: Judged,
    outputs: int,
    picked: Callable[[np.ndarray], np.ndarray],
) -> Cure | None:
    """Return what cures a function that is wrong at a point; None if nothing is known.

    Parameters
    ----------
    function : callable
        The user's function.
    name : str
        What it is called in the advice.
    evaluator, line
        The framework and the line.
    judged : Judged
        The verdict.
    outputs : int
        How many numbers the function returns.
    picked : callable
        Takes an array whose last axis has the outputs to the one that is judged.

    Returns
    -------
    Cure or None
        The remedy. A call of ``repair`` is tried, and named with its values only if they are true.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> print(probe(torch.sinc, at=0.0).worst.cure)
    removable.repair(sinc, at=0.0), which returns 1, 0, -3.289868 there (page: The remedy)
    """
    if judged.verdict != "unsound":
        return None
    if judged.outside.kind == "none":
        return Cure(
            "compute it by the framework's own function for large arguments (logsumexp, softplus, log_sigmoid, hypot)",
            (),
            _THE_REMEDY,
        )
    far = [name for name, order in zip(_NAMES, judged.orders, strict=False) if order.at_least]
    if far:
        what = f"the {' and the '.join(far[:2])} {'is' if len(far) == 1 else 'are'}"
        return Cure(
            f"compute it in another way: {what} wrong as far out as was looked at, and no call repairs that", (), ""
        )
    if judged.outside.kind in ("kink", "jump"):
        return Cure("select between the two sides by where, each with arguments that are safe for it", (), _THE_REMEDY)
    if not line.start.shape and outputs == 1 and (values := _repaired(function, evaluator, line, judged)):
        return Cure(f"removable.repair({name}, at={line.at!r})", values, _THE_REMEDY)
    if _is_of_the_length(evaluator, line, judged.outside, picked):
        return Cure(
            "the function depends on the length of the vector alone: write it as removable.even(f)(v @ v), "
            "with f the function of the length",
            (),
            _OF_A_LENGTH,
        )
    part = "the part of the function that has the hole, as a function of one number"
    if line.at is None:
        return Cure(f"removable.repair(f, at=...), with f {part}, and the point at which it has it", (), _THE_REMEDY)
    return Cure(f"removable.repair(f, at={line.at!r}), with f {part}", (), _THE_REMEDY)


def _repaired(function: Callable[..., Any], evaluator: Evaluator, line: Line, judged: Judged) -> tuple[float, ...]:
    """Return value and derivatives of the repaired function, if they are true."""

    def program(x: Any) -> Any:
        return evaluator.outputs(repaired(x))

    try:
        repaired = repair(function, at=line.at)
        mended = Line(line.name, program, line.start, line.direction, line.dtype, line.label)
        rows = evaluator.derivatives(mended, np.zeros(1), len(judged.orders) - 1, line.dtype)[:, 0, 0]
    except Exception:  # whatever a user's program says of the arguments of the remedy; it is then not named
        return ()
    here = int(np.argmin(np.abs(judged.offsets)))
    true = np.array([order.true for order in judged.orders])
    right = np.abs(rows - true) <= judged.allowed[:, here]
    return tuple(rows.tolist()) if right.all() else ()


def _is_of_the_length(
    evaluator: Evaluator, line: Line, outside: Outside, picked: Callable[[np.ndarray], np.ndarray]
) -> bool:
    """Tell whether a function of a vector at 0 is the same in every direction that is tried."""
    if line.start.size < 2 or line.start.any():
        return False
    distances = line.scale * _DISTANCES * np.linalg.norm(line.direction)
    wanted = outside.at(line.scale * _DISTANCES, 0)[0]
    generator = np.random.default_rng(2)
    for dtype in dict.fromkeys(("float64", line.dtype)):
        allowed = max(_EVEN, _ROUNDINGS * 2.0 ** -PRECISIONS[dtype]) * np.max(np.abs(wanted))
        try:
            for _ in range(_DIRECTIONS):
                direction = generator.normal(size=line.start.shape)
                other = replace(line, direction=direction / np.linalg.norm(direction))
                for sign in (1, -1):
                    values = picked(evaluator.values(other, sign * distances, dtype))
                    if not np.all(np.abs(values - wanted) <= allowed):
                        return False
        except Exception:  # a program that holds tensors in single precision
            continue
        return True
    return False
