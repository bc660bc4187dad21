"""A Content-Security-Policy in each page: it runs and loads only what this build wrote.

The policy names the inline scripts and style elements of its page by their digests, which are known
once the page is rendered. A host can send a stricter policy in a header of its own; this one also
holds where nobody sends headers, as in a folder.
"""

from __future__ import annotations

import base64
import hashlib
import re

from sphinx.application import Sphinx

from _extensions import stages
from _extensions.page import rendered_pages

_INLINE = re.compile(
    r"<(?P<tag>script|style)\b(?P<attributes>[^>]*)>(?P<text>.*?)</(?P=tag)>", re.DOTALL | re.IGNORECASE
)
_SOURCE = re.compile(r"\bsrc\s*=", re.IGNORECASE)
_CHARSET = re.compile(r'<meta charset="[^"]*"\s*/?>', re.IGNORECASE)

# What 'self' means in a folder opened from a disk is left to the browser. Naming the scheme settles
# it, and gives nothing away on a host: no browser lets a page of a host load files of the reader's
# disk.
_OWN = "'self' file:"


def _digests(html: str, tag: str) -> str:
    """Name the inline elements of a kind, each once and in one order."""
    texts = {
        element["text"]
        for element in _INLINE.finditer(html)
        if element["tag"].lower() == tag and not _SOURCE.search(element["attributes"])
    }
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return "".join(f" 'sha256-{digest}'" for digest in sorted(digests))


def policy(html: str) -> str:
    """Return the policy that a rendered page meets, and nothing more than that page needs.

    >>> policy("<script>f()</script>").split("; ")[1]
    "script-src 'self' file: 'sha256-GcEEE0IkDzIP5EQ6DXZaDPORqT5RTBELX8Fyzyg9yvo='"
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_OWN}{_digests(html, 'script')}",
            f"style-src {_OWN}{_digests(html, 'style')}",
            # KaTeX positions the parts of a formula in style attributes, which can neither run nor
            # load anything here.
            "style-src-attr 'unsafe-inline'",
            f"img-src {_OWN} data:",  # the theme's style sheet holds small pictures as data
            f"font-src {_OWN}",
            "connect-src 'self'",
            "form-action 'self' file:",
            "base-uri 'self'",
        )
    )


def with_policy(html: str) -> str:
    """Put the policy in front of everything that it governs."""
    element = f'\n    <meta http-equiv="Content-Security-Policy" content="{policy(html)}" />'
    return _CHARSET.sub(lambda charset: charset[0] + element, html, count=1)


def add(app: Sphinx, pagename: str, page: rendered_pages.Rendered) -> None:
    """Finish a page."""
    page.html = with_policy(page.html)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when nothing in a page changes any more."""
    app.setup_extension("_extensions.page.rendered_pages")
    stages.listen(app, stages.Stage.PAGE_CLOSED, add)
    return stages.SAFE
