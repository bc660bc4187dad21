"""Print the ledger, or some of its claims: ``python -m removable.claims [CLAIM ...]``.

With ``--saboteurs [NAME ...]`` the verdicts are taken again under each saboteur, or under those
named.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from removable.claims import saboteurs
from removable.claims.ledger import Claim, chosen
from removable.claims.record import record, summary
from removable.claims.results import evaluate
from removable.errors import RemovableError


def main(arguments: list[str] | None = None) -> int:
    """Evaluate claims; return 0 if every verdict is as expected, 1 if not, 2 for wrong arguments.

    With saboteurs at work, that is: 0 if the verdicts changed under those that ``claims.toml``
    names, and no others.

    Parameters
    ----------
    arguments : list of str, optional
        Command-line arguments; by default those of the process.

    Examples
    --------
    >>> from removable.claims.__main__ import main
    >>> main(["nan-at-2"])
    holds                    nan-at-2 ...
    1 claim: 1 holds
    0
    """
    parser = argparse.ArgumentParser(prog="python -m removable.claims", description=__doc__.split(":")[0] + ".")
    parser.add_argument("claim", nargs="*", help="names of claims, such as fig-6; all of them if none is given")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured to a file")
    parser.add_argument(
        "--saboteurs", nargs="*", metavar="NAME", help="which saboteur breaks which claim; all of them if none is named"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing on the way")
    options = parser.parse_args(arguments)
    try:
        claims = chosen(options.claim)
        if options.saboteurs is not None:
            return _sabotaged(claims, saboteurs.chosen(options.saboteurs), options.json, quiet=options.quiet)
        results = evaluate(claims)
    except RemovableError as error:
        print(error, file=sys.stderr)
        return 2
    for result in results:
        claim = result.claim
        print(f"{result.verdict:<24} {claim.id} ({claim.place}): {claim.statement}")
        if claim.condition:
            print(f"{'':<24}   {'condition':<11} {claim.condition}")
        if result.evidence is not None:
            for name, finding in result.evidence.findings.items():
                print(f"{'':<24}   {name:<11} {finding.measured}")
            exact = result.evidence.exact
            print(f"{'':<24}   {'exact' if exact.computed else 'definition':<11} {exact.text}")
    if options.json and not _written(options.json, record(results)):
        return 2
    print(summary(results))
    wrong = [result for result in results if not result.as_expected]
    for result in wrong:
        print(
            f"{result.claim.id}: the verdict is {result.verdict!r} and claims.toml expects {result.claim.verdict!r}",
            file=sys.stderr,
        )
    return 1 if wrong else 0


def _sabotaged(
    claims: tuple[Claim, ...], at_work: tuple[saboteurs.Saboteur, ...], file: Path | None, *, quiet: bool
) -> int:
    """Print which saboteur breaks which claim; return as :func:`main` does."""

    def report(text: str) -> None:
        if not quiet:
            print(text, file=sys.stderr, flush=True)

    result = saboteurs.measured(claims, at_work, report=report)
    if file and not _written(file, saboteurs.record(result, at_work)):
        return 2
    print(saboteurs.matrix(result))
    objections = saboteurs.objections(result, claims)
    for objection in objections:
        print(objection, file=sys.stderr)
    return 1 if objections else 0


def _written(file: Path, content: dict[str, Any]) -> bool:
    """Write a record; if that fails, say so in one sentence."""
    try:
        file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        print(f"{file} cannot be written: {error.strerror}; give a file that can.", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main())
