"""The line that installs the package from this site: ``install-line``, or with extras after it."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _extensions import stages
from _extensions.content.pending_links import link_to
from _extensions.downloads.requirement import wheel_address

PAGE = "guide/use"
"""What there is to say about it."""


def line(release: str, extras: str = "") -> str:
    """Return the command.

    >>> line("1.2").removeprefix("python -m pip install ")
    'http://127.0.0.1:8000/dist/removable-1.2-py3-none-any.whl'
    >>> line("1.2", "torch").removeprefix("python -m pip install ")
    '"removable[torch] @ http://127.0.0.1:8000/dist/removable-1.2-py3-none-any.whl"'
    """
    address = wheel_address(release)
    return f'python -m pip install "removable[{extras}] @ {address}"' if extras else f"python -m pip install {address}"


class InstallLine(SphinxDirective):
    """Show the command, with a button that copies it, and on other pages a link to what it does."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build a box with a block of code and a sentence; no page is described by a box."""
        text = "$ " + line(self.config.release, *self.arguments)
        block = nodes.literal_block(text, text, language="console", classes=["install-line"])
        if self.env.docname == PAGE:
            return [block]
        link = link_to(self.env, f"/{PAGE}", nodes.inline("", "what it brings, and how to see that it works"))
        sentence = nodes.paragraph("", "", nodes.Text("This installs the package beside your framework: "), link)
        sentence += nodes.Text(".")
        return [nodes.container("", block, sentence)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("install-line", InstallLine)
    return stages.SAFE
