"""The tables of the scoreboard, as text for a page."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from removable import frameworks
from removable.scoreboard.patches import Patch
from removable.scoreboard.score import NAMES, Score
from removable.scoreboard.stored import marked, read, stamp

__all__ = ["REMEDIES", "SITUATIONS", "costs", "prices", "records", "table"]

WAYS = ("eager", "compiled")

REMEDIES = ("repair", "quotient", "ready-made")
"""The remedies of the package, the first choice first."""

SITUATIONS = (
    "a parameter",
    "one number",
    "a moving point",
    "one near few elements",
    "the first call",
    "peak memory",
)
"""What a remedy costs most in; the points are a million, or a tenth of it where the point moves."""


def table(scores: Mapping[str, Score]) -> str:
    """Lay out scores as a table.

    Pairs that are right at the point and near it come first, then, by order of the derivative, the
    worst error and the number of results that are not finite.

    Parameters
    ----------
    scores : dict of str to Score
        For each name of a patch what :func:`~removable.scoreboard.score.measure` returned.

    Returns
    -------
    str
        One line for each patch.

    Examples
    --------
    >>> from removable.scoreboard import CASES, PATCHES, measure
    >>> from removable.scoreboard import table
    >>> h = {"h": CASES["(x*x - 4)/(x - 2)"]}
    >>> few = {"gamma": [0.0, 1.0], "order": 1, "names": ["torch"]}
    >>> print(table({"clamp": measure(PATCHES["clamp"], cases=h, **few)}))
                               right        value         1st           2nd           3rd
                        pairs  at    near   worst    NaN  worst    NaN  worst    NaN  worst    NaN
    clamp               1      0     1      1e+00    0    4e+04    0    -        -    -        -
    """
    titles = ("value", "1st", "2nd", "3rd")
    lines = [
        f"{'':<20}{'':<7}{'right':<13}" + "".join(f"{title:<14}" for title in titles),
        f"{'':<20}{'pairs':<7}{'at':<6}{'near':<7}" + f"{'worst':<9}{'NaN':<5}" * len(titles),
    ]
    for name, score in scores.items():
        cells = [f"{_number(score.worst(k)):<9}{_number(score.lost(k)):<5}" for k in range(len(titles))]
        counts = f"{len(score.errors):<7}{score.right(at=True):<6}{score.right(at=False):<7}"
        lines.append(f"{name:<20}{counts}" + "".join(cells))
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) or value == 0 else f"{value:.0e}"


def prices(patches: Mapping[str, Patch]) -> str:
    """Lay out what patches cost, the lines that they take, and what their user has to know.

    Parameters
    ----------
    patches : dict of str to Patch
        Rows of :data:`~removable.scoreboard.patches.PATCHES`.

    Returns
    -------
    str
        One line for each patch, and below them when, on what and with what they were measured.

    Examples
    --------
    >>> from removable.scoreboard import PATCHES
    >>> from removable.scoreboard import prices
    >>> print(prices({"naive": PATCHES["naive"]}))
                        PyTorch     TensorFlow  JAX         lines  root  algebra
    naive               ...                                 1      no    no
    Measured ...
    """
    measurements = {what: record for what, record in read("patches").items() if what[1] in patches}
    titles = {name: frameworks.get(name).title for name in NAMES}
    lines = [f"{'':<20}" + "".join(f"{title:<12}" for title in titles.values()) + f"{'lines':<7}{'root':<6}algebra"]
    for title, patch in patches.items():
        of_patch = [measurements.get(("patches", title, name)) for name in NAMES]
        ratios = "".join(f"{marked(f'{record.value:.1f}', [record]) if record else '-':<12}" for record in of_patch)
        needs = f"{'yes' if patch.root else 'no':<6}{'yes' if patch.algebra else 'no'}"
        lines.append(f"{title:<20}{ratios}{patch.lines:<7}{needs}")
    return "\n".join([*lines, stamp(measurements.values())])


def records() -> str:
    """Lay out how right the remedies were measured to be, and what they cost.

    Returns
    -------
    str
        One line for each quotient and remedy, and below them when, on what and with what they were
        measured. Errors are those of float64, the worst of three frameworks. What was not measured
        is a dash.

    Examples
    --------
    >>> from removable.scoreboard import records
    >>> sum("repair" in line for line in records().splitlines())  # one for each of eight quotients
    8
    """
    errors, costs = read("accuracy"), read("remedies")
    titles = {name: frameworks.get(name).title for name in NAMES}
    lines = [
        f"{'':<30}{'error':<36}{'cost, eager':<36}cost, compiled",
        f"{'':<19}{'':<11}{'ulp':<9}{'1st':<9}{'2nd':<9}{'3rd':<9}" + "".join(f"{t:<12}" for t in titles.values()) * 2,
    ]
    shown = []
    for quotient, remedy in sorted(
        {(what[2], what[1]) for what in errors}, key=lambda row: (row[0], REMEDIES.index(row[1]))
    ):
        rows = [errors["accuracy", remedy, quotient, "float64", name] for name in NAMES]
        cells = [marked(f"{error:.2g}", rows) for error in np.max([record.value for record in rows], axis=0)]
        ratios = [costs.get(("remedies", remedy, quotient, how, name)) for how in WAYS for name in NAMES]
        prices = [marked(f"{record.value:.1f}", [record]) if record else "-" for record in ratios]
        lines.append(
            f"{quotient:<19}{remedy:<11}" + "".join(f"{c:<9}" for c in cells) + "".join(f"{p:<12}" for p in prices)
        )
        shown += rows + [record for record in ratios if record]
    return "\n".join([*(line.rstrip() for line in lines), stamp(shown)])


def costs() -> str:
    """Lay out what ``repair`` was measured to cost where it costs most.

    Returns
    -------
    str
        One line for each situation, and below them when, on what and with what they were measured.
        All are ratios to the naive expression, but for the first call, which is in seconds. What
        was not measured is a dash.

    Examples
    --------
    >>> from removable.scoreboard import costs
    >>> from removable.scoreboard.layout import SITUATIONS
    >>> rows = costs().splitlines()[2 : 2 + len(SITUATIONS)]
    >>> [row.split("  ")[0] for row in rows] == list(SITUATIONS)
    True
    """
    measurements = read("costs")
    titles = [frameworks.get(name).title for name in NAMES]
    lines = [f"{'':<24}{'eager':<36}compiled", f"{'':<24}" + "".join(f"{title:<12}" for title in titles) * 2]
    for situation in SITUATIONS:
        records = [measurements.get(("costs", situation, how, name)) for how in WAYS for name in NAMES]
        cells = [marked(f"{record.value:.2g}", [record]) if record else "-" for record in records]
        lines.append(f"{situation:<24}" + "".join(f"{cell:<12}" for cell in cells))
    return "\n".join([*(line.rstrip() for line in lines), stamp(measurements.values())])
