"""Runs with random roundings, and how far apart they come out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from removable.probing.cause.finding import Cause, Kind
from removable.probing.cause.reference import Reference
from removable.probing.cause.rounding import rounded
from removable.probing.cause.tape import ARGUMENT, Arrays, Operation, Run, Tape

__all__ = ["Experiment", "Range", "Sample"]

_GAIN = 2.0**10
"""What an operation must at least multiply errors by to be accused: ten bits, if there are so
many."""

_LOST = 0.25
"""The relative spread of a result that has hardly a digit left."""

_TOLERANCE = 1e-6
"""The relative spread of a result below which its digits are not looked at."""


class Range:
    """The smallest and the largest of several arrays, element by element.

    The arrays themselves are not kept.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.samples import Range
    >>> seen = Range()
    >>> for values in ([1.0, 4.0], [1.0, 5.0]):
    ...     seen.add(np.array(values))
    >>> seen.spread(), seen.spread(size=10.0)
    (0.2, 0.1)
    """

    def __init__(self) -> None:
        self._low: np.ndarray | None = None
        self._high: np.ndarray | None = None
        self._always = np.array(True)

    def add(self, array: np.ndarray) -> None:
        """Take in one more array of the same shape."""
        finite = np.isfinite(array)
        values = np.where(finite, array, np.nan)
        if self._low is None or self._high is None:
            self._low, self._high, self._always = values, values, finite
        elif self._low.shape == values.shape:
            self._low = np.fmin(self._low, values)
            self._high = np.fmax(self._high, values)
            self._always = self._always & finite

    def spread(self, size: float = 0.0) -> float:
        """Return the largest difference of an element relative to its size.

        Parameters
        ----------
        size : float
            If positive, the difference is relative to this, or to the largest element where that is
            larger.

        Returns
        -------
        float
            Infinite if an element was finite in some of the arrays alone; 0 without arrays.
        """
        if self._low is None or self._high is None or not self._low.size:
            return 0.0
        ever = ~np.isnan(self._low)
        if (ever & ~self._always).any():
            return math.inf
        low, high = np.where(ever, self._low, 0.0), np.where(ever, self._high, 0.0)
        sizes = np.maximum(np.abs(low), np.abs(high)).astype(float)
        if size:
            sizes = np.full_like(sizes, max(float(sizes.max()), size))
        differences = high.astype(float) - low.astype(float)
        return float(np.max(np.where(sizes > 0, differences / np.where(sizes > 0, sizes, 1.0), 0.0)))


class _Ranges:
    """The ranges of what goes into one operation, and of what comes out."""

    def __init__(self) -> None:
        self._inputs: list[Range] = []
        self._outputs: list[Range] = []

    def add(self, operation: Operation, outputs: Arrays) -> None:
        inputs = [value for value in operation.inputs if value.array is not None]
        self._inputs += [Range() for _ in range(len(inputs) - len(self._inputs))]
        self._outputs += [Range() for _ in range(len(outputs) - len(self._outputs))]
        for seen, value in zip(self._inputs, inputs, strict=False):
            if value.producer is not None and value.array is not None:  # others are the same in every run
                seen.add(value.array)
        for seen, array in zip(self._outputs, outputs, strict=False):
            seen.add(array)

    def spreads(self) -> tuple[list[float], float]:
        inputs = [seen.spread() for seen in self._inputs]
        return inputs, max((seen.spread() for seen in self._outputs), default=max(inputs, default=0.0))


class Sample(Tape):
    """A run whose operations are off by one rounding, at random.

    Parameters
    ----------
    reference : Reference
        The run without perturbation.
    seed : int or None
        Of the random numbers; None for a run without them.
    held : dict, optional
        Outputs that some operations are given instead of their own.
    forced : dict, optional
        Results that some comparisons are to have.
    ranges : list, optional
        Where to note what goes in and comes out.

    Attributes
    ----------
    parted : int or None
        The first operation that is not that of the reference.
    """

    def __init__(
        self,
        reference: Reference,
        seed: int | None,
        *,
        held: Mapping[int, Arrays] | None = None,
        forced: Mapping[int, np.ndarray] | None = None,
        ranges: list[_Ranges] | None = None,
    ) -> None:
        super().__init__(forced)
        self._reference = reference
        self._generator = None if seed is None else np.random.default_rng(seed)
        self._held = held or {}
        self._ranges = ranges
        self.parted: int | None = None

    def add(self, operation: Operation) -> Arrays:
        """Perturb the outputs, unless the operation only moves numbers."""
        super().add(operation)
        self._note_parting()
        outputs = operation.outputs
        if self.parted is not None:
            return self._perturbed(outputs, operation.eps) if operation.inputs else outputs
        held = self._held.get(self.last)
        if held is not None:
            outputs = [np.array(array) for array in held]
        if not self._reference.steps[self.last].moves:
            outputs = self._perturbed(outputs, operation.eps)
        if self._ranges is not None:
            self._ranges[self.last].add(operation, outputs)
        return outputs

    def compare(self, name: str, where: str, result: np.ndarray) -> np.ndarray:
        """Take in the result of a comparison."""
        result = super().compare(name, where, result)
        self._note_parting()
        return result

    def _note_parting(self) -> None:
        names = self._reference.names
        if self.parted is None and self.names[self.last] != "".join(names[self.last : self.last + 1]):
            self.parted = self.last

    def _perturbed(self, outputs: Arrays, eps: float) -> Arrays:
        if self._generator is None:
            return outputs
        return [rounded(array, eps, self._generator) for array in outputs]


def _gain(eps: float) -> float:
    """Return what an operation must multiply errors by; half precision has few bits to lose."""
    return min(_GAIN, _LOST / max(eps, 2.0**-52))


class Experiment:
    """A program at a point, and what random roundings do to it.

    Parameters
    ----------
    run : callable
        The program.
    at : float
        The point.
    scale : float
        A size of the result below which its digits do not matter.
    samples : int
        The number of runs with random roundings.

    Attributes
    ----------
    reference : Reference
        The run without perturbation.
    result : float
        Its result.
    producer : int or None
        The operation that made the result.
    spread : float
        The spread of the results, relative to the largest of them and to ``scale``.
    gain : float
        What an operation must at least multiply errors by to be accused.
    tolerance : float
        The spread up to which digits are not lost.
    flipped : list of int
        Comparisons that came out differently with some roundings.
    parted : int or None
        The first operation that was another one with some roundings.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, argument
    >>> from removable.probing.cause.samples import Experiment
    >>> def run(tape, at):
    ...     return apply(tape, "rsub", lambda c: 1 - c, apply(tape, "cos", np.cos, argument(at)))
    >>> def spread(at):
    ...     return Experiment(run, at, scale=0.0, samples=8).spread
    >>> spread(1.0) < 1e-15, spread(1e-3) > 1e-11
    (True, True)
    """

    def __init__(self, run: Run, at: float, *, scale: float, samples: int) -> None:
        self.run, self.at, self.scale, self.samples = run, at, scale, samples
        self.flipped: list[int] = []
        self.parted: int | None = None
        self.reference = Reference()
        self.result, self.producer = self.outcome(self.reference)
        self._eps = self.reference.steps[self.producer].eps if self.producer is not None else 0.0
        self.gain = _gain(self._eps)
        self.tolerance = max(_TOLERANCE, self.gain * self._eps)
        # Below this a result is at the end of the range of numbers, and has no digits to judge.
        self._least = float(np.finfo(self._dtype()).tiny) * 2.0**52
        ranges = [_Ranges() for _ in self.reference.steps]
        self.spread = self._shaken(ranges=ranges)
        self.inputs: list[list[float]] = []
        self.outputs: list[float] = []
        for seen in ranges:
            inputs, output = seen.spreads()
            self.inputs.append(inputs)
            self.outputs.append(output)

    def _dtype(self) -> np.dtype:
        outputs = [] if self.producer is None else self.reference.steps[self.producer].outputs
        return outputs[0].dtype if outputs else np.dtype(np.float64)

    def outcome(self, tape: Tape, at: float | None = None) -> tuple[float, int | None]:
        """Run the program, and return its result and the operation that made it."""
        value = self.run(tape, self.at if at is None else at)
        array = np.zeros(1) if value.array is None else value.array
        return float(array.ravel()[0]), None if value.producer == ARGUMENT else value.producer

    def changed(
        self, *, held: Mapping[int, Arrays] | None = None, forced: Mapping[int, np.ndarray] | None = None
    ) -> bool:
        """Tell whether the result is another one with other outputs, without random roundings."""
        result = self.outcome(Sample(self.reference, None, held=held, forced=forced))[0]
        if not (math.isfinite(result) and math.isfinite(self.result)):
            return math.isfinite(result) != math.isfinite(self.result)
        size = max(abs(result), abs(self.result), self.scale)
        return abs(result - self.result) > max(self.tolerance * size, self._least)

    def at_rest(
        self, *, held: Mapping[int, Arrays] | None = None, forced: Mapping[int, np.ndarray] | None = None
    ) -> bool:
        """Tell whether the results cease to scatter when something is held.

        The random roundings are those of the first runs: with others a part may seem to be the
        whole cause by chance.
        """
        noise = 4 * self._eps
        return self._shaken(held=held, forced=forced) < max(min(self.spread, 2.0) / 30, noise)

    def _shaken(self, *, ranges: list[_Ranges] | None = None, **given: Any) -> float:
        results = Range()
        for seed in range(self.samples):
            tape = Sample(self.reference, seed, ranges=ranges, **given)
            results.add(np.array([self.outcome(tape)[0]]))
            if ranges is not None:
                self._note_branches(tape)
        return results.spread(size=self.scale)

    def _note_branches(self, tape: Sample) -> None:
        if tape.parted is not None:
            self.parted = tape.parted if self.parted is None else min(self.parted, tape.parted)
        pairs = zip(self.reference.comparisons, tape.comparisons, strict=False)
        for place, (here, there) in enumerate(pairs):
            if here.name != there.name:
                return
            if here.differs(there) and place not in self.flipped:
                self.flipped.append(place)

    def loses(self, index: int, *, faint: bool = False) -> bool:
        """Tell whether an operation loses digits that its inputs still have.

        Faint is a loss that leaves enough of them, unless it is multiplied.
        """
        step = self.reference.steps[index]
        spread = self.outputs[index]
        least = 0.0 if faint else self.tolerance
        before = max([*self.inputs[index], step.eps])
        return not step.moves and spread > max(least, _gain(step.eps) * before)

    def producers(self, index: int) -> list[int]:
        """Return the operations whose results went into one, through containers as well."""
        step = self.reference.steps[index]
        return [p for p in step.producers if p is not None] + step.containers

    def found(self, kind: Kind, index: int, **more: Any) -> Cause:
        """Return the finding that it is this operation."""
        names, lines = self.reference.names, self.reference.lines
        return Cause(kind, names[index], lines[index], index + 1, len(names), **more)
