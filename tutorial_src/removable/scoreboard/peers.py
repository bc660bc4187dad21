"""What the tools of each framework, and the probe, said of the cases that the probe is tested with.

Counts of stored outcomes; ``benchmarks/bench_peers.py`` measures them.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from removable.scoreboard.stored import PEERS, Record, read

__all__ = [
    "PROBE",
    "TOOLS",
    "Exactness",
    "Outcome",
    "Tally",
    "Tool",
    "corpora",
    "counted",
    "exactness",
    "mistakes",
    "outcomes",
    "records",
    "tally",
]

NAMES = ("torch", "tensorflow", "jax")

PROBE = "removable.probe"

PROBING, GIVEN = "removable.probing.probe", "removable.probing.subject"
"""The module that is measured, and the one from which the other tools have function and point."""

ALARM, SILENT, CANNOT_RUN = "alarm", "silent", "cannot run"
"""What a tool says; the last is any error that is not its own way of objecting."""


@dataclass(frozen=True)
class Tool:
    """A tool, and what it tells besides that something is wrong.

    Attributes
    ----------
    name : str
        What it is called in tables.
    frameworks : tuple of str
        Where it works.
    beside : bool
        Whether it looks at derivatives beside the point that it is given.
    width : bool
        Whether it tells how far out they are wrong.
    operation : bool
        Whether it names the operation that makes them wrong.
    """

    name: str
    frameworks: tuple[str, ...]
    beside: bool = False
    width: bool = False
    operation: bool = False


TOOLS = (
    Tool("gradcheck", ("torch",)),
    Tool("gradgradcheck", ("torch",)),
    Tool("detect_anomaly", ("torch",), operation=True),
    Tool("compute_gradient, order 1", ("tensorflow",)),
    Tool("compute_gradient, order 2", ("tensorflow",)),
    Tool("compute_gradient, order 1, to 1e-3", ("tensorflow",)),
    Tool("compute_gradient, order 2, to 1e-3", ("tensorflow",)),
    Tool("enable_check_numerics", ("tensorflow",), operation=True),
    Tool("check_grads, order 1", ("jax",)),
    Tool("check_grads, order 2", ("jax",)),
    Tool("jax_debug_nans", ("jax",), operation=True),
    Tool(PROBE, NAMES, beside=True, width=True, operation=True),
)
"""All that are measured, by framework, with the probe last."""


@dataclass(frozen=True)
class Outcome:
    """What a tool said of a case.

    Attributes
    ----------
    corpus : str
        The corpus of the case.
    framework : str
        Its framework.
    name : str
        The case, as a formula.
    kind : str
        A kind of failures or of harmless functions.
    verdict : str
        What is true of it: "unsound", "sound", "kink" or "singular".
    orders : list of int
        The orders of the derivatives that are wrong; 0 is the value.
    dtype : str
        The dtype of the argument.
    said : str
        "alarm", "silent" or "cannot run".
    ratio : float or None
        The time of the tool, as a ratio to value and gradient; None if one of them cannot be
        computed.
    """

    corpus: str
    framework: str
    name: str
    kind: str
    verdict: str
    orders: list[int]
    dtype: str
    said: str
    ratio: float | None


@dataclass(frozen=True)
class Tally:
    """How often a tool was right.

    Attributes
    ----------
    found : int
        Failing cases that the tool objects to.
    failing : int
        Of how many.
    smooth : int
        Objections to smooth functions in double precision.
    smooth_of : int
        Of how many.
    rounded : int
        The same in lower precision.
    rounded_of : int
        Of how many.
    kinks : int
        Objections to kinks by design, in any precision.
    kinks_of : int
        Of how many.
    singular : int
        Objections at points where the function itself has no limit or no derivative. They are no
        false alarms, as nothing there is right.
    singular_of : int
        Of how many.
    cannot_run : int
        Cases at which the tool raised an error of another kind.
    ratio : float
        The median time, as a ratio to value and gradient.
    """

    found: int
    failing: int
    smooth: int
    smooth_of: int
    rounded: int
    rounded_of: int
    kinks: int
    kinks_of: int
    singular: int
    singular_of: int
    cannot_run: int
    ratio: float

    @property
    def false_alarms(self) -> int:
        """Objections to smooth functions and to kinks."""
        return self.smooth + self.rounded + self.kinks

    @property
    def harmless(self) -> int:
        """How many smooth functions and kinks there are."""
        return self.smooth_of + self.rounded_of + self.kinks_of


def corpora() -> tuple[str, ...]:
    """Return the names of the corpora that were measured; the last one judges the probe.

    Examples
    --------
    >>> from removable.scoreboard.peers import corpora
    >>> corpora()[:2]
    ('tuning', 'judging')
    """
    measured = {what[1] for what in read("said", file=PEERS)}
    return tuple(name for name in ("tuning", "judging", "judging_again", "judging_last") if name in measured)


def records(
    tools: Iterable[str], frameworks: Sequence[str] = NAMES, of: Sequence[str] | None = None
) -> dict[tuple[str, ...], Record]:
    """Return what is stored of some tools.

    Parameters
    ----------
    tools : list of str
        Their names.
    frameworks : list of str
        The frameworks; by default all.
    of : list of str, optional
        The corpora; by default all.

    Returns
    -------
    dict
        Records by their words: "said", corpus, tool, framework.

    Examples
    --------
    >>> from removable.scoreboard.peers import PROBE, records
    >>> sorted(what[-1] for what in records([PROBE], of=["judging"]))
    ['jax', 'tensorflow', 'torch']
    """
    tools, wanted = set(tools), corpora() if of is None else of
    return {
        what: record
        for what, record in read("said", file=PEERS).items()
        if what[1] in wanted and what[2] in tools and what[3] in frameworks
    }


def outcomes(tool: str, frameworks: Sequence[str] = NAMES, corpora: Sequence[str] | None = None) -> list[Outcome]:
    """Return what a tool said of each case.

    Parameters
    ----------
    tool : str
        Its name.
    frameworks : list of str, optional
        Those that count; by default all.
    corpora : list of str, optional
        Those that count; by default all.

    Returns
    -------
    list of Outcome
        One for each case of these corpora in these frameworks.

    Examples
    --------
    >>> from removable.scoreboard.peers import outcomes
    >>> (sinc,) = (each for each in outcomes("gradcheck") if each.name == "torch.sinc")
    >>> sinc.verdict, sinc.orders, sinc.said
    ('unsound', [2], 'silent')
    """
    cases = read("cases", file=PEERS)
    return [
        Outcome(corpus, framework, *about, *said)
        for (_, corpus, _, framework), record in sorted(records([tool], frameworks, corpora).items())
        for about, said in zip(_rows(cases["cases", corpus, framework]), _rows(record), strict=True)
    ]


def _rows(record: Record) -> list[Any]:
    assert isinstance(record.value, list)
    return record.value


def tally(tool: str, frameworks: Sequence[str] = NAMES, corpora: Sequence[str] | None = None) -> Tally:
    """Count how often a tool was right.

    Parameters
    ----------
    tool : str
        Its name.
    frameworks : list of str, optional
        Those that count; by default all.
    corpora : list of str, optional
        Those that count; by default all.

    Returns
    -------
    Tally
        The counts.

    Examples
    --------
    >>> from removable.scoreboard.peers import PROBE, tally
    >>> found = tally(PROBE, corpora=["judging"])
    >>> found.found >= 0.97 * found.failing, found.false_alarms
    (True, 0)
    """
    return counted(outcomes(tool, frameworks, corpora))


def counted(those: Sequence[Outcome]) -> Tally:
    """Count outcomes.

    Examples
    --------
    >>> from removable.scoreboard.peers import Outcome, counted
    >>> about = ("tuning", "jax", "x", "kink", "kink", [], "float64")
    >>> found = counted([Outcome(*about, "alarm", 2.0), Outcome(*about, "silent", 4.0)])
    >>> found.kinks, found.kinks_of, found.false_alarms, found.failing, found.ratio
    (1, 2, 1, 0, 3.0)
    """

    def count(chosen: Callable[[Outcome], bool]) -> tuple[int, int]:
        of = [each for each in those if chosen(each)]
        return sum(each.said == ALARM for each in of), len(of)

    return Tally(
        *count(lambda each: each.verdict == "unsound"),
        *count(lambda each: each.verdict == "sound" and each.dtype == "float64"),
        *count(lambda each: each.verdict == "sound" and each.dtype != "float64"),
        *count(lambda each: each.verdict == "kink"),
        *count(lambda each: each.verdict == "singular"),
        cannot_run=sum(each.said == CANNOT_RUN for each in those),
        ratio=statistics.median([each.ratio for each in those if each.ratio is not None] or [float("nan")]),
    )


@dataclass(frozen=True)
class Exactness:
    """How exact the probe is on a corpus.

    Attributes
    ----------
    exact : int
        Cases of which it names just the orders that are wrong.
    cases : int
        Of how many.
    near : int
        Widths within a factor of 2.
    widths : int
        Of how many that mathematics tells.
    """

    exact: int
    cases: int
    near: int
    widths: int


def exactness(corpus: str) -> Exactness:
    """Count the cases of a corpus of which the probe says what is true, order by order.

    Parameters
    ----------
    corpus : str
        The name of the corpus.

    Returns
    -------
    Exactness
        The counts.

    Examples
    --------
    >>> from removable.scoreboard.peers import PROBE, exactness, outcomes
    >>> found = exactness("judging")
    >>> found.cases == len(outcomes(PROBE, corpora=["judging"])), found.near <= found.widths
    (True, True)
    """
    stated = _stated([corpus])
    widths = [(true, width) for _, _, rows in stated for _, true, width in rows]
    near = [true / 2 <= width <= 2 * true for true, width in widths]
    return Exactness(sum(wrong == each.orders for each, wrong, _ in stated), len(stated), sum(near), len(near))


def mistakes(corpora: Sequence[str] | None = None) -> list[tuple[Outcome, list[int] | None]]:
    """Return the cases of which the probe names other orders than those that are wrong.

    Parameters
    ----------
    corpora : list of str, optional
        The corpora; by default all.

    Returns
    -------
    list of tuple
        The outcome, and the orders that it names; None if it raised an error.

    Examples
    --------
    >>> from removable.scoreboard.peers import exactness, mistakes
    >>> len(mistakes(["judging"])) == exactness("judging").cases - exactness("judging").exact
    True
    """
    return [(each, wrong) for each, wrong, _ in _stated(corpora) if wrong != each.orders]


def _stated(of: Sequence[str] | None) -> list[tuple[Outcome, list[int] | None, list[Any]]]:
    """Return for each case the outcome, the orders that the probe names, and rows of widths."""
    stored = read("orders", file=PEERS)
    found = []
    for corpus in corpora() if of is None else of:
        for framework in NAMES:
            rows = _rows(stored["orders", corpus, framework])
            for each, stated in zip(outcomes(PROBE, [framework], [corpus]), rows, strict=True):
                found.append((each, *(stated or (None, []))))
    return found
