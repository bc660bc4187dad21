"""The check that makes changes by hand: its list, its sentence on one that no test notices."""

from __future__ import annotations

import mutants_by_hand
import pytest
from mutants_by_hand import Change


def test_every_change_can_be_made():
    assert [trouble for change in mutants_by_hand.changes() if (trouble := change.trouble())] == []


def test_thirty_changes_are_spread_over_six_rooms():
    modules = [change.module for change in mutants_by_hand.changes()]
    assert len(modules) >= 30
    rooms = {module.partition("/")[0] for module in modules}
    assert {"sweeps/sweep", "sweeps/regions", "sweeps/widths", "sweeps/forms"} <= {*modules}
    assert {"sweeps", "truth", "frameworks", "claims", "plots", "remedy"} <= rooms


def test_a_change_that_cannot_be_made_is_named():
    change = Change("x", "sweeps/widths.py", "return Edges(*reached)", "return 1", ())
    assert change.trouble() == ""
    assert "there is no sweeps/width.py" in Change("x", "sweeps/width.py", "a", "b", ()).trouble()
    assert (
        "its text occurs 0 times in sweeps/widths.py"
        in Change("x", "sweeps/widths.py", "no such text", "b", ()).trouble()
    )
    assert (
        "nothing changes"
        in Change("x", "sweeps/widths.py", "return Edges(*reached)", "return Edges(*reached)", ()).trouble()
    )


@pytest.mark.parametrize(
    ("status", "code", "said"), [(1, 0, "noticed by test_x"), (0, 1, "NOT NOTICED"), (4, 1, "NOT NOTICED")]
)
def test_only_a_failed_test_counts_as_noticed(monkeypatch, capsys, status, code, said):
    change = Change("x", "sweeps/widths.py", "return Edges(*reached)", "return 1", ("tests/package/test_widths.py",))
    monkeypatch.setattr(mutants_by_hand, "changes", lambda: [change])
    monkeypatch.setattr(mutants_by_hand, "run", lambda tests, change=None: (status if change else 0, "test_x"))
    assert mutants_by_hand.main([]) == code
    assert said in capsys.readouterr().out


def test_tests_that_fail_as_they_are_prove_nothing(monkeypatch, capsys):
    change = Change("x", "sweeps/widths.py", "return Edges(*reached)", "return 1", ("tests/package/test_widths.py",))
    monkeypatch.setattr(mutants_by_hand, "changes", lambda: [change])
    monkeypatch.setattr(mutants_by_hand, "run", lambda tests, change=None: (1, "test_x"))
    assert mutants_by_hand.main([]) == 1
    assert "does not pass as it is" in capsys.readouterr().out


def test_an_unknown_module_is_one_sentence(capsys):
    with pytest.raises(SystemExit):
        mutants_by_hand.main(["nowhere"])
    assert "there is no change in 'nowhere'; give some of" in capsys.readouterr().err
