"""A sentence or two on a page: for search engines, link previews and ``llms.txt``."""

from __future__ import annotations

import re

from docutils import nodes

LENGTH = 200  # what search engines and link previews show

SITE = (
    "Every figure, equation and claim of a paper on the flaws of automatic differentiation, computed again in PyTorch and "
    "TensorFlow and held against exact arithmetic."
)
"""Of pages that have no text of their own, such as the index."""

_CITED = re.compile(r"\s*\[\d+(?:, \d+)*\]")
_SYMBOLS = {"gamma": "γ", "epsilon": "ε", "delta": "δ", "pm": "±", "infty": "∞", "cdot": "·", "le": "≤", "ge": "≥"}
_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"), str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|(?<=:)\s*$")


def shorten(text: str, length: int = LENGTH) -> str:
    """Keep whole sentences as far as they fit; of a single long one, whole words.

    >>> shorten("One is short. Two is longer.", 20)
    'One is short.'
    >>> shorten("This sentence has no end that fits", 20)
    'This sentence has …'
    """
    text = " ".join(text.split())
    shortened = ""
    for sentence in _SENTENCE_END.split(text):
        if shortened and len(shortened) + 1 + len(sentence) > length:
            break
        shortened = f"{shortened} {sentence}".strip()
    if len(shortened) <= length:
        return shortened
    return shortened[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def in_letters(tex: str) -> str:
    r"""Write a short formula without TeX.

    >>> in_letters(r"h_1(x) = x^2 \pm \epsilon")
    'h₁(x) = x² ± ε'
    """
    tex = re.sub(r"\\(\w+?)(?![a-z])", lambda command: _SYMBOLS.get(command[1], command[0]), tex)
    tex = re.sub(r"_(\d)", lambda digit: digit[1].translate(_SMALL[0]), tex)
    return re.sub(r"\^(\d)", lambda digit: digit[1].translate(_SMALL[1]), tex)


def first_paragraph(doctree: nodes.document) -> str:
    """Return the first paragraph of the page itself, not of a box, a list or a table."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document) and (text := paragraph.astext().strip()):
            texts = paragraph.findall(nodes.Text)
            text = "".join(in_letters(text) if isinstance(text.parent, nodes.math) else text for text in texts)
            return _CITED.sub("", text)
    return ""


def describe(doctree: nodes.document | None, metadata: dict[str, str]) -> str:
    """Describe a page: as its front matter does in ``description``, or by its first sentences."""
    if given := metadata.get("description"):
        return " ".join(given.split())
    return shorten(first_paragraph(doctree)) if doctree and first_paragraph(doctree) else SITE
