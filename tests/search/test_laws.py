"""Laws that all outputs keep, and programs that break them elsewhere."""

from __future__ import annotations

from progsynth.lang.failure import Failure, FailureKind
from progsynth.search.laws import broken, laws, shifted

ROWS = [([3, 0, 2],), ([0, 5],), ([4, 4, 0],), ([0, 1],), ([7],)]
ZEROS = [[x for x in row[0] if x == 0] for row in ROWS]


def test_what_all_outputs_keep_is_a_law() -> None:
    assert {law.name for law in laws(ROWS, ZEROS)} == {"in order", "contained", "no longer"}
    backwards = [row[0][::-1] for row in ROWS]
    assert {law.name for law in laws(ROWS, backwards)} == {"contained", "as long", "no longer"}
    assert laws(ROWS, [[x, x + 1] * 9 for x in range(5)]) == ()


def test_outputs_that_could_hardly_break_a_law_show_none() -> None:
    assert laws(ROWS, [[0], [], [], [], []]) == ()
    assert laws(ROWS, [1, 2, 3, 4, 5]) == ()
    assert laws([(1,), (2,), (3,), (4,)], [[1], [2], [3], [4]]) == ()


def test_a_program_that_fits_another_way_round_breaks_them_on_shifted_rows() -> None:
    known = laws(ROWS, ZEROS)
    more = shifted(ROWS)
    as_meant = [[x for x in row[0] if x == 0] for row in more]
    by_count = [list(range(row[0].count(0))) for row in more]
    by_least = [list(range(min(row[0]), 1)) for row in more]
    assert broken(known, more, as_meant) == 0.0
    assert broken(known, more, by_count) > 0.0
    assert broken(known, more, by_least) > 0.0


def test_a_failure_breaks_no_law() -> None:
    known = laws(ROWS, ZEROS)
    assert broken(known, ROWS, [Failure(FailureKind.DOMAIN)] * len(ROWS)) == 0.0
    assert broken((), ROWS, ZEROS) == 0.0
