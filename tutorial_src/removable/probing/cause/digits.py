"""The operation that loses the digits of a result.

Runs with random roundings scatter where digits are lost. The operation is one on the way to the
result whose output scatters far more than its inputs do; that it is the cause is confirmed by
holding its output still, whereupon the result must come to rest. The method is that of CADNA
:cite:p:`JezequelChesneaux2008`, Verrou :cite:p:`FevotteLathuiliere2016` and Verificarlo
:cite:p:`Denis2016`, which look at lines of C or Fortran.
"""

from __future__ import annotations

from removable.probing.cause.finding import Cause
from removable.probing.cause.samples import Experiment

__all__ = ["held", "unconfirmed"]

_ALONE, _TOGETHER = 4, 8
"""So many operations are held one at a time, and so many together."""


def held(experiment: Experiment) -> Cause | None:
    """Find operations whose results, held still, bring the result of the program to rest.

    Parameters
    ----------
    experiment : Experiment
        The program.

    Returns
    -------
    Cause or None
        Of kind ``"digits"``, or ``"branch"`` if the digits are lost by a comparison that comes out
        differently when its inputs are off by one rounding; None if no digits are lost, or if
        nothing that is held brings the result to rest.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.probing.cause.by_hand import apply, argument
    >>> from removable.probing.cause.digits import held
    >>> from removable.probing.cause.samples import Experiment
    >>> def run(tape, at):
    ...     return apply(tape, "rsub", lambda c: 1 - c, apply(tape, "cos", np.cos, argument(at)))
    >>> print(held(Experiment(run, 1e-8, scale=0.0, samples=8)))
    operation 2 of 2, rsub, a.py:1: all digits are lost here (inputs good to 16)
    """
    if not experiment.spread > experiment.tolerance:
        return None
    places = [
        index for index in _on_the_way(experiment, experiment.producer, experiment.tolerance) if experiment.loses(index)
    ]
    groups = [[index] for index in places[:_ALONE]]
    groups += [places[:number] for number in range(2, min(len(places), _TOGETHER) + 1)]
    steps = experiment.reference.steps
    for group in groups:
        if experiment.at_rest(held={index: steps[index].outputs for index in group}):
            return _lost(experiment, group if len(group) > 1 else [_origin(experiment, group[0])])
    return _flips(experiment)


def unconfirmed(experiment: Experiment) -> Cause | None:
    """Return the operation that loses most digits, if any are lost.

    Nothing has confirmed that it is the cause, and the note says so.

    Parameters
    ----------
    experiment : Experiment
        The program.

    Examples
    --------
    >>> from removable.probing.cause.by_hand import argument
    >>> from removable.probing.cause.digits import unconfirmed
    >>> from removable.probing.cause.samples import Experiment
    >>> unconfirmed(Experiment(lambda tape, at: argument(at), 0.3, scale=0.0, samples=8))
    """
    if not experiment.spread > experiment.tolerance:
        return None
    steps = experiment.reference.steps
    lossy = [
        index
        for index in _on_the_way(experiment, experiment.producer, experiment.tolerance)
        if experiment.outputs[index] > experiment.tolerance
    ]
    computing = [index for index in lossy if not steps[index].moves]
    if not computing:
        return None
    worst = max(computing, key=lambda i: experiment.outputs[i] / max([*experiment.inputs[i], steps[i].eps]))
    note = "holding its result does not bring the result of the program to rest: no single operation is the cause"
    return _lost(experiment, [worst], note=note)


def _origin(experiment: Experiment, index: int) -> int:
    """Return the first operation that is the cause by itself, of those before one that is.

    What goes into an operation may have lost digits that are not missed before they are multiplied.
    """
    steps = experiment.reference.steps
    if max(experiment.inputs[index], default=0.0) < experiment.gain * steps[index].eps:
        return index
    before = _on_the_way(experiment, index, experiment.gain * steps[index].eps)
    lossy = [earlier for earlier in before if earlier != index and experiment.loses(earlier, faint=True)]
    alone = (earlier for earlier in lossy[:_TOGETHER] if experiment.at_rest(held={earlier: steps[earlier].outputs}))
    return next(alone, index)


def _on_the_way(experiment: Experiment, start: int | None, spread: float) -> list[int]:
    """Return the operations from which a way of numbers that scatter leads to one, in order."""
    seen: set[int] = set()
    ahead = [] if start is None else [start]
    while ahead:
        index = ahead.pop()
        if index in seen:
            continue
        seen.add(index)
        containers = experiment.reference.steps[index].containers
        ahead += [p for p in experiment.producers(index) if p in containers or experiment.outputs[p] > spread]
    return sorted(seen)


def _lost(experiment: Experiment, group: list[int], note: str = "") -> Cause:
    first = group[0]
    eps = experiment.reference.steps[first].eps
    inputs = tuple(max(spread, eps) for spread in experiment.inputs[first])
    together = tuple(index + 1 for index in group) if len(group) > 1 else ()
    outputs = (experiment.outputs[first],)
    return experiment.found("digits", first, inputs=inputs, outputs=outputs, together=together, note=note)


def _flips(experiment: Experiment) -> Cause | None:
    """Find a comparison that one rounding turns over, or what comes after one that is not seen."""
    comparisons = experiment.reference.comparisons
    note = "one rounding of its inputs turns it over"
    for place in sorted(experiment.flipped):
        here = comparisons[place]
        if experiment.at_rest(forced={place: here.result}):
            count = len(experiment.reference.names)
            return Cause("branch", here.name, here.where, here.index + 1, count, note=note)
    if experiment.parted is None:
        return None
    index = min(experiment.parted, len(experiment.reference.names) - 1)
    note = "from here on one rounding makes the program take other operations"
    return experiment.found("branch", index, note=note)
