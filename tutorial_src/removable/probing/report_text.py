"""The words of a report: a row for each derivative, and remarks."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable

from removable.probing.cause import Cause
from removable.probing.cure import Cure
from removable.probing.modes import Disagreement
from removable.probing.verdict import Judged, Order

__all__ = ["HEADS", "as_text", "heading", "remarks", "rows", "wrapped"]

HEADS = ("", "at the point", "true", "verdict")
"""What stands over the columns of :func:`rows`."""

_NAMES = ("value", "slope", "second derivative", "third derivative")

_WIDTH = 78
"""Characters of a line of text."""

_CALL = re.compile(r"[\w.]+\([^()]*\)")


def heading(place: str, judged: Judged) -> str:
    """Say where it is and what the verdict is.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.probing.report_text import heading
    >>> heading("x = 0.0", probe(torch.abs, at=0.0).worst.judged)
    'x = 0.0: kink; the slope tends to -1 from the left and to 1 from the right'
    """
    return f"{place}: {judged.verdict}{'; ' + judged.why if judged.why else ''}"


def rows(judged: Judged) -> list[tuple[str, str, str, str]]:
    """Return for each derivative its name, what is returned, what is true, and the verdict.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.probing.report_text import rows
    >>> for row in rows(probe(torch.sinc, at=0.0).worst.judged):
    ...     print(row)
    ('value', '1', '1', 'right')
    ('slope', '0', '0', 'right')
    ('second derivative', 'nan', '-3.289868', 'WRONG, out to ...e-07')
    """
    orders = zip(_NAMES, judged.orders, strict=False)
    return [(name, f"{order.at:.7g}", _true(order), _verdict(order)) for name, order in orders]


def remarks(
    judged: Judged,
    single: Judged | None = None,
    modes: Iterable[Disagreement] = (),
    passed_over: Iterable[str] = (),
    cause: Cause | None = None,
    cure: Cure | None = None,
) -> list[tuple[str, str]]:
    """Return what else there is to say: pairs of a title and a sentence.

    Parameters
    ----------
    judged : Judged
        The verdict.
    single : Judged, optional
        That in single precision.
    modes : list of Disagreement, optional
        Derivatives that are wrong in another mode.
    passed_over : list of str, optional
        What was not looked at, with the reasons.
    cause : Cause, optional
        The operation that makes the first wrong derivative wrong.
    cure : Cure, optional
        What to write instead.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.probing.report_text import remarks
    >>> found = probe(torch.sinc, at=0.0).worst
    >>> remarks(found.judged, found.single)
    [('in float32', 'wrong: slope out to 0.0001, second derivative out to 0.0032')]
    """
    said = [("not finite", lost)] if (lost := _not_finite(judged)) else []
    said += [("modes disagree", _of_mode(one)) for one in modes]
    if single is not None and (wider := _in_single(judged, single)):
        said.append(("in float32", wider))
    said += [("not looked at", reason) for reason in passed_over]
    said += [(title, str(one)) for title, one in (("cause", cause), ("cure", cure)) if one is not None]
    return said


def as_text(place: str, judged: Judged, said: Iterable[tuple[str, str]] = ()) -> str:
    """Return a verdict with its remarks as text, for a terminal.

    Parameters
    ----------
    place : str
        The line and the point.
    judged : Judged
        The verdict.
    said : list of tuple
        The remarks.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.probing.report_text import as_text
    >>> print(as_text("x = 0.0", probe(torch.abs, at=0.0, order=1).worst.judged))
    x = 0.0: kink; the slope tends to -1 from the left and to 1 from the right
               at the point    true                verdict
      value    0               0                   right
      slope    0               -1 left, 1 right    right
    """
    table = [HEADS, *rows(judged)] if judged.orders else []
    widths = [max(map(len, column)) + 4 for column in zip(*table, strict=True)]
    lines = wrapped(heading(place, judged), "", "  ")
    for cells in table:
        padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {''.join(padded)}".rstrip())
    for title, sentence in said:
        lines += wrapped(f"{title}: {sentence}", "  ", "    ")
    return "\n".join(lines)


def wrapped(sentence: str, first: str = "", next_ones: str = "  ") -> list[str]:
    """Break a sentence into lines at spaces, but no call.

    Examples
    --------
    >>> from removable.probing.report_text import wrapped
    >>> len(wrapped("a sentence of " + 20 * "many words and "))
    5
    """
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent=first, subsequent_indent=next_ones, break_long_words=False, break_on_hyphens=False
    )
    kept = _CALL.sub(lambda call: call.group().replace(" ", "\0"), sentence)
    return [line.replace("\0", " ") for line in wrapper.wrap(kept)]


def _true(order: Order) -> str:
    """Say what is true."""
    if order.one_sided:
        left, right = (f"{limit:.7g}" for limit in order.one_sided)
        return left if left == right else f"{left} left, {right} right"
    return "not known" if math.isnan(order.true) else f"{order.true:.7g}"


def _verdict(order: Order) -> str:
    """Say what is wrong with one derivative."""
    out_to = f"out to {'at least ' if order.at_least else ''}{order.width:.2g}"
    if order.right_at is False:
        said = f"WRONG, {out_to}" if order.width else "WRONG at it alone"
    elif order.width:
        said = f"WRONG beside it, {out_to}"
    else:
        said = "not judged" if order.right_at is None else "right"
    return said


def _not_finite(judged: Judged) -> str:
    """Say where more than the point itself, which shows what it is, is not finite."""
    orders = zip(_NAMES, judged.orders, strict=False)
    lost = [(name, order) for name, order in orders if order.nan > (not math.isfinite(order.at))]
    return ", ".join(f"{name} at {order.nan} of {order.samples} samples" for name, order in lost)


def _of_mode(one: Disagreement) -> str:
    """Say where another mode of differentiation is wrong."""
    return (
        f"{one.mode} mode returns {one.other:.7g} for the {_NAMES[one.order]} at a distance of {abs(one.offset):.2g}, "
        f"where reverse mode returns {one.reverse:.7g}"
    )


def _in_single(judged: Judged, single: Judged) -> str:
    """Say how much further out single precision is wrong."""
    wider = [
        f"{name} out to {'at least ' if order.at_least else ''}{order.width:.2g}"
        for name, order, double in zip(_NAMES, single.orders, judged.orders, strict=False)
        if order.width > 2 * double.width
    ]
    return f"wrong: {', '.join(wider)}" if wider else ""
