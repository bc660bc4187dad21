"""The page for a wrong address, ``404.html``, which a host shows in place of a missing one.

With a public address, every address on that page starts from there. Without one the page works in
the top folder.
"""

from __future__ import annotations

import re
import urllib.parse

from sphinx.application import Sphinx

from _extensions import stages
from _extensions.page import rendered_pages
from _extensions.whole_site import site_address

PAGE = site_address.NOT_FOUND
_HEAD = re.compile(r"<head>")
_IN_PAGE = re.compile(r'href="#')


def anchor(html: str, address: str) -> str:
    """Let the relative addresses of a page start from the folder of another address.

    >>> anchor('<head></head><a href="#top">Top</a>', "https://example.org/sub/")
    '<head><base href="/sub/" /></head><a href="404.html#top">Top</a>'
    """
    html = _HEAD.sub(f'<head><base href="{urllib.parse.urlsplit(address).path}" />', html, count=1)
    # Without the name of the page these would lead to the first page of the site.
    return _IN_PAGE.sub(f'href="{PAGE}.html#', html)


def mend(app: Sphinx, pagename: str, page: rendered_pages.Rendered) -> None:
    """Change that one page."""
    if pagename == PAGE and (public := site_address.public()):
        page.html = anchor(page.html, public)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run before the page is finished."""
    app.setup_extension("_extensions.page.rendered_pages")
    stages.listen(app, stages.Stage.PAGE_CORRECTED, mend)
    return stages.SAFE
