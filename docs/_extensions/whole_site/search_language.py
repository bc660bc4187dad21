"""The words of the search: English, in which names of functions stay as they are.

Sphinx reduces the words of pages and of queries to stems, so that "derivatives" finds "derivative".
The stem of "since" is "sinc", and a reader who asks for sinc would get every page that says since.
"""

from __future__ import annotations

import json

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

from _extensions import folders, stages

_NAMES = (
    "abs acos acosh arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 "
    "atanh boxcox cbrt cos cosh cumprod eigh erf exp exp2 expm1 hypot jvp lgamma log log10 log1p "
    "log2 logaddexp logsumexp nan norm pinv pow relu rsqrt sigmoid sin sinc sinh slogdet softmax "
    "softplus sqrt std svd tan tanh ulp var vjp vmap xla xlogy"
)
NAMES = frozenset(_NAMES.split())
"""Names that readers type and pages have in code."""

_SCRIPT = folders.ROOT / "docs" / "_templates" / "search" / "language.js"


class Words(SearchEnglish):
    """English with names; ``_templates/search/language.js`` does the same to a query."""

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        names = json.dumps(sorted(NAMES))
        self.js_splitter_code = f"const NAMES = new Set({names});\n{_SCRIPT.read_text(encoding='utf-8')}"

    def stem(self, word: str) -> str:
        """Return the stem of a word; of a name the name, and never a name for another word.

        >>> words = Words({})
        >>> [words.stem(word) for word in ("sinc", "since", "Norms", "derivatives")]
        ['sinc', 'since', 'norm', 'deriv']
        """
        word = word.lower()
        stemmed = word if word in NAMES else super().stem(word)
        return word if stemmed in NAMES and word != f"{stemmed}s" else stemmed


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of Sphinx's own English."""
    app.add_search_language(Words)
    return stages.SAFE
