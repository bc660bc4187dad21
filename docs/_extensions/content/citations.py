"""Citations of the paper and of this site, made from ``CITATION.cff``.

The guide shows them, and the site offers them as two files.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from _extensions import files, folders, stages
from _extensions.whole_site import site_address

CFF = folders.ROOT / "CITATION.cff"
PAGE = "guide/cite"
_PLACE = "```bibtex\nBIBTEX\n```"


@cache  # each page asks
def load() -> dict[str, Any]:
    """Return what ``CITATION.cff`` holds."""
    return yaml.safe_load(CFF.read_text(encoding="utf-8"))


def arxiv(paper: dict[str, Any]) -> str:
    """Return the number of a paper at arXiv.

    >>> arxiv({"identifiers": [{"type": "other", "value": "arXiv:2305.03863"}]})
    '2305.03863'
    """
    (number,) = (i["value"].removeprefix("arXiv:") for i in paper["identifiers"] if i["value"].startswith("arXiv:"))
    return number


def author(person: dict[str, str]) -> str:
    """Write a name with the family name first; that of a group as it is.

    >>> author({"family-names": "Johnson", "given-names": "Daniel"}), author({"name": "A group"})
    ('Johnson, Daniel', 'A group')
    """
    return person["name"] if "name" in person else f"{person['family-names']}, {person['given-names']}"


def _author(person: dict[str, str]) -> str:
    """Write a name as BibTeX wants it; the braces keep the name of a group in one piece."""
    return f"{{{author(person)}}}" if "name" in person else author(person)


def _entry(key: str, fields: dict[str, str]) -> str:
    width = max(map(len, fields))
    return "\n".join([f"@misc{{{key},", *(f"  {name:<{width}} = {{{value}}}," for name, value in fields.items()), "}"])


def bibtex(cff: dict[str, Any], address: str | None) -> str:
    """Return an entry for the paper and one for the site, with its version and public address."""
    entries = []
    for paper in cff["references"]:
        fields = {
            "author": " and ".join(map(_author, paper["authors"])),
            "title": paper["title"],
            "year": str(paper["year"]),
            "eprint": arxiv(paper),
            "archiveprefix": "arXiv",
        }
        entries.append(_entry(f"{paper['authors'][0]['family-names']}{paper['year']}", fields))
    fields = {
        "author": " and ".join(map(_author, cff["authors"])),
        "title": cff["title"],
        "note": f"Version {cff['version']}",
    }
    if address:
        fields["howpublished"] = rf"\url{{{address}}}"
    entries.append(_entry("removable", fields))
    return "\n\n".join(entries) + "\n"


def entries() -> str:
    """Return the entries of this project."""
    return bibtex(load(), site_address.public())


def read_again(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """Name the guide's page when what it shows has changed: the version, or the address."""
    now = entries()
    outdated = getattr(env, "citation_entries", None) != now
    env.citation_entries = now
    return {PAGE} & env.found_docs if outdated else set()


def show(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the entries where the page wants them."""
    if docname == PAGE:
        source[0] = source[0].replace(_PLACE, f"```bibtex\n{entries()}```")


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Write both files beside the wheel."""
    if stages.is_site(app, exception):
        files.write_if_changed(Path(app.outdir, "dist", "CITATION.cff"), CFF.read_text(encoding="utf-8"))
        files.write_if_changed(Path(app.outdir, "dist", "removable.bib"), entries())


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when the page is read, and when all pages are written."""
    stages.listen(app, stages.Stage.PAGES_OUTDATED, read_again)
    stages.listen(app, stages.Stage.SOURCE_READ, show)
    stages.listen(app, stages.Stage.FILES_WRITTEN, serve)
    return stages.SAFE
