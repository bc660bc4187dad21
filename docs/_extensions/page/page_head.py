"""The head of a page: description, title and picture of previews, text version, one viewport.

There is little to it. What is ready-made cuts a description in the middle of a word, and gives
relative addresses, which nobody who reads them accepts, to a site without a public one.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages
from _extensions.gallery import preview_cards
from _extensions.page import descriptions, rendered_pages, text_pages
from _extensions.whole_site import site_address

_PICTURE_OF_THE_SITE = "auto_gallery/3_derivatives/images/sphx_glr_plot_figure_6_001.svg"
_TAGS = re.compile(r"<[^>]+>")
_VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')


def _meta(attribute: str, name: str, content: str) -> str:
    return f'\n    <meta {attribute}="{name}" content="{escape(content)}" />'


def picture(doctree: nodes.document | None, srcdir: Path) -> tuple[Path, str]:
    """Return the card of the first figure on a page, or of the site, and what it shows."""
    for image in doctree.findall(nodes.image) if doctree else ():
        if "only-light" in image["classes"] and image.get("card"):
            return srcdir / image["card"], image["alt"]
    return preview_cards.card(srcdir / _PICTURE_OF_THE_SITE), descriptions.SITE


def tags(title: str, description: str, address: str | None, image: str | None, alt: str) -> str:
    """Return the elements; those with addresses only where there is a public one."""
    properties = {"og:type": "website", "og:site_name": "removable", "og:title": title, "og:description": description}
    if address:
        properties["og:url"] = address
    if image:
        width, height = preview_cards.SIZE
        properties |= {"og:image": image, "og:image:alt": alt}
        properties |= {"og:image:width": str(width), "og:image:height": str(height)}
    html = _meta("name", "description", description)
    html += "".join(_meta("property", name, content) for name, content in properties.items())
    return html + (_meta("name", "twitter:card", "summary_large_image") if image else "")


def add(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Fill the head of a page before it is rendered."""
    public = site_address.public()
    address = image = None
    card, alt = picture(doctree, Path(app.srcdir))
    if public:
        address = public + app.builder.get_target_uri(pagename)
        if card.exists():  # not in a partial build
            target = Path(app.outdir, app.builder.imagedir, card.name)
            if not target.exists() or target.read_bytes() != card.read_bytes():
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(card, target)
            image = public + posixpath.join(app.builder.imagedir, card.name)
    title = unescape(_TAGS.sub("", context.get("title") or app.config.html_title))
    description = descriptions.describe(doctree, context.get("meta") or {})
    html = tags(title, description, address, image, alt)
    if doctree is not None:
        text = posixpath.basename(text_pages.name(pagename))
        html += f'\n    <link rel="alternate" type="text/plain" title="This page as text" href="{text}" />'
    context["metatags"] = context.get("metatags", "") + html


def one_viewport(html: str) -> str:
    """Leave the first of three that say the same: docutils, Sphinx and the theme write one.

    >>> one_viewport('<meta name="viewport" content="a" /><b><meta name="viewport" content="c"/>')
    '<meta name="viewport" content="a" /><b>'
    """
    first = _VIEWPORT.search(html)
    return html[: first.end()] + _VIEWPORT.sub("", html[first.end() :]) if first else html


def correct(app: Sphinx, pagename: str, page: rendered_pages.Rendered) -> None:
    """Remove from a rendered page what is there several times."""
    page.html = one_viewport(page.html)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is about to be rendered, and when it is."""
    app.setup_extension("_extensions.page.rendered_pages")
    stages.listen(app, stages.Stage.PAGE_PREPARED, add)
    stages.listen(app, stages.Stage.PAGE_CORRECTED, correct)
    return stages.SAFE
