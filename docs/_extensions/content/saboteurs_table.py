"""Which saboteur breaks which claim of the ledger, on a page of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from _extensions import files, stages
from _extensions.content import tables
from _extensions.content.place_links import link_to_place
from _extensions.execute import claims_aside, saboteurs_aside


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the page that shows the table, when the claims have been evaluated anew."""
    now, before = saboteurs_aside.run.key(), getattr(env, "saboteurs_key", None)
    if not app.config.gallery_only:
        env.saboteurs_key = now
    return {saboteurs_aside.run.page} & env.found_docs if now != before else set()


# For speed, removable.claims.saboteurs is imported where the table is made: it imports sympy.


class Saboteurs(SphinxDirective):
    """List the saboteurs, or show the table of claims and saboteurs."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the part that is asked for."""
        parts = {"list": self._list, "table": self._table}
        part = self.arguments[0]
        if part not in parts:
            raise self.error(f"the saboteurs have no part {part!r}; give one of {', '.join(parts)}.")
        recorded = saboteurs_aside.run.recorded(self.env.app)
        if recorded is None:
            text = "This is a partial build, in which no saboteur was at work."
            return [nodes.note("", nodes.paragraph("", text))]
        return parts[part](recorded)

    def _list(self, recorded: dict[str, Any]) -> list[nodes.Node]:
        """Say of each what it does, and how many claims it breaks."""
        from removable.claims.saboteurs import broken_by

        entries = []
        for name, sentence in recorded["saboteurs"].items():
            count = sum(name in broken_by(verdicts) for verdicts in recorded["claims"].values())
            text = f"{sentence} It breaks {count} claim{'s' if count != 1 else ''}."
            definition = nodes.definition("", nodes.paragraph("", text))
            entries.append(nodes.definition_list_item("", nodes.term("", name), definition))
        return [nodes.definition_list("", *entries)]

    def _table(self, recorded: dict[str, Any]) -> list[nodes.Node]:
        """Give each claim a line and each saboteur a column."""
        from removable.claims.saboteurs import broken_by

        names, claims = list(recorded["saboteurs"]), recorded["claims"]
        rows = [self._row(claim, verdicts) for claim, verdicts in claims.items()]
        table = tables.table(("Claim", *names), (28, *(9 for _ in names)), rows, "saboteurs", stub=1)
        fewest = min(len(broken_by(verdicts)) for verdicts in claims.values())
        text = f"{len(claims)} testable claims and {len(names)} saboteurs; each claim is broken by at least {fewest}."
        return [nodes.paragraph("", text), table]

    def _row(self, claim: str, verdicts: dict[str, str]) -> nodes.row:
        """Say under each saboteur whether the claim is broken; the style sheet shows a sign."""
        from removable.claims.saboteurs import NOBODY, RAISES, broken_by

        broken = broken_by(verdicts)
        link = link_to_place(self.env, f"{claims_aside.run.page}#claim-{claim}", claim)
        row = nodes.row("", tables.cell(link), ids=[f"saboteurs-of-{claim}"])
        for name, verdict in verdicts.items():
            if name != NOBODY:
                raises = verdict.startswith(RAISES)
                word = "survives" if name not in broken else "raises" if raises else "breaks"
                row += tables.cell(nodes.inline("", word, classes=["visually-hidden"]), classes=[word])
        return row


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Put the record beside the page."""
    if stages.is_site(app, exception) and (recorded := saboteurs_aside.run.recorded(app)) is not None:
        text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
        files.write_if_changed(Path(app.outdir, f"{saboteurs_aside.run.page}.json"), text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive; publish when all is written."""
    app.add_directive("saboteurs", Saboteurs)
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    stages.listen(app, stages.Stage.RECORDS_PUBLISHED, publish)
    return stages.SAFE
