"""The cases of the tests, by corpus: functions whose derivatives fail, and harmless ones."""

from __future__ import annotations

import importlib
import importlib.util

from probing.case import Case

__all__ = ["CORPORA"]

CORPORA: dict[str, tuple[Case, ...]] = {
    name: importlib.import_module(f"probing.cases_{name}").CASES
    for name in ("tuning", "judging", "judging_again", "judging_last")
    if importlib.util.find_spec(f"probing.cases_{name}")
}
"""By name, what ``tests/probing/cases_NAME.py`` has."""
