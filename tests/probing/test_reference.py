"""The corpora are judged before they judge: what is expected, by mpmath, without the probe."""

from __future__ import annotations

import functools
from collections import Counter

import pytest
from probing import cases_judging, cases_judging_again, cases_judging_last, cases_tuning
from probing.case import FAMILIES, HARMLESS, Case
from probing.reference import Reference, reference

CORPORA = (cases_tuning, cases_judging, cases_judging_again, cases_judging_last)

CASES = tuple(case for corpus in CORPORA for case in corpus.CASES)

DENSE, COARSE = 100, 6
"""Samples of the distance in a decade, where widths are asked for and where they are not."""

SURE = [case for case in CASES if case.true is not None]


@functools.cache
def measured(case: Case) -> Reference:
    return reference(case, DENSE if case.widths else COARSE)


@pytest.mark.parametrize("case", SURE, ids=str)
def test_the_orders_that_are_expected_to_be_wrong_are_wrong(case: Case) -> None:
    assert measured(case).wrong == case.wrong


@pytest.mark.parametrize("case", [case for case in SURE if case.widths], ids=str)
def test_the_widths_that_were_derived_are_measured(case: Case) -> None:
    widths = measured(case).widths
    for order, width in case.widths.items():
        assert width / 2 <= widths[order] <= 2 * width, f"order {order}: {widths[order]}"


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda module: module.__name__)
def test_each_corpus_has_all_families_and_frameworks(corpus: object) -> None:
    assert set(Counter(case.kind for case in corpus.FAILING)) == set(FAMILIES)
    assert set(Counter(case.kind for case in corpus.SOUND)) == set(HARMLESS)
    assert {case.framework for case in corpus.FAILING} == {"torch", "tensorflow", "jax"}
    assert len({str(case) for case in corpus.CASES}) == len(corpus.CASES)


def test_a_failing_case_has_a_wrong_order_and_a_truth() -> None:
    for case in CASES:
        assert (case.verdict == "unsound") == bool(case.wrong), case
        assert not case.wrong or case.true is not None, case
        assert set(case.widths) <= case.wrong, case


def test_no_case_is_in_two_corpora() -> None:
    names = Counter(str(case) for corpus in CORPORA for case in corpus.FAILING)
    assert not [name for name, times in names.items() if times > 1]
