"""The probe on a case: whether it objects, to which derivatives, and how far out."""

from __future__ import annotations

from typing import Any

from probing.case import Case
from removable import probe
from removable.probing.report import Report

__all__ = ["objects", "probed", "stated"]


def probed(case: Case) -> Report:
    """Call the probe as the case says."""
    return probe(case.function, case.at, framework=case.framework, **case.keywords)


def objects(report: Report) -> bool:
    """Tell whether it says that something is wrong."""
    return report.verdict == "unsound"


def stated(case: Case, report: Report) -> list[Any]:
    """Return the orders that the probe says are wrong, and rows of order, width, width found.

    Widths are those that mathematics tells.

    Along several lines, or in several outputs, an order is wrong if it is so in one, and its width
    is the largest.
    """
    orders = [dict(enumerate(found.judged.orders)) for found in report.found]
    wrong = sorted({k for row in orders for k, order in row.items() if order.is_wrong})
    widths = [
        [k, float(f"{true:.3g}"), float(f"{max(row[k].width for row in orders):.3g}")]
        for k, true in sorted(case.widths.items())
    ]
    return [wrong, widths]
