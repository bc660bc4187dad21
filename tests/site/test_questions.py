"""Twenty questions in the words of readers: what they type or click, and the sentence that answers.

The search answers a question if the page is the first or the second of its results. The table of
symptoms does if one of its rows has these words and links the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from in_a_browser import address, browser, needs_a_browser, page, watched
from site_under_test import pages
from test_search import results

# Fixtures, which pytest finds by their names here.
__all__ = ["address", "browser", "page"]

NAN = "guide/nan.html"
USE = "guide/use.html"


@dataclass(frozen=True)
class Question:
    """What a reader asks.

    Attributes
    ----------
    asked : str
        The question.
    typed : str
        What is typed into the search.
    page : str
        The page that answers.
    sentence : str
        A pattern that a sentence of it matches.
    """

    asked: str
    typed: str
    page: str
    sentence: str

    def __str__(self) -> str:
        return self.asked


QUESTIONS = [
    Question("The gradient of my norm is NaN at 0. What do I write?", "norm gradient nan", NAN, r""),
    Question("sin(x)/x is NaN at 0. What is the line that fixes it?", "sin(x)/x", NAN, r""),
    Question("My slope is twice what it should be. Why?", "slope twice", NAN, r""),
    Question("acos of a dot product has an infinite gradient. Is that a bug?", "acos gradient", NAN, r""),
    Question("The gradient of std is NaN for a constant batch. What now?", "std nan", NAN, r""),
    Question("I masked x/y with torch.where and still get NaN. Why?", "torch.where nan", NAN, r""),
    Question("The gradient is right and the Hessian is NaN. Why?", "Hessian NaN", NAN, r""),
    Question("Two eigenvalues are equal and the gradient is NaN. Can it be removed?", "eigenvalues equal", NAN, r""),
    Question("Which operation made the NaN?", "detect_anomaly", NAN, r""),
    Question("One step was NaN. Is the state of Adam lost?", "Adam state NaN", NAN, r""),
    Question("How do I install it?", "pip install", USE, r""),
    Question("Does it need TensorFlow if I have JAX alone?", "install JAX alone", USE, r""),
    Question("May I use it at work?", "licence", USE, r""),
    Question(
        "How do I find out whether my function is affected?", "my function", "beyond/is-my-function-affected.html", r""
    ),
    Question("How do I put that into my tests?", "assert_sound", "beyond/is-my-function-affected.html", r""),
    Question("Is adding an epsilon a fix?", "epsilon", "", r""),
    Question("How far from the point must I stay in float32?", "float32 distance", "", r""),
    Question("Does torch.compile or XLA simplify it away?", "torch.compile XLA simplify", "", r""),
    Question("Are the results of PyTorch and TensorFlow identical, as the paper says?", "identical results", "", r""),
    Question("Where is the paper wrong?", "errata", "", r""),
]
