"""Evaluate the claims of the ledger while the site is built.

A verdict other than the expected one stops the build.

The claims run in a process of their own while the gallery is being executed. Their record is kept
under a name that stands for everything it depends on, so a second build reads it. A run that fails
leaves nothing behind.
"""

from __future__ import annotations

import hashlib

from sphinx.application import Sphinx

from _extensions import folders, stages
from _extensions.execute import keys
from _extensions.execute.claims_evaluation import Evaluation, has_parts


def key() -> str:
    """Digest of all the record depends on: what a script depends on, and the list of claims."""
    claims = folders.ROOT / "tutorial_src" / "removable" / "claims" / "claims.toml"
    return f"{keys.executing_key()}-{hashlib.sha256(claims.read_bytes()).hexdigest()[:8]}"


run = Evaluation(
    name="claims",
    ending=".json",
    key=lambda: key(),
    command=lambda file: ("removable.claims", "--json", str(file)),
    is_whole=lambda path: has_parts(path, "claims", "versions", "cpu_features"),
    page="paper/ledger",
    complaint="The ledger does not come out.",
    no_reason="The evaluation of the claims ended without a word.",
)
"""The evaluation of the claims."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Start early, and wait before the pages are read."""
    stages.listen(app, stages.Stage.CLAIMS_STARTED, run.begin)
    stages.listen(app, stages.Stage.CLAIMS_FINISHED, run.finish)
    return stages.SAFE
