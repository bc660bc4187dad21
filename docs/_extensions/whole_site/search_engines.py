"""What search engines ask of a public site: ``sitemap.xml``, which ``robots.txt`` names.

Every page is listed whether this build has written it or not, so that a second build has the same
list as the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from sphinx.application import Sphinx

from _extensions import files, stages
from _extensions.whole_site import site_address


def sitemap(addresses: Iterable[str]) -> str:
    """Return the list in the form of sitemaps.org."""
    entries = "".join(f"  <url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{entries}</urlset>\n"


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write both files, or remove those of a build that had an address."""
    if not stages.is_site(app, exception):
        return
    texts = {"sitemap.xml": "", "robots.txt": ""}
    if public := site_address.public():
        names = sorted(app.env.found_docs - {site_address.NOT_FOUND})
        texts["sitemap.xml"] = sitemap(public + app.builder.get_target_uri(name) for name in names)
        texts["robots.txt"] = f"User-agent: *\nAllow: /\n\nSitemap: {public}sitemap.xml\n"
    for name, text in texts.items():
        path = Path(app.outdir, name)
        if not text:
            path.unlink(missing_ok=True)
        else:
            files.write_if_changed(path, text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all pages are written, before the build counts as finished."""
    stages.listen(app, stages.Stage.FILES_WRITTEN, write)
    return stages.SAFE
