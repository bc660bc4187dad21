"""Every testable statement of the paper, tested.

``python -m removable.claims`` prints the ledger.
"""

from removable.errors import MissingExtraError

try:
    import flint  # noqa: F401
    import sympy  # noqa: F401
except ImportError as error:
    raise MissingExtraError("removable.claims", "python-flint and SymPy") from error

from removable.claims.evidence import Evidence, Exact, Finding
from removable.claims.ledger import Claim, ClaimsFileError, chosen, load
from removable.claims.results import Result, evaluate

__all__ = ["Claim", "ClaimsFileError", "Evidence", "Exact", "Finding", "Result", "chosen", "evaluate", "load"]
