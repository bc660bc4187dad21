"""What each tool says of the cases of a corpus in one framework, and the time that it takes."""

from __future__ import annotations

import functools
import importlib
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from probing.case import Case
from removable.probing.report import Report
from removable.scoreboard.peers import ALARM, CANNOT_RUN, PROBE, SILENT

from peers import probe_tool
from peers.corpora import CORPORA
from peers.given import given

__all__ = ["measured", "said"]


def measured(corpus: str, framework: str) -> dict[str, Any]:
    """Run all tools of a framework, and the probe.

    Returns
    -------
    dict
        ``cases``: for each the name, the kind, the verdict that is expected, the orders that are
        wrong and the dtype. ``said``: by tool, for each case what it said and its processor time,
        as a ratio to value and gradient, or None. ``orders``: for each case what the probe says of
        each order, or None.
    """
    module = importlib.import_module(f"peers.{framework}_tools")
    cases = [case for case in CORPORA[corpus] if case.framework == framework]
    found: dict[str, Any] = {"cases": [], "said": {title: [] for title in [*module.TOOLS, PROBE]}, "orders": []}
    for number, case in enumerate(cases, 1):
        by_tool, report = said(case, module)
        found["cases"].append([case.name, case.kind, case.verdict, sorted(case.wrong), given(case)[0].dtype])
        for title, each in by_tool.items():
            found["said"][title].append(each)
        found["orders"].append(None if report is None else probe_tool.stated(case, report))
        if number % 20 == 0 or number == len(cases):
            print(f"{corpus:<15}{framework:<11}{number:4} of {len(cases)} cases", file=sys.stderr, flush=True)
    return found


def said(case: Case, module: Any) -> tuple[dict[str, list[Any]], Report | None]:
    """Run the tools of a module on one case, and the probe.

    Returns
    -------
    dict
        By tool, what it says and its time.
    Report or None
        What the probe reports; None if it raises an error.
    """
    parts, reports = given(case), []

    def probing() -> bool:
        reports.append(probe_tool.probed(case))
        return probe_tool.objects(reports[-1])

    def checking(check: Callable[[Any], bool]) -> bool:
        alarms = [check(part) for part in parts]  # the time is that of all arguments
        return any(alarms)

    calls = {title: functools.partial(checking, check) for title, check in module.TOOLS.items()} | {PROBE: probing}
    own = _seconds_of_own(lambda: [module.own(part) for part in parts])
    found: dict[str, list[Any]] = {}
    for title, call in calls.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # gradcheck says that it wants double precision
                alarm = call()
                seconds = _seconds(call)  # what is compiled has been compiled now
            found[title] = [ALARM if alarm else SILENT, own and float(f"{seconds / own:.2g}")]
        except Exception as error:  # whatever a tool says that is not what it is there to say
            print(f"{case}: {title}: {type(error).__name__}: {error}"[:120], file=sys.stderr)
            found[title] = [CANNOT_RUN, None]
    return found, reports[-1] if reports else None


def _seconds(call: Callable[[], Any]) -> float:
    """Return the processor time of a call: other programs on the machine are not in it."""
    start = time.process_time()
    call()
    return time.process_time() - start


def _seconds_of_own(call: Callable[[], Any]) -> float | None:
    """Return the shortest time of five calls; None for a function that cannot be differentiated."""
    try:
        call()
        return min(_seconds(call) for _ in range(5))
    except Exception:  # PyTorch has no gradient of a function that no operation has recorded
        return None
