"""How often the explorer agrees with the frameworks, as a sentence on its page.

``tests/site/test_explorer_arithmetic.py`` compares its arithmetic with the frameworks and records
the count in ``_static/explorer/compared.json``.
"""

from __future__ import annotations

import json

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from _extensions import folders, stages

COMPARED = folders.ROOT / "docs" / "_static" / "explorer" / "compared.json"


class Compared(SphinxRole):
    """Say what the last comparison with the frameworks found."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Build one sentence from the record."""
        self.env.note_dependency(str(COMPARED))
        compared = json.loads(COMPARED.read_text(encoding="utf-8"))
        *most, last = (f"{name} {version}" for name, version in compared["versions"].items())
        text = (
            f"The script of this page does not resemble the frameworks, it repeats them: in {compared['settings']} settings, "
            f"{compared['numbers']:,} values and slopes were compared with those of {', '.join(most)} and {last}, and "
            f"{compared['differ'] or 'not one'} differs in any bit."
        )
        return [nodes.Text(text)], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role."""
    app.add_role("explorer-compared", Compared())
    return stages.SAFE
