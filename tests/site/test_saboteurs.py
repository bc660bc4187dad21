"""The table of claims and saboteurs on the built site."""

from __future__ import annotations

import json
import re

import pytest
from removable.claims import ledger
from removable.claims.evidence import NOT_TESTABLE
from removable.claims.saboteurs import NOBODY, SABOTEURS, broken_by, survivors
from site_under_test import SITE, pages

NAMES = [saboteur.name for saboteur in SABOTEURS]
TESTABLE = [claim for claim in ledger.load() if claim.verdict != NOT_TESTABLE]


def recorded() -> dict[str, dict[str, str]]:
    return json.loads((SITE / "reference" / "saboteurs.json").read_text(encoding="utf-8"))["claims"]


def published() -> dict[str, list[str]]:
    """For each claim the words in its cells."""
    html = pages()["reference/saboteurs.html"].html
    lines = re.findall(r'<tr[^>]*\bid="saboteurs-of-([^"]+)"[^>]*>(.*?)</tr>', html, re.DOTALL)
    return {claim: [re.sub(r"<[^>]+>", "", cell).strip() for cell in line.split("<td")[1:]] for claim, line in lines}


def test_no_testable_claim_survives_all_saboteurs():
    assert [*recorded()] == [claim.id for claim in TESTABLE]
    assert survivors(recorded()) == ()
    for claim in TESTABLE:
        assert [*recorded()[claim.id]] == [NOBODY, *NAMES]
        assert recorded()[claim.id][NOBODY] == claim.verdict


@pytest.mark.parametrize("claim", TESTABLE, ids=lambda claim: claim.id)
def test_the_published_table_is_what_the_file_of_claims_expects(claim):
    words = [cell.rpartition(">")[2] for cell in published()[claim.id]]
    assert len(words) == len(NAMES)
    assert {*words} <= {"breaks", "raises", "survives"}
    broken = {name for name, word in zip(NAMES, words, strict=True) if word != "survives"}
    assert broken == {*claim.broken_by} == {*broken_by(recorded()[claim.id])}
    assert broken


def test_the_page_names_each_saboteur_and_says_what_it_does():
    page = pages()["reference/saboteurs.html"]
    heads = re.findall(r'<th class="head[^"]*"><p>(.*?)</p></th>', page.html)
    assert heads == ["Claim", *NAMES]
    for saboteur in SABOTEURS:
        count = sum(saboteur.name in broken_by(verdicts) for verdicts in recorded().values())
        assert count > 0, f"{saboteur.name} breaks nothing"
        assert f"{saboteur.sentence} It breaks {count} claim" in page.html
    assert "saboteurs.json" in page.links


def test_the_ledger_and_the_reference_lead_to_it():
    for name in ("paper/ledger.html", "reference/index.html", "reference/claims.html"):
        assert any(link.endswith("saboteurs.html") for link in pages()[name].links), name
