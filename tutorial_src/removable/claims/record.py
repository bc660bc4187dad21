"""The ledger as data: what ``claims.json`` holds."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import asdict
from typing import Any

import numpy as np

from removable import frameworks
from removable.claims.evidence import FRAMEWORKS, VERDICTS
from removable.claims.results import Result


def record(results: list[Result]) -> dict[str, Any]:
    """Return everything that was measured, with what it was measured on.

    Returns
    -------
    dict
        ``versions``, ``cpu_features``, and under ``claims`` one entry for each claim: its fields,
        the verdict found, and what PyTorch, TensorFlow and exact arithmetic said;
        ``exact_is_computed`` tells a result of exact arithmetic from a definition.

    Examples
    --------
    >>> from removable.claims import chosen, evaluate
    >>> from removable.claims.record import record
    >>> (entry,) = record(evaluate(chosen(["nan-at-2"])))["claims"]
    >>> entry["found"], entry["measured"]["torch"]
    ('holds', 'h(2) = nan')
    """
    adapters = [frameworks.get(name) for name in FRAMEWORKS]
    return {
        "versions": {
            "Python": platform.python_version(),
            "NumPy": np.__version__,
            **{adapter.title: adapter.version for adapter in adapters},
        },
        "cpu_features": cpu_features(),
        "claims": [
            {
                **asdict(result.claim),
                "found": result.verdict,
                "measured": {}
                if result.evidence is None
                else {name: finding.measured for name, finding in result.evidence.findings.items()}
                | {"exact": result.evidence.exact.text},
                "exact_is_computed": result.evidence is not None and result.evidence.exact.computed,
            }
            for result in results
        ],
    }


def cpu_features() -> list[str]:
    """Return the vector instruction sets of this processor that NumPy has found.

    Examples
    --------
    >>> from removable.claims.record import cpu_features
    >>> all(isinstance(feature, str) for feature in cpu_features())
    True
    """
    extensions = np.show_config(mode="dicts").get("SIMD Extensions", {})
    return [*extensions.get("baseline", []), *extensions.get("found", [])]


def summary(results: list[Result]) -> str:
    """Count the verdicts, in one line.

    Examples
    --------
    >>> from removable.claims import chosen, evaluate
    >>> from removable.claims.record import summary
    >>> summary(evaluate(chosen(["nan-at-2"])))
    '1 claim: 1 holds'
    """
    number_of = Counter(result.verdict for result in results)
    counts = ", ".join(f"{number_of[verdict]} {verdict}" for verdict in VERDICTS if number_of[verdict])
    return f"{len(results)} claim{'s' if len(results) != 1 else ''}: {counts}"
