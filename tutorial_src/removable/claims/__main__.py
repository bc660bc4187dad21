"""Print the ledger, or some of its claims: ``python -m removable.claims [CLAIM ...] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from removable.claims.ledger import NOT_TESTABLE, chosen, evaluate
from removable.claims.record import record, summary
from removable.errors import RemovableError


def main(arguments: list[str] | None = None) -> int:
    """Evaluate claims; return 0 if every verdict came out as expected, else 1.

    Parameters
    ----------
    arguments : list of str, optional
        Command-line arguments; by default those of the process.

    Examples
    --------
    >>> main(["nan-at-2"])
    holds                    nan-at-2 ...
    1 claim: 1 holds
    0
    """
    parser = argparse.ArgumentParser(prog="python -m removable.claims", description=__doc__.split(":")[0] + ".")
    parser.add_argument("claim", nargs="*", help="names of claims, such as fig-6; all of them if none is given")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured to a file")
    options = parser.parse_args(arguments)
    try:
        results = evaluate(chosen(options.claim))
    except RemovableError as error:
        print(error, file=sys.stderr)
        return 2
    for result in results:
        claim = result.claim
        print(f"{result.verdict:<24} {claim.id} ({claim.place}): {claim.statement}")
        if claim.condition:
            print(f"{'':<24}   {'condition':<11} {claim.condition}")
        if result.verdict != NOT_TESTABLE:
            for name, finding in result.evidence.findings.items():
                print(f"{'':<24}   {name:<11} {finding.measured}")
            exact = result.evidence.exact
            print(f"{'':<24}   {'exact' if exact.computed else 'definition':<11} {exact.text}")
    if options.json:
        written = json.dumps(record(results), indent=1, ensure_ascii=False) + "\n"
        try:
            options.json.write_text(written, encoding="utf-8")
        except OSError as error:
            print(f"{options.json} cannot be written: {error.strerror}; give a file that can.", file=sys.stderr)
            return 2
    print(summary(results))
    wrong = [result for result in results if not result.as_expected]
    for result in wrong:
        print(
            f"{result.claim.id}: the verdict is {result.verdict!r} and claims.toml expects {result.claim.verdict!r}",
            file=sys.stderr,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
