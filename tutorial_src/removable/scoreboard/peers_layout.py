"""The tools of each framework beside the probe, as tables of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from removable import frameworks
from removable.scoreboard.peers import (
    ALARM,
    NAMES,
    PROBE,
    SILENT,
    TOOLS,
    Outcome,
    Tally,
    Tool,
    corpora,
    counted,
    exactness,
    mistakes,
    outcomes,
    records,
)
from removable.scoreboard.stored import PEERS, Record, marked, read, stamp

__all__ = [
    "Markdown",
    "alarms",
    "by_corpus",
    "comparison",
    "effort",
    "measured",
    "missed",
    "tells",
    "together",
    "wrongly_told",
]

_LOOSE = "to 1e-3"

_PURPOSE = {
    "tuning": "tuned it",
    "judging": "judged it once",
    "judging_again": "judged it once",
    "judging_last": "judges it",
}


class Markdown(str):
    """Text that a page or a notebook shows as Markdown."""

    def _repr_markdown_(self) -> str:
        return str(self)


def comparison() -> Markdown:
    """Lay out what each tool finds, and its false alarms.

    Returns
    -------
    Markdown
        A table: a line for each tool and one for all tools of a framework together, with the
        numbers of cases in a line above; the probe is last.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import comparison
    >>> print(comparison())
    | tool | found | false |
    | --- | ---: | ---: |
    | **PyTorch** | of ... | of ... |
    | `gradcheck` | ... | ... |
    ...
    """

    def row(tool: Tool, of: Sequence[str]) -> list[str]:
        tally, stored = _tally([tool], of)
        return [_shown(tool), marked(str(tally.found), stored), marked(str(tally.false_alarms), stored)]

    def head(title: str, of: Sequence[str]) -> list[str]:
        tally, _ = _tally([_PROBE], of)
        return [title, f"of {tally.failing}", f"of {tally.harmless}"]

    def last(framework: str) -> list[str]:
        tally, stored = _tally(_tools(framework), [framework])
        return ["any of these", *(marked(str(number), stored) for number in (tally.found, tally.false_alarms))]

    return _table(["tool", "found", "false"], _grouped(head, row, last))


def tells() -> Markdown:
    """Lay out what tools tell besides that something is wrong.

    Returns
    -------
    Markdown
        A table with a line for each thing that can be told, and the tools that tell it.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import tells
    >>> print(tells())
    | what it tells | tools |
    ...
    """
    facts: dict[str, Callable[[Tool], bool]] = {
        "derivatives beside the point": lambda tool: tool.beside,
        "width: how far out they are wrong": lambda tool: tool.width,
        "the operation that is to blame": lambda tool: tool.operation,
    }
    rows = [[fact, ", ".join(_shown(tool) for tool in TOOLS if told(tool))] for fact, told in facts.items()]
    return _table(["what it tells", "tools"], rows, aligned=":---")


def alarms() -> Markdown:
    """Lay out at what each tool objects that fails nowhere.

    Returns
    -------
    Markdown
        A table: smooth functions in double and in lower precision, kinks by design, and singular
        points, where an objection is no false alarm.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import alarms
    >>> print(alarms())
    | tool | smooth | float32 | kinks | singular |
    ...
    """

    def row(tool: Tool, of: Sequence[str]) -> list[str]:
        tally, stored = _tally([tool], of)
        counts = (tally.smooth, tally.rounded, tally.kinks, tally.singular)
        return [_shown(tool), *(marked(str(count), stored) for count in counts)]

    def head(title: str, of: Sequence[str]) -> list[str]:
        tally, _ = _tally([_PROBE], of)
        counts = (tally.smooth_of, tally.rounded_of, tally.kinks_of, tally.singular_of)
        return [title, *(f"of {count}" for count in counts)]

    return _table(["tool", "smooth", "float32", "kinks", "singular"], _grouped(head, row))


def effort() -> Markdown:
    """Lay out what each tool finds in lower precision, where it cannot be run, and its time.

    Returns
    -------
    Markdown
        A table. Times are medians of ratios to value and gradient.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import effort
    >>> print(effort())
    | tool | found, float32 | cannot run | time |
    ...
    """

    def row(tool: Tool, of: Sequence[str]) -> list[str]:
        tally, stored = _tally([tool], of)
        cells = (str(_lower_precision(tool, of).found), str(tally.cannot_run), f"{float(f'{tally.ratio:.2g}'):g}")
        return [_shown(tool), *(marked(cell, stored) for cell in cells)]

    def head(title: str, of: Sequence[str]) -> list[str]:
        return [title, f"of {_lower_precision(_PROBE, of).failing}", "", ""]

    return _table(["tool", "found, float32", "cannot run", "time"], _grouped(head, row))


def by_corpus() -> Markdown:
    """Lay out how right the probe is on each corpus.

    Returns
    -------
    Markdown
        A table: failing cases found, cases of which it names just the orders that are wrong,
        widths within a factor of 2, and false alarms.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import by_corpus
    >>> print(by_corpus())
    | corpus | found | orders | widths | false alarms |
    | --- | ---: | ---: | ---: | ---: |
    | tuned it | ... of ... | ... of ... | ... of ... | 0... of ... |
    ...
    """
    rows = []
    for corpus in corpora():
        tally, exact = counted(outcomes(PROBE, corpora=[corpus])), exactness(corpus)
        stored = records([PROBE], of=[corpus]).values()
        counts = (
            (tally.found, tally.failing),
            (exact.exact, exact.cases),
            (exact.near, exact.widths),
            (tally.false_alarms, tally.harmless),
        )
        rows.append([_PURPOSE[corpus], *(f"{marked(str(count), stored)} of {of}" for count, of in counts)])
    return _table(["corpus", "found", "orders", "widths", "false alarms"], rows)


def wrongly_told() -> Markdown:
    """Lay out the functions of which the probe says something that is not so.

    Returns
    -------
    Markdown
        A table: the function, the orders that are wrong, and those that the probe names.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import wrongly_told
    >>> print(wrongly_told())
    | function | wrong | named |
    ...
    """

    def listed(orders: Sequence[int] | None) -> str:
        return "none" if not orders else ", ".join(map(str, orders))

    rows = []
    for each, named in mistakes():
        name = each.name.replace("|", r"\|")
        stored = records([PROBE], [each.framework], [each.corpus]).values()
        rows.append([f"`{name}`", listed(each.orders), marked(listed(named), stored)])
    return _table(["function", "wrong", "named"], rows)


def missed() -> Markdown:
    """Lay out which kinds of failures each tool does not object to.

    Returns
    -------
    Markdown
        A table with a line for each tool: kinds with the number of cases missed.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import missed
    >>> print(missed())
    | tool | missed |
    ...
    """
    rows = []
    for tool in TOOLS:
        if tool.name.endswith(_LOOSE):
            continue
        silent = [each for each in outcomes(tool.name) if each.verdict == "unsound" and each.said != ALARM]
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(Counter(e.kind for e in silent).items()))
        rows.append([_shown(tool), marked(kinds or "none", records([tool.name]).values())])
    return _table(["tool", "missed"], rows, aligned=":---")


def together() -> Markdown:
    """Say in sentences what kinds of tools miss.

    Returns
    -------
    Markdown
        A list of sentences with counts.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import together
    >>> print(together())
    - ...
    """
    first = ["gradcheck", "compute_gradient, order 1", "check_grads, order 1"]
    second = ["gradgradcheck", "compute_gradient, order 2", "check_grads, order 2"]
    watching = ["detect_anomaly", "enable_check_numerics", "jax_debug_nans"]
    higher = _of(first, lambda each: each.orders == [2])
    slopes = _of(first, lambda each: 1 in each.orders)
    found = _of(second, lambda each: each.verdict == "unsound")
    kinks = _of(second, lambda each: each.verdict == "kink")
    rounded = _of(second, lambda each: each.verdict == "sound" and each.dtype != "float64")
    watched = _of(watching, lambda each: each.verdict == "unsound")
    harmless = _of(watching, lambda each: each.verdict in ("sound", "kink"))
    return Markdown(
        f"- Checks of the first order find {higher} functions of which the second derivative alone is wrong, "
        f"and {slopes} whose slope is.\n"
        f"- Checks of the second order find {found} failing functions. They object to {kinks} kinks by design, "
        f"and to {rounded} smooth functions in single precision.\n"
        f"- What watches for NaN finds {watched}, and objects to {harmless} harmless ones. A wrong result that "
        "is finite passes."
    )


def measured() -> str:
    """Say when, on what and with what all of this was measured.

    Examples
    --------
    >>> from removable.scoreboard.peers_layout import measured
    >>> measured().startswith("Measured 20")
    True
    """
    return stamp(read("said", file=PEERS).values())


_PROBE = TOOLS[-1]


def _of(tools: Sequence[str], chosen: Callable[[Outcome], bool]) -> str:
    """Write to how many of some cases several tools object, each of its own framework's cases."""
    those = [each for tool in tools for each in outcomes(tool) if chosen(each)]
    return f"{marked(str(sum(each.said == ALARM for each in those)), records(tools).values())} of {len(those)}"


def _tally(tools: Sequence[Tool], of: Sequence[str]) -> tuple[Tally, list[Record]]:
    """Count the cases that one of several tools objects to; also return what is counted."""
    names = [tool.name for tool in tools]
    joined = [_either(each) for each in zip(*(outcomes(name, of) for name in names), strict=True)]
    return counted(joined), list(records(names, of).values())


def _either(of_tools: Sequence[Outcome]) -> Outcome:
    """Return the first objection of several tools to a case, or what the first of them said."""
    order = {ALARM: 0, SILENT: 1}
    return min(of_tools, key=lambda each: order.get(each.said, 2))


def _lower_precision(tool: Tool, of: Sequence[str]) -> Tally:
    return counted([each for each in outcomes(tool.name, of) if each.dtype != "float64"])


def _grouped(
    head: Callable[[str, Sequence[str]], list[str]],
    row: Callable[[Tool, Sequence[str]], list[str]],
    last: Callable[[str], list[str]] | None = None,
) -> list[list[str]]:
    """Return a line for each tool, between lines of the framework; the probe is at the end.

    Without a line below those of a framework the tools with a larger bound are there, too.
    """
    rows = []
    for framework in NAMES:
        rows.append(head(f"**{frameworks.get(framework).title}**", [framework]))
        rows += [row(tool, [framework]) for tool in _tools(framework, loose=last is None)]
        rows += [last(framework)] if last else []
    return [*rows, head("**all three**", NAMES), row(_PROBE, NAMES)]


def _tools(framework: str, *, loose: bool = False) -> list[Tool]:
    return [tool for tool in TOOLS if tool.frameworks == (framework,) and (loose or not tool.name.endswith(_LOOSE))]


def _shown(tool: Tool) -> str:
    """Write the name of a tool as code, and what is said of it as text."""
    name, comma, rest = tool.name.partition(", ")
    return f"`{name}`{comma}{rest}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], aligned: str = "---:") -> Markdown:
    lines = [head, ["---"] + [aligned] * (len(head) - 1), *rows]
    return Markdown("\n".join("| " + " | ".join(row) + " |" for row in lines))
