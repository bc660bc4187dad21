"""The operation that makes a number which is not finite, or 0 of numbers that are not 0.

From the result a way leads back along numbers that are not finite to an operation whose inputs are
finite. The first NaN of the run would not do: it may be one that ``where`` leaves out.
"""

from __future__ import annotations

import math

import numpy as np

from removable.probing.cause.finding import Cause
from removable.probing.cause.plain import smallest_normal
from removable.probing.cause.reference import telling
from removable.probing.cause.samples import Experiment

__all__ = ["not_finite", "out_of_range"]


def not_finite(experiment: Experiment) -> Cause | None:
    """Find where a result that is not finite comes from.

    Parameters
    ----------
    experiment : Experiment
        The program.

    Returns
    -------
    Cause or None
        Of kind ``"underflow"`` if an operation makes NaN or infinity of a 0 that an underflow has
        left; None if the result is finite, or no operation of the program made it.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, argument
    >>> from removable.probing.cause.finite import not_finite
    >>> from removable.probing.cause.samples import Experiment
    >>> def run(tape, at):
    ...     return apply(tape, "div", np.divide, argument(at), argument(at))
    >>> with np.errstate(all="ignore"):
    ...     print(not_finite(Experiment(run, 0.0, scale=0.0, samples=8)))
    operation 1 of 1, div, a.py:1: makes nan of 0 and 0
    """
    if math.isfinite(experiment.result) or experiment.producer is None:
        return None
    steps = experiment.reference.steps
    seen: set[int] = set()
    ahead = [experiment.producer]
    while ahead:
        index = ahead.pop()
        if index not in seen:
            seen.add(index)
            ahead += [p for p in experiment.producers(index) if steps[p].bad or p in steps[index].containers]
    first = [index for index in sorted(seen) if steps[index].bad and all(steps[index].finite)]
    if not first:
        return experiment.found("not finite", min(seen), note="what went in was not finite already")
    index = first[0]
    zero = _vanished(experiment, index)
    if zero is not None:
        return _underflow(
            experiment, zero, note=f"{experiment.reference.names[index]} then makes {_came(experiment, index)}"
        )
    return _not_finite(experiment, index)


def out_of_range(experiment: Experiment) -> Cause | None:
    """Find an operation that makes 0 or infinity of numbers that are neither, where it matters.

    The result itself is finite. That the operation matters to it is tested by putting the smallest
    normal number in the place of the 0, or the largest in that of infinity.

    Parameters
    ----------
    experiment : Experiment
        The program.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, argument
    >>> from removable.probing.cause.finite import out_of_range
    >>> from removable.probing.cause.samples import Experiment
    >>> def run(tape, at):
    ...     return apply(tape, "sqrt", np.sqrt, apply(tape, "square", np.square, argument(at)))
    >>> print(out_of_range(Experiment(run, 1e-200, scale=0.0, samples=8)))
    operation 1 of 2, square, a.py:1: underflows, to 0 from 1e-200
    """
    for index, step in enumerate(experiment.reference.steps):
        if step.vanishes:
            tiny = [_filled(array, step.eps) for array in step.outputs]
            if experiment.changed(held={index: tiny}):
                return _underflow(experiment, index)
        if step.overflows:
            huge = [np.nan_to_num(array, nan=np.nan) for array in step.outputs]
            if experiment.changed(held={index: huge}):
                return _not_finite(experiment, index, note="which leads to a finite number that is wrong")
    return None


def _filled(array: np.ndarray, eps: float) -> np.ndarray:
    """Return an array with the smallest normal number in the place of each 0."""
    return np.where(array == 0, smallest_normal(array.dtype, eps), array).astype(array.dtype)


def _vanished(experiment: Experiment, index: int) -> int | None:
    """Follow a 0 that went into an operation back to one that made it of other numbers."""
    steps = experiment.reference.steps
    for start, zero in zip(steps[index].producers, steps[index].zero, strict=True):
        place = start if zero else None
        while place is not None:
            if steps[place].vanishes:
                return place
            step = steps[place]
            ways = [p for p, is_zero in zip(step.producers, step.zero, strict=True) if is_zero and p is not None]
            place = ways[0] if ways else None
    return None


def _not_finite(experiment: Experiment, index: int, note: str = "") -> Cause:
    step = experiment.reference.steps[index]
    outputs = (telling(step.outputs[0], step.outputs),)
    return experiment.found("not finite", index, inputs=tuple(step.values[:3]), outputs=outputs, note=note)


def _underflow(experiment: Experiment, index: int, note: str = "") -> Cause:
    values = tuple(experiment.reference.steps[index].values[:3])
    return experiment.found("underflow", index, inputs=values, outputs=(0.0,), note=note)


def _came(experiment: Experiment, index: int) -> str:
    outputs = experiment.reference.steps[index].outputs
    return f"{telling(outputs[0], outputs):.6g}"
