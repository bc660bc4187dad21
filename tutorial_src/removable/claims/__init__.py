"""Every testable statement of the paper, tested.

``python -m removable.claims`` prints the ledger.
"""

from removable.claims.ledger import (
    Claim,
    ClaimsFileError,
    Evidence,
    Exact,
    Finding,
    Result,
    chosen,
    evaluate,
    load,
)

__all__ = ["Claim", "ClaimsFileError", "Evidence", "Exact", "Finding", "Result", "chosen", "evaluate", "load"]
