"""Which saboteur breaks which claim of the ledger, from a run of ``removable.claims --saboteurs``.

The run has a process of its own while the gallery is being executed, and its result is kept as that of the ledger is. A claim that
survives all saboteurs, or one that is broken by others than ``claims.toml`` names, leaves nothing behind and stops the build.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import ledger
from aside import Aside
from docutils import nodes
from removable.claims.saboteurs import NOBODY, RAISES, broken_by
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

PAGE = "reference/saboteurs"


def _stop(reasons: str) -> NoReturn:
    """End the build with sentences for the person who builds."""
    raise SystemExit(f"The saboteurs do not break what they should.\n{reasons}")


def _is_whole(path: Path) -> bool:
    """Tell whether a record can be read and has its parts."""
    try:
        return {"claims", "saboteurs"} <= json.loads(path.read_text(encoding="utf-8")).keys()
    except (OSError, ValueError, AttributeError):
        return False


run = Aside(
    name="saboteurs",
    ending=".json",
    key=lambda: ledger.key(),  # the same checks of the same claims
    command=lambda file: ("removable.claims", "--quiet", "--json", str(file), "--saboteurs"),
    is_whole=_is_whole,
)
"""The evaluation of the claims under each saboteur."""


def start(app: Sphinx) -> None:
    """Begin, unless that has been done."""
    if not app.config.gallery_only:
        run.start()


def wait(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Let it finish, and stop the build if a check cannot fail, or fails otherwise than expected."""
    if (said := run.wait()) is not None:
        _stop(said[1].strip() or "Their process ended without a word.")


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the page that shows the table, when the claims have been evaluated anew."""
    now, before = run.key(), getattr(env, "saboteurs_key", None)
    if not app.config.gallery_only:
        env.saboteurs_key = now
    return {PAGE} & env.found_docs if now != before else set()


def _recorded(app: Sphinx) -> dict[str, Any] | None:
    """Read what was found; None in a partial build for which nothing was."""
    if app.config.gallery_only and not run.is_whole(run.file):
        return None
    return json.loads(run.file.read_text(encoding="utf-8"))


class Saboteurs(SphinxDirective):
    """List the saboteurs, or show the table of claims and saboteurs."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the part that is asked for."""
        parts = {"list": self._list, "table": self._table}
        part = self.arguments[0]
        if part not in parts:
            raise self.error(f"the saboteurs have no part {part!r}; give one of {', '.join(parts)}.")
        recorded = _recorded(self.env.app)
        if recorded is None:
            text = "This is a partial build, in which no saboteur was at work."
            return [nodes.note("", nodes.paragraph("", text))]
        return parts[part](recorded)

    def _list(self, recorded: dict[str, Any]) -> list[nodes.Node]:
        """Say of each what it does, and how many claims it breaks."""
        entries = []
        for name, sentence in recorded["saboteurs"].items():
            count = sum(name in broken_by(verdicts) for verdicts in recorded["claims"].values())
            text = f"{sentence} It breaks {count} claim{'s' if count != 1 else ''}."
            definition = nodes.definition("", nodes.paragraph("", text))
            entries.append(nodes.definition_list_item("", nodes.term("", name), definition))
        return [nodes.definition_list("", *entries)]

    def _table(self, recorded: dict[str, Any]) -> list[nodes.Node]:
        """Give each claim a line and each saboteur a column."""
        names, claims = list(recorded["saboteurs"]), recorded["claims"]
        table = nodes.table(classes=["saboteurs"])
        group = nodes.tgroup(cols=1 + len(names))
        table += group
        group += nodes.colspec(colwidth=28, stub=1)
        group += [nodes.colspec(colwidth=9) for _ in names]
        head = (nodes.entry("", nodes.paragraph("", title)) for title in ("Claim", *names))
        group += nodes.thead("", nodes.row("", *head))
        group += nodes.tbody("", *(self._row(claim, verdicts) for claim, verdicts in claims.items()))
        fewest = min(len(broken_by(verdicts)) for verdicts in claims.values())
        text = f"{len(claims)} testable claims and {len(names)} saboteurs; each claim is broken by at least {fewest}."
        return [nodes.paragraph("", text), table]

    def _row(self, claim: str, verdicts: dict[str, str]) -> nodes.row:
        """Say under each saboteur whether the claim is broken; the sign that is seen is a matter of style."""
        broken = broken_by(verdicts)
        link = addnodes.pending_xref(
            "",
            nodes.inline("", claim),
            refdoc=self.env.docname,
            refdomain="",
            reftype="claim-page",  # which the ledger resolves
            reftarget=f"{ledger.PAGE}#claim-{claim}",
            refwarn=True,
        )
        row = nodes.row("", nodes.entry("", nodes.paragraph("", "", link)), ids=[f"saboteurs-of-{claim}"])
        for name, verdict in verdicts.items():
            if name != NOBODY:
                raises = verdict.startswith(RAISES)
                word = "survives" if name not in broken else "raises" if raises else "breaks"
                said = nodes.inline("", word, classes=["visually-hidden"])
                row += nodes.entry("", nodes.paragraph("", "", said), classes=[word])
        return row


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Put the record beside the page."""
    if exception is None and app.builder.format == "html" and (recorded := _recorded(app)) is not None:
        text = json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"
        Path(app.outdir, f"{PAGE}.json").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Start with the ledger, and wait after it, before the pages are read."""
    app.add_directive("saboteurs", Saboteurs)
    app.connect("builder-inited", start, priority=305)
    app.connect("env-get-outdated", read_again)
    app.connect("env-before-read-docs", wait, priority=510)
    app.connect("build-finished", publish, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
