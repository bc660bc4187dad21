"""The comparison that sends a program on another way at a point than beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from removable.probing.cause.finding import Cause
from removable.probing.cause.samples import Experiment
from removable.probing.cause.tape import Compared, Tape

__all__ = ["branch"]

_MOST = 8
"""So many comparisons are turned over, each in a run of its own."""


def branch(experiment: Experiment, beside: Sequence[float]) -> Cause | None:
    """Find a comparison that comes out differently beside the point, and matters to the result.

    That it matters is tested by giving it at the point the result that it has beside it.

    Parameters
    ----------
    experiment : Experiment
        The program.
    beside : list of float
        Points at which the program is right.

    Returns
    -------
    Cause or None
        If there is no such comparison, but a program that asks for numbers in Python takes other
        operations beside the point, the first of these.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, argument, constant
    >>> from removable.probing.cause.branches import branch
    >>> from removable.probing.cause.samples import Experiment
    >>> def experiment(value):
    ...     def run(tape, at):
    ...         zero = tape.compare("eq", "a.py:1", np.array(at == 0))
    ...         return apply(tape, "where", lambda c: value if zero else c, constant(np.cos(at)))
    ...     return Experiment(run, 0.0, scale=0.0, samples=8)
    >>> print(branch(experiment(2.0), (-0.1, 0.1)))
    operation 1 of 2, eq, a.py:1: comes out as 1 here, as 0 beside the point
    >>> branch(experiment(1.0), (-0.1, 0.1))  # cos(0) is 1 all the same
    """
    tapes = [_tape(experiment, at) for at in beside]
    here = experiment.reference.comparisons
    places = sorted({place for tape in tapes for place in _differing(here, tape.comparisons)})
    for place in places[:_MOST]:
        others = [t.comparisons[place] for t in tapes if place < len(t.comparisons)]
        others = [other for other in others if other.name == here[place].name and here[place].differs(other)]
        if any(experiment.changed(forced={place: other.result}) for other in others):
            return _found(experiment, here[place], others)
    return None if places else _parted(experiment, tapes)


def _tape(experiment: Experiment, at: float) -> Tape:
    tape = Tape()
    experiment.outcome(tape, at)
    return tape


def _differing(here: Sequence[Compared], there: Sequence[Compared]) -> list[int]:
    """Return the places of comparisons that differ, up to where the programs part."""
    places = []
    for place, (ours, theirs) in enumerate(zip(here, there, strict=False)):
        if ours.name != theirs.name:
            break
        if ours.differs(theirs):
            places.append(place)
    return places


def _found(experiment: Experiment, here: Compared, others: Sequence[Compared]) -> Cause:
    count = len(experiment.reference.names)
    different = np.flatnonzero(here.result != others[0].result) if here.result.shape == others[0].result.shape else [0]
    element = int(different[0])
    outcomes = dict.fromkeys(float(other.result.ravel()[element]) for other in others)
    return Cause(
        "branch",
        here.name,
        here.where,
        here.index + 1,
        count,
        inputs=tuple(outcomes),
        outputs=(float(here.result.ravel()[element]),),
    )


def _parted(experiment: Experiment, tapes: Sequence[Tape]) -> Cause | None:
    """Return the first operation that is another one beside the point."""
    names = experiment.reference.names
    for tape in tapes:
        if tape.names != names:
            pairs = enumerate(zip(names, tape.names, strict=False))
            index = next((k for k, (ours, theirs) in pairs if ours != theirs), min(len(names), len(tape.names)))
            note = "from here on the program takes other operations beside the point"
            return experiment.found("branch", min(index, len(names) - 1), note=note) if names else None
    return None
