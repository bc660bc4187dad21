"""``llms.txt``, the list of all pages with the text version of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from sphinx.application import Sphinx

from _extensions import files, stages
from _extensions.page import descriptions, text_pages
from _extensions.whole_site import site_address

_DESCRIPTION = re.compile(r'<meta name="description" content="(?P<text>[^"]*)"')
_INTRODUCTION = f"""# removable

> {descriptions.SITE}

Each page is listed with its text version, which stands beside it: the same address with `.txt` in place of `.html`. The claims
of the paper, as data: {{address}}paper/claims.json
"""


def _in_order(app: Sphinx, pagename: str) -> Iterator[str]:
    """Walk through the table of contents."""
    yield pagename
    for child in app.env.toctree_includes.get(pagename, ()):
        yield from _in_order(app, child)


def write(app: Sphinx, exception: Exception | None) -> None:
    """List the pages with what they say of themselves."""
    if not stages.is_site(app, exception):
        return
    address = site_address.public() or ""
    lines = [_INTRODUCTION.format(address=address)]
    listed = [*dict.fromkeys(_in_order(app, app.config.root_doc))]
    for pagename in listed:
        head = Path(app.builder.get_outfilename(pagename)).read_text(encoding="utf-8")
        description = unescape(_DESCRIPTION.search(head)["text"])
        if pagename.count("/") == 1 and pagename.endswith("/index"):
            lines.append(f"\n## {app.env.titles[pagename].astext()}\n")
        lines.append(f"- [{app.env.titles[pagename].astext()}]({address}{text_pages.name(pagename)}): {description}")
    files.write_if_changed(Path(app.outdir, "llms.txt"), "\n".join(lines) + "\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all pages are written."""
    stages.listen(app, stages.Stage.FILES_WRITTEN, write)
    return stages.SAFE
