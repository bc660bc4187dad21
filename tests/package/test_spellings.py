"""One formula, typed in several ways: what differs, and that each way is what it says."""

from __future__ import annotations

import numpy as np
import pytest
from removable import frameworks, functions, gamma_grid
from removable.claims import spellings
from removable.claims.spellings import Spelling
from removable.sweeps.sweep import agreement

NEIGHBOUR = np.array([np.nextafter(2.0, 1.0)])


def added_up(x: np.ndarray, g: np.ndarray, *, denominator_last: bool) -> np.ndarray:
    """Add up in NumPy the three contributions to the slope of (x*x - 4)/g, where g has slope 1."""
    with np.errstate(all="ignore"):
        factor, through_g = 1 / g * x, -((x * x - 4) / g / g)
    return (factor + factor) + through_g if denominator_last else (through_g + factor) + factor


@pytest.mark.parametrize("denominator_first", [False, True])
def test_pytorch_adds_what_was_typed_last_first(denominator_first):
    x = np.unique(2 + gamma_grid(500))
    program = Spelling(denominator_first=denominator_first).program(functions.g)
    slope = frameworks.get("torch").derivatives(program, x)[1]
    assert agreement(slope, added_up(x, x - 2, denominator_last=denominator_first)).identical


def test_the_order_of_two_lines_decides_at_the_neighbour_of_2():
    found = {
        (name, first): frameworks.get(name).derivatives(
            Spelling(denominator_first=first).program(functions.g), NEIGHBOUR
        )
        for name in ("torch", "tensorflow")
        for first in (False, True)
    }
    assert {key: rows[1].tolist() for key, rows in found.items()} == {
        ("torch", False): [1.0],
        ("torch", True): [2.0],
        ("tensorflow", False): [1.0],
        ("tensorflow", True): [1.0],
    }


def test_the_graph_of_tensorflow_begins_with_the_denominator_and_its_eager_mode_ends_with_it():
    x = np.unique(2 + gamma_grid(2000))
    g1 = functions.g1(x, np, epsilon=1e-8, delta=1e-4)
    eager = frameworks.get("tensorflow").derivatives(functions.h1, x)[1]
    graph = spellings.in_a_graph(functions.h1, x)[1]
    assert agreement(eager, added_up(x, g1, denominator_last=True)).identical
    assert agreement(graph, added_up(x, g1, denominator_last=False)).identical
    assert not agreement(eager, graph).identical


def test_the_square_as_a_power_is_another_program_in_tensorflow_alone():
    x = np.unique(2 + gamma_grid(500))
    values = {
        (name, power): frameworks.get(name).derivatives(Spelling(power=power).program(functions.g), x, order=0)
        for name in ("torch", "tensorflow")
        for power in (False, True)
    }
    assert agreement(values["torch", False], values["torch", True]).identical
    assert not agreement(values["tensorflow", False], values["tensorflow", True]).identical


def test_every_spelling_has_a_name_of_its_own():
    assert len({str(spelling) for spelling in spellings.SPELLINGS}) == len(spellings.SPELLINGS) == 8
