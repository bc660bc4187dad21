"""The run without perturbation, with which all others are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from removable.probing.cause.fading import fades
from removable.probing.cause.rounding import moves_only
from removable.probing.cause.tape import ARGUMENT, Arrays, Operation, Tape

__all__ = ["Reference", "Step", "telling"]


def telling(array: np.ndarray, outputs: Arrays) -> float:
    """Return the element of an array that tells most of what came out.

    If an array of the same shape came out, it is the one in the place of what is not finite, or
    else of a 0; otherwise one that is not finite itself, or else the largest in size.

    Parameters
    ----------
    array : numpy.ndarray
        What went in, or came out.
    outputs : list of numpy.ndarray
        All that came out.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.reference import telling
    >>> telling(np.array([0.0, 1.0]), [np.array([-np.inf, 0.0])])
    0.0
    >>> telling(np.array([1.0, -2.0]), [np.array(-1.0)])
    -2.0
    """
    flat = array.ravel()
    if not flat.size:
        return 0.0
    for output in outputs:
        if output.shape == array.shape:
            for special in (~np.isfinite(output), output == 0):
                if special.any():
                    return float(flat[np.argmax(special)])
    sizes = np.where(np.isfinite(flat), np.abs(flat), np.inf)
    return float(flat[np.argmax(sizes)])


@dataclass(frozen=True)
class Step:
    """What is kept of an operation.

    Attributes
    ----------
    producers : list
        The operation that made each input.
    containers : list of int
        Operations that put something into a container which is an input.
    outputs : list of numpy.ndarray
        What came out.
    eps : float
        The distance from 1 to the next number, in the precision of the outputs.
    depends : bool
        Whether it depends on the argument of the program.
    moves : bool
        Whether it has no rounding error: it only moves numbers, or makes whole numbers of whole
        numbers that are constants.
    vanishes : bool
        Whether an output is 0 because it is too small for its precision: no input is 0, and it
        stays 0 when they move a little.
    overflows : bool
        Whether an output is infinite without such a reason.
    finite : list of bool
        Whether all elements of each input are finite.
    zero : list of bool
        Whether an element of each input is 0.
    values : list of float
        Of each input the element that tells most.
    """

    producers: list[int | None]
    containers: list[int]
    outputs: Arrays
    eps: float
    depends: bool
    moves: bool
    vanishes: bool
    overflows: bool
    finite: list[bool]
    zero: list[bool]
    values: list[float]

    @property
    def bad(self) -> bool:
        """Whether something that came out is not finite."""
        if self.outputs:
            return not all(np.isfinite(array).all() for array in self.outputs)
        return not all(self.finite)


class Reference(Tape):
    """The run without perturbation.

    Attributes
    ----------
    steps : list of Step
        What is kept of each operation.
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    def add(self, operation: Operation) -> Arrays:
        """Keep what the search needs; the operation itself, and its tensors, are let go."""
        super().add(operation)
        arrays = operation.arrays()
        depends = self._depends(operation)
        moves = moves_only(operation) or (not depends and _is_whole(operation))
        made = [value.producer if value.producer != ARGUMENT else None for value in operation.inputs]
        pairs = list(zip(made, operation.inputs, strict=True))
        self.steps.append(
            Step(
                producers=[producer for producer, value in pairs if value.array is not None],
                containers=[producer for producer, value in pairs if value.array is None and producer is not None],
                outputs=[np.array(array) for array in operation.outputs],
                eps=operation.eps,
                depends=depends,
                moves=moves,
                vanishes=not moves and fades(operation, _stuck(operation, _is_zero)),
                overflows=not moves and any(place.any() for place in _stuck(operation, np.isinf)),
                finite=[bool(np.isfinite(array).all()) for array in arrays],
                zero=[bool((array == 0).any()) for array in arrays],
                values=[telling(array, operation.outputs) for array in arrays],
            )
        )
        return operation.outputs

    def _depends(self, operation: Operation) -> bool:
        producers = [value.producer for value in operation.inputs if value.producer is not None]
        return any(producer == ARGUMENT or self.steps[producer].depends for producer in producers)

    def compare(self, name: str, where: str, result: np.ndarray) -> np.ndarray:
        """Keep its place among the operations."""
        self.steps.append(Step([], [], [], 1.0, True, True, False, False, [], [], []))
        return super().compare(name, where, result)


def _is_whole(operation: Operation) -> bool:
    """Tell whether whole numbers were made of whole numbers.

    An exponent is lowered by 1 in the rule of a power, for instance. One rounding of it would make
    NaN of a negative number.
    """
    return all(np.array_equal(array, np.rint(array)) for array in (*operation.arrays(), *operation.outputs))


def _is_zero(array: np.ndarray) -> np.ndarray:
    return np.asarray(array == 0)


def _stuck(operation: Operation, special: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    """Tell what is special although no input is, and stays so when the inputs move by 0.1 %.

    The logarithm of 1 is 0, too, and so is 1 - 1, but neither stays there.
    """
    arrays = operation.arrays()
    places = [_without_reason(output, arrays, special) for output in operation.outputs]
    if operation.again is None or not any(place.any() for place in places):
        return []
    generator = np.random.default_rng(11)
    factors = [1 + generator.uniform(-1e-3, 1e-3, array.shape) for array in arrays]
    inputs = [np.asarray(array * factor, dtype=array.dtype) for array, factor in zip(arrays, factors, strict=True)]
    try:
        moved = operation.again(inputs)
    except Exception:  # it cannot be asked
        return []
    if [new.shape for new in moved] != [place.shape for place in places]:
        return []
    return [np.asarray(special(new) & place) for new, place in zip(moved, places, strict=True)]


def _without_reason(output: np.ndarray, inputs: Arrays, special: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Tell which elements are special although no input is: none in their place, or none at all."""
    place = np.asarray(special(output))
    for array in inputs:
        place = place & ~special(array) if array.shape == output.shape else place & (not special(array).any())
    return place
