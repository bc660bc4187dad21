"""The check that the ledger, the pages and the paper fit together.

Every figure, equation and remark of the paper is in a chapter, and every claim leads to a place
that exists.
"""

from __future__ import annotations

from docutils import nodes
from removable.claims.ledger import EQUATIONS, ITEMS, load
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import stages

_SCRIPTS = {
    item: f"plot_{item.replace('fig-', 'figure-').replace('-', '_')}" for item in ITEMS if not item.startswith("eq-")
}
"""The script that draws each figure and remark."""


def check_coverage(app: Sphinx, env: BuildEnvironment) -> None:
    """Stop the build if an item of the paper is on no page, or if a claim leads nowhere.

    That each claim has its check is known: the run that left the record has called it.
    """
    if app.config.gallery_only:
        return
    missing = [
        f"equation ({n}) is in no chapter" for n in EQUATIONS if f"eq-{n}" not in env.domains.math_domain.equations
    ]
    chapters = [name for name in sorted(env.found_docs) if name.startswith("paper/")]
    shown = {f.get("script") for name in chapters for f in env.get_doctree(name).findall(nodes.figure)}
    missing += [f"{item} is in no chapter: show {script}" for item, script in _SCRIPTS.items() if script not in shown]
    anchors: dict[str, set[str]] = {}
    for claim in load():
        page, _, place = claim.page.partition("#")
        if page not in env.found_docs:
            missing.append(f"claim {claim.id} leads to {page}, and there is no such page")
            continue
        if page not in anchors:
            anchors[page] = {i for node in env.get_doctree(page).findall(nodes.Element) for i in node.get("ids", ())}
        if place and place not in anchors[page]:
            missing.append(f"claim {claim.id} leads to {claim.page}, and that page has no such place")
    if missing:
        # Exceptions of Sphinx come with a long report; these are sentences for a reader.
        raise SystemExit("The ledger does not come out.\n" + "\n".join(missing))


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all pages are read."""
    stages.listen(app, stages.Stage.COVERAGE_CHECKED, check_coverage)
    return stages.SAFE
