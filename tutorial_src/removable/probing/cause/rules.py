"""An operation whose own derivative rule contradicts its values, or that has none.

The slopes of what goes into an operation, and of what comes out, are measured on points beside.
They are to agree with the rule of reverse mode that the framework has for this operation. Where the
derivative of order k is wrong, the program for the derivative of order k - 1 is looked at, so that
the operations of a backward pass are judged like any other.

An operation that is not differentiated, as ``detach``, explains a result if the values have its
slope once the output of the operation is held still.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from removable.probing.cause.finding import Cause
from removable.probing.cause.tape import Arrays, Operation, Run, Tape, Value

__all__ = ["Beside"]

_STEPS = (1 / 8, 1 / 4, 1 / 2, 1)
"""Where slopes are measured, in units of the farthest point; three extrapolations use them up."""

_ALONE = 8
"""So many operations that are not differentiated are held one at a time."""

_NO_RULE = "it has no derivative in this framework"
_OUTSIDE = "it was computed outside the framework"

_TOLERANCE = 1e-3
"""The relative difference of two slopes up to which they agree."""


class _Slopes(Tape):
    """Keeps what goes into each operation, what comes out, and its rule."""

    whole = True

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []

    def add(self, operation: Operation) -> Arrays:
        super().add(operation)
        self.operations.append(operation)
        return operation.outputs

    def compare(self, name: str, where: str, result: np.ndarray) -> np.ndarray:
        self.operations.append(Operation(name, where, [], [], 1.0))
        return super().compare(name, where, result)


class _Still(Tape):
    """Gives some operations the outputs that they have at the point."""

    whole = True

    def __init__(self, held: Mapping[int, Arrays]) -> None:
        super().__init__()
        self._held = held

    def add(self, operation: Operation) -> Arrays:
        super().add(operation)
        held = self._held.get(self.last)
        return operation.outputs if held is None else [np.array(array) for array in held]


@dataclass(frozen=True)
class _Slope:
    """A one-sided slope of each element, and how far off it may be."""

    value: np.ndarray
    error: np.ndarray


@dataclass(frozen=True)
class _Judgement:
    """What the rule gives and what the values have, on one side."""

    rule: float
    slope: float
    allowed: float
    has_rule: bool = True

    @property
    def excess(self) -> int:
        """The sign of the difference; 0 if they agree or cannot be compared."""
        difference = self.rule - self.slope
        return int(np.sign(difference)) if abs(difference) > self.allowed else 0


class Beside:
    """The program for the derivative of one order less, at a point and beside it.

    Parameters
    ----------
    lower : callable
        That program.
    result : float
        The derivative that is wrong.
    at : float
        The point.
    distance : float
        Up to which distance slopes are measured.
    sides : list of {-1, 1}
        On which sides of the point the program is right.

    Examples
    --------
    A rule that forgets a factor of 2:

    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, argument
    >>> from removable.probing.cause.rules import Beside
    >>> def pull(inputs, cotangents):
    ...     return [inputs[0] * cotangents[0]]
    >>> def run(tape, at):
    ...     return apply(tape, "square", np.square, argument(at), pull=pull)
    >>> beside = Beside(run, 3.0, 3.0, distance=1e-3, sides=(-1, 1))
    >>> beside.is_kink()
    False
    >>> print(beside.contradiction())
    operation 1 of 1, square, a.py:1: its own derivative rule gives 3, its values have the slope 6
    """

    def __init__(self, lower: Run, result: float, at: float, *, distance: float, sides: Sequence[int]) -> None:
        self._lower, self._at, self._result = lower, at, result
        self._here, self._value = _recorded(lower, at)
        self._tapes: dict[float, list[_Slopes]] = {}
        self._judged: list[_Judgement] = []
        for side in sorted(set(sides)):
            runs = [_recorded(lower, at + side * distance * step) for step in _STEPS]
            self._tapes[side * distance] = [tape for tape, _ in runs]
            self._judged.append(_at_the_end(self._value, [end for _, end in runs], side * distance, result))

    def is_kink(self) -> bool:
        """Tell whether the result lies between the slopes on both sides, or is one of them.

        The values have a kink then, at which it is as good as any.
        """
        return any(judgement.excess for judgement in self._judged) and not _contradicts(self._judged)

    def contradiction(self) -> Cause | None:
        """Find the first operation whose rule contradicts its values.

        Returns
        -------
        Cause or None
            Of kind ``"rule"``, or ``"cut"`` if operations that are not differentiated explain the
            result. None if the result is the slope of the values after all. If every operation
            agrees with its rule, the first at a kink of its own is named, or else a function with
            a rule of the user, whose numbers are those of the whole program.
        """
        if not _contradicts(self._judged):
            return None
        cuts: dict[int, str] = {}
        rules: list[Cause] = []
        outside: list[Cause] = []
        kinks: list[Cause] = []
        for index, operation in enumerate(self._here.operations):
            if not self._goes_along(index):
                break  # other operations beside the point, which is a matter of branches
            if index in self._here.cuts:
                if self._moves(index, lambda o: o.outputs):
                    cuts[index] = self._here.cuts[index]
            elif self._comes_from_outside(index):
                cause = self._cut_at([index], _OUTSIDE)
                outside.append(dataclasses.replace(cause, operation=f"an input of {cause.operation}"))
            elif operation.pull is not None:
                judged = [_judged(index, operation, tapes, distance) for distance, tapes in self._tapes.items()]
                if not all(judgement.has_rule for judgement in judged):
                    cuts[index] = _NO_RULE
                elif any(judgement.excess for judgement in judged):
                    (rules if _contradicts(judged) else kinks).append(self._found(index, judged))
        return self._cut(cuts) or next(iter([*rules, *outside, *kinks]), None) or self._own_rule()

    def _cut(self, cuts: Mapping[int, str]) -> Cause | None:
        """Find which of the operations that are not differentiated explain the result."""
        groups = [[index] for index in list(cuts)[:_ALONE]]
        groups += [list(cuts)] if len(cuts) > 1 else []
        for group in groups:
            if self._is_slope_with({index: self._here.operations[index].outputs for index in group}):
                return self._cut_at(group, cuts[group[0]])
        return None

    def _cut_at(self, group: Sequence[int], why: str) -> Cause:
        here, first = self._here, group[0]
        together = tuple(index + 1 for index in group) if len(group) > 1 else ()
        place = (here.names[first], here.lines[first], first + 1, len(here.names))
        return Cause("cut", *place, *self._numbers(self._judged), together, note=why)

    def _is_slope_with(self, held: Mapping[int, Arrays]) -> bool:
        """Tell whether the result is the slope of the values if some outputs are held still."""
        for side, wrong in zip(self._tapes, self._judged, strict=True):
            runs = [self._lower(_Still(held), self._at + side * step) for step in _STEPS]
            with_held = _at_the_end(self._value, runs, side, self._result)
            off = abs(wrong.rule - wrong.slope)
            if not (abs(with_held.rule - with_held.slope) <= with_held.allowed < off):
                return False
        return True

    def _moves(self, index: int, arrays: Callable[[Operation], Arrays]) -> bool:
        """Tell whether arrays of an operation are others beside the point."""
        here = arrays(self._here.operations[index])
        rows = [arrays(tape.operations[index]) for tapes in self._tapes.values() for tape in tapes]
        return any(not np.array_equal(a, b, equal_nan=True) for row in rows for a, b in zip(here, row, strict=False))

    def _comes_from_outside(self, index: int) -> bool:
        """Tell whether something that moves went into an operation that no operation made."""

        def outside(operation: Operation) -> Arrays:
            constants = [
                value.array for value in operation.inputs if value.producer is None and value.array is not None
            ]
            return [*constants, np.array(operation.numbers)]

        return self._moves(index, outside)

    def _own_rule(self) -> Cause | None:
        """Return the rule of the user that is left over when all others are right."""
        if not self._here.own_rules:
            return None
        name, where = self._here.own_rules[0]
        note = "all other operations agree with their own rules"
        slopes, rule = self._numbers(self._judged)
        return Cause("rule", name, where, 0, len(self._here.names), slopes, rule, note=note)

    def _numbers(self, judged: Sequence[_Judgement]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the slopes of the values, each once, and that of the rule."""
        return tuple(dict.fromkeys(float(f"{judgement.slope:.9g}") for judgement in judged)), (judged[0].rule,)

    def _goes_along(self, index: int) -> bool:
        """Tell whether beside the point this is the same operation."""
        name = self._here.names[index]
        tapes = [tape for row in self._tapes.values() for tape in row]
        return all(index < len(tape.names) and tape.names[index] == name for tape in tapes)

    def _found(self, index: int, judged: Sequence[_Judgement]) -> Cause:
        here = self._here
        slopes, rule = self._numbers(judged)
        place = (here.names[index], here.lines[index], index + 1, len(here.names))
        return Cause("rule", *place, slopes, rule)


def _recorded(run: Run, at: float) -> tuple[_Slopes, Value]:
    tape = _Slopes()
    value = run(tape, at)
    return tape, value


def _slope(here: np.ndarray, there: Sequence[np.ndarray], distance: float) -> _Slope:
    """Extrapolate differences to the point, by the method of Richardson."""
    row = [(np.asarray(a, float) - here) / (distance * s) for a, s in zip(there, _STEPS, strict=True)]
    factor, error = 2, np.abs(row[0] - row[1])
    while len(row) > 1:
        error = np.abs(row[0] - row[1])  # of the last but one, so that a jump does not seem to converge
        row = [(factor * near - far) / (factor - 1) for near, far in itertools.pairwise(row)]
        factor *= 2
    return _Slope(row[0], error / 4)


def _contradicts(judged: Sequence[_Judgement]) -> bool:
    """Tell whether the rule is off on every side, and to the same direction."""
    return len({judgement.excess for judgement in judged}) == 1 and judged[0].excess != 0


def _at_the_end(here: Value, there: Sequence[Value], distance: float, result: float) -> _Judgement:
    arrays = [np.zeros(1) if value.array is None else value.array.ravel() for value in (here, *there)]
    slope = _slope(arrays[0], arrays[1:], distance)
    wanted, error = float(slope.value[0]), float(slope.error[0])
    return _Judgement(result, wanted, _allowed([result, wanted], error))


def _allowed(terms: Sequence[float], error: float) -> float:
    return _TOLERANCE * max(abs(term) for term in terms) + 1e-7 + 10 * error


def _judged(index: int, operation: Operation, beside: Sequence[_Slopes], distance: float) -> _Judgement:
    """Compare, for one operation on one side, along the direction in which its inputs move."""
    inputs = _slopes(operation, [tape.operations[index] for tape in beside], Operation.arrays, distance)
    outputs = _slopes(operation, [tape.operations[index] for tape in beside], lambda o: o.outputs, distance)
    unknown = _Judgement(np.nan, np.nan, np.nan)
    if inputs is None or outputs is None or operation.pull is None:
        return unknown
    generator = np.random.default_rng(5)
    weights = [np.asarray(generator.uniform(0.5, 1, array.shape), dtype=array.dtype) for array in operation.outputs]
    wanted = [_product(w, s.value) for w, s in zip(weights, outputs, strict=True)]
    error = sum(_product(np.abs(w), s.error) for w, s in zip(weights, outputs, strict=True))
    try:
        slopes = list(operation.pull(operation.arrays(), weights))
    except Exception:  # it cannot be differentiated by itself
        return unknown
    moving = any(slope.value.any() for slope in outputs)
    has_rule = not (moving and any(p is None and s.value.any() for p, s in zip(slopes, inputs, strict=True)))
    pulled = [np.zeros(1) if p is None else np.asarray(p, float) for p in slopes]
    got = [_product(p, s.value) for p, s in zip(pulled, inputs, strict=True)]
    error += sum(_product(np.abs(p), s.error) for p, s in zip(pulled, inputs, strict=True))
    unit = _weight_of_the_steepest(weights, outputs)
    if not np.isfinite([sum(wanted), error]).all():
        return unknown
    allowed = _allowed([sum(wanted), *got], float(error))
    return _Judgement(sum(got) / unit, sum(wanted) / unit, allowed / unit, has_rule)


def _weight_of_the_steepest(weights: Arrays, slopes: Sequence[_Slope]) -> float:
    """Return the weight of the element that moves most, whose slope is told."""
    pairs = [(w.ravel(), np.nan_to_num(np.abs(s.value)).ravel()) for w, s in zip(weights, slopes, strict=True)]
    largest = max((float(steep.max()) for _, steep in pairs if steep.size), default=0.0)
    return next((float(w[np.argmax(steep)]) for w, steep in pairs if steep.size and steep.max() == largest), 1.0)


def _slopes(
    here: Operation, there: Sequence[Operation], arrays: Callable[[Operation], Arrays], distance: float
) -> list[_Slope] | None:
    """Return the slope of each array; None where they have other shapes beside the point."""
    rows = [arrays(here), *(arrays(operation) for operation in there)]
    if len({tuple(array.shape for array in row) for row in rows}) != 1:
        return None
    columns = list(zip(*rows, strict=True))
    return [_slope(column[0], column[1:], distance) for column in columns]


def _product(left: np.ndarray, right: np.ndarray) -> float:
    """Return the scalar product; 0 times anything is 0."""
    terms = np.where((left == 0) | (right == 0), 0.0, np.asarray(left, float) * right)
    return float(np.sum(terms))
