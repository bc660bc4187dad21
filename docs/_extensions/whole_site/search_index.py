"""The search index of all pages, in a build that writes only some of them.

Sphinx drops the index entries of the pages that it does not write again: after any second build,
its search would no longer have them. And a word that no page holds any more stays in the index,
with an empty list of pages.

An entry of the index that is written into a page is a main one (``! sinc``), and so are the terms
of the glossary. The others repeat the objects of the reference, which the search has anyway.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from _extensions import stages


def complete(
    written: dict[str, list[Any]], others: dict[str, list[Any]], pages_there: set[str]
) -> dict[str, list[tuple[str, str, str]]]:
    """Join the entries of pages that were written with those of the others, in one order."""
    entries = {**others, **written}
    return {name: [tuple(entry) for entry in entries[name]] for name in sorted(entries.keys() & pages_there)}


def main_ones(entries: dict[str, list[tuple[str, str, str]]]) -> dict[str, list[tuple[str, str, str]]]:
    """Leave out what repeats the objects of the reference.

    >>> main_ones({"a": [("sinc", "index-0", "main"), ("norm() (in module b)", "b.norm", "")]})
    {'a': [('sinc', 'index-0', 'main')]}
    """
    return {name: [entry for entry in several if entry[2]] for name, several in entries.items()}


def still_held(terms: dict[str, set[str]], pages_there: set[str]) -> dict[str, set[str]]:
    """Leave out the words that no page holds any more."""
    return {word: pages for word, pages in terms.items() if pages & pages_there}


def excerpts(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the script that makes the excerpts of results."""
    if pagename == "search":
        app.add_js_file("search_excerpts.js", loading_method="defer")


def complete_search(app: Sphinx) -> list[Any]:
    """Complete the search index before it is written; Sphinx asks here for additional pages."""
    indexer = getattr(app.builder, "indexer", None)
    if indexer is not None:
        path = Path(app.doctreedir, "search-entries.json")
        try:
            others = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none, or a damaged one: trusted_files has all pages read
            others = {}
        indexer._index_entries = main_ones(complete(indexer._index_entries, others, app.env.found_docs))
        path.write_text(json.dumps(indexer._index_entries), encoding="utf-8")
        indexer._mapping = still_held(indexer._mapping, app.env.found_docs)
        indexer._title_mapping = still_held(indexer._title_mapping, app.env.found_docs)
    return []


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when the page of the search, and when all pages are written."""
    stages.listen(app, stages.Stage.PAGE_PREPARED, excerpts)
    stages.listen(app, stages.Stage.SEARCH_COMPLETED, complete_search)
    return stages.SAFE
