"""Evaluate the claims under each saboteur while the site is built.

A claim that survives all saboteurs, or one that is broken by others than ``claims.toml`` names,
leaves nothing behind and stops the build.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from _extensions import stages
from _extensions.execute import claims_aside
from _extensions.execute.claims_evaluation import Evaluation, has_parts

run = Evaluation(
    name="saboteurs",
    ending=".json",
    key=lambda: claims_aside.key(),  # the same checks of the same claims
    command=lambda file: ("removable.claims", "--quiet", "--json", str(file), "--saboteurs"),
    is_whole=lambda path: has_parts(path, "claims", "saboteurs"),
    page="reference/saboteurs",
    complaint="The saboteurs do not break what they should.",
    no_reason="Their process ended without a word.",
)
"""The evaluation of the claims under each saboteur."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Start with the claims, and wait after them, before the pages are read."""
    stages.listen(app, stages.Stage.SABOTEURS_STARTED, run.begin)
    stages.listen(app, stages.Stage.SABOTEURS_FINISHED, run.finish)
    return stages.SAFE
