"""Claims tested: the verdict that the measurement gives, beside the one that is expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from removable.claims.evidence import NOT_TESTABLE, Evidence
from removable.claims.ledger import Claim


@dataclass(frozen=True)
class Result:
    """A claim and what its check found; no evidence where the claim is not testable."""

    claim: Claim
    evidence: Evidence | None

    @property
    def verdict(self) -> str:
        """The verdict that the measurement gives."""
        return NOT_TESTABLE if self.evidence is None else self.evidence.verdict

    @property
    def as_expected(self) -> bool:
        """Whether that is the verdict that ``claims.toml`` expects."""
        return self.verdict == self.claim.verdict


def evaluate(claims: Iterable[Claim]) -> list[Result]:
    """Test claims, one after the other; a check that several share is run once.

    Examples
    --------
    >>> from removable.claims.ledger import chosen
    >>> from removable.claims import evaluate
    >>> (result,) = evaluate(chosen(["nan-at-2"]))
    >>> result.verdict, result.as_expected
    ('holds', True)
    """
    evidence: dict[str, Evidence] = {}
    results = []
    for claim in claims:
        if claim.check and claim.check not in evidence:
            evidence[claim.check] = claim.function()
        results.append(Result(claim, evidence.get(claim.check)))
    return results
