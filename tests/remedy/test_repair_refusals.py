"""What ``repair`` refuses, with which facts."""

from __future__ import annotations

import numpy as np
import pytest
from remedy import corpus, refusals
from remedy.double_precision import double, tensor
from removable import errors, frameworks, repair
from removable.errors import NotRemovableError, PoleError


@pytest.mark.parametrize("framework", corpus.ALL)
def test_what_is_not_removable_is_refused_with_its_facts(framework):
    said = {}
    with double(framework):
        for each in refusals.REFUSALS[:: 1 if framework == "torch" else 3]:
            if framework in each.frameworks and (
                faults := refusals.faults(each, refusals.attempt(each, repair, framework))
            ):
                said[each] = faults
    assert said == {}


@pytest.mark.parametrize("framework", corpus.ALL)
def test_what_is_removable_is_not_refused(framework):
    with double(framework):
        for case in refusals.NEAR_MISSES[:: 1 if framework == "torch" else 3]:
            if framework in case.families:
                x = frameworks.get(framework).asarray(np.array([case.at]))
                value = float(
                    np.asarray(frameworks.get(framework).to_numpy(repair(case.function(framework), at=case.at)(x)))[0]
                )
                true, natural = corpus.truth(case, np.array([case.at]))[0, 0], corpus.size(case)[0]
                assert abs(value - true) <= 1e-11 * max(natural, 1e-300), case


def test_a_pole_is_told_by_its_order_and_residue():
    with pytest.raises(PoleError, match="pole of order 1 with residue 5") as caught:
        repair(lambda x: (x * x + 1) / (x - 2), at=2.0)(tensor(1.0))
    assert (caught.value.order, round(caught.value.leading, 5)) == (1, 5.0)
    assert isinstance(caught.value, NotRemovableError)
    assert issubclass(NotRemovableError, errors.RemovableError)
