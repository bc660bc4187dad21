"""The bytes that a browser transfers for each page, as a table in ``_build/page-weight.txt``.

Text is counted as hosts send it, compressed with gzip; fonts and pictures as they are stored.
Figures are counted apart. A page loads what its head names, and the fonts of its icons and
formulas.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
import statistics
import urllib.parse
from pathlib import Path
from typing import NamedTuple

from sphinx.application import Sphinx
from sphinx.util import logging

from _extensions import files, stages
from _extensions.execute import keys, trusted_files

logger = logging.getLogger(__name__)

PAGE_LIMIT = 250_000
"""Of the median page without its figures, in bytes."""
FIGURE_LIMIT = 150_000
"""Of each figure, as it is stored."""

_LOADED = re.compile(
    r'<script\b[^>]*\bsrc="(?P<script>[^"]+)"|<link\b(?=[^>]*\brel="(?:stylesheet|icon|preload)")[^>]*\bhref="(?P<link>[^"]+)"'
)
_IMPORTED = re.compile(r"""@import\s+(?:url\()?["']?([^"')]+)""")
_FONTS_OF_MATHS = {
    "Main-Regular": r'class="katex"',
    "Math-Italic": r"\bmathnormal\b",
    "AMS-Regular": r"\b(?:amsrm|mathbb)\b|[≈≠≥≤⩽⩾□∎∖≪≫]",
    "Main-Bold": r"\bmathbf\b",
    "Caligraphic-Regular": r"\bmathcal\b",
    "SansSerif-Regular": r"\bmathsf\b",
    "Typewriter-Regular": r"\bmathtt\b|\btexttt\b",
    "Size1-Regular": r"\bdelimsizing size1\b|\bsmall-op\b|\bdelim-size1\b",
    "Size2-Regular": r"\bdelimsizing size2\b|\blarge-op\b",
    "Size3-Regular": r"\bdelimsizing size3\b",
    "Size4-Regular": r"\bdelimsizing size4\b|\bdelim-size4\b",
}
_TEXT = {".html", ".css", ".js", ".svg"}
_KINDS = {".css": "styles", ".js": "scripts", ".woff2": "fonts"}


class Weight(NamedTuple):
    """Bytes of a page by kind, and the largest of its figures."""

    page: int
    styles: int
    scripts: int
    fonts: int

    @property
    def total(self) -> int:
        """All but the figures."""
        return sum(self)


@functools.cache
def transferred(path: Path) -> int:
    """Bytes of a file on their way to a reader."""
    data = path.read_bytes()
    return len(gzip.compress(data, compresslevel=6, mtime=0)) if path.suffix in _TEXT else len(data)


def _resolve(page: Path, address: str) -> Path:
    return (page.parent / urllib.parse.unquote(urllib.parse.urlsplit(address).path)).resolve()


def _with_imports(sheet: Path) -> set[Path]:
    text = sheet.read_text(encoding="utf-8")
    imported = (_resolve(sheet, address) for address in _IMPORTED.findall(text) if not address.startswith("data:"))
    return {sheet}.union(*(_with_imports(path) for path in imported))


def loaded_with(page: Path, site: Path) -> set[Path]:
    """Name what a browser loads with a page, without its figures."""
    html = page.read_text(encoding="utf-8")
    loaded = {_resolve(page, match["script"] or match["link"]) for match in _LOADED.finditer(html)}
    loaded = set().union(*(_with_imports(path) if path.suffix == ".css" else {path} for path in loaded))
    loaded.add(site / "_static" / "icons" / "icons.woff2")
    if 'class="katex"' in html:
        shown = "".join(re.findall(r'class="katex-html".*?(?=class="katex"|\Z)', html, re.DOTALL))
        fonts = (name for name, sign in _FONTS_OF_MATHS.items() if name == "Main-Regular" or re.search(sign, shown))
        loaded |= {site / "_static" / "katex" / "fonts" / f"KaTeX_{name}.woff2" for name in fonts}
    return loaded


def weigh(page: Path, site: Path) -> Weight:
    """Weigh one page."""
    sums = dict.fromkeys(Weight._fields, 0)
    for path in {page, *loaded_with(page, site)}:
        sums[_KINDS.get(path.suffix, "page")] += transferred(path)
    return Weight(**sums)


def table(site: Path) -> str:
    """Return the table, heaviest page first, with the median and the largest figures in front."""
    pages = (path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts)
    weights = {path.relative_to(site).as_posix(): weigh(path, site) for path in pages}
    median = statistics.median(weight.total for weight in weights.values())
    figures = sorted(((path.stat().st_size, path.name) for path in (site / "_images").glob("*.svg")), reverse=True)
    lines = [f"{len(weights)} pages without figures, as transferred: median {median / 1000:.0f} kB, limit 250 kB"]
    lines += [f"largest figure, as stored: {size / 1000:.0f} kB, limit 150 kB, {name}" for size, name in figures[:1]]
    lines.append(f"\n{'kB':>6}{'page':>7}{'styles':>8}{'scripts':>9}{'fonts':>7}")
    for name, weight in sorted(weights.items(), key=lambda item: (-item[1].total, item[0])):
        total, page, styles, scripts, fonts = (round(bytes_ / 1000) for bytes_ in (weight.total, *weight))
        lines.append(f"{total:>6}{page:>7}{styles:>8}{scripts:>9}{fonts:>7}  {name}")
    return "\n".join(lines) + "\n"


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the table beside the site and log its first lines, unless the files are the same."""
    if not stages.is_site(app, exception):
        return
    site = Path(app.outdir).resolve()
    weighed = (path for path in sorted(site.rglob("*")) if path.suffix in {*_KINDS, *_TEXT} and path.is_file())
    digests = "".join(f"{path.relative_to(site).as_posix()} {trusted_files.digest(path)}\n" for path in weighed)
    stamp, file = Path(app.doctreedir, "pages-weighed"), site.parent / "page-weight.txt"
    key = f"{keys.writing_key()} {hashlib.sha256(digests.encode()).hexdigest()}"
    if file.exists() and files.read(stamp) == key:
        return
    transferred.cache_clear()
    text = table(site)
    files.write_if_changed(file, text)
    files.write_whole(stamp, key)
    logger.info("%s", text.partition("\n\n")[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when everything is written."""
    stages.listen(app, stages.Stage.PAGES_WEIGHED, write)
    return stages.SAFE
