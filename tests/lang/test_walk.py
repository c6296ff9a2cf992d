"""Generator-style recursion: results, errors and depth."""

import pytest

from progsynth.lang.walk import Walk, walk


def count_down(n: int) -> Walk[int]:
    if n == 0:
        return 0
    below = yield count_down(n - 1)
    return int(below) + 1


def fail_at(n: int) -> Walk[int]:
    if n == 0:
        raise KeyError("bottom")
    try:
        return (yield fail_at(n - 1)) + 0
    finally:
        CLOSED.append(n)


CLOSED: list[int] = []


def test_depth_is_bounded_by_memory_only() -> None:
    assert walk(count_down(100_000)) == 100_000


def test_an_error_passes_through_every_level_and_can_be_caught() -> None:
    CLOSED.clear()
    with pytest.raises(KeyError, match="bottom"):
        walk(fail_at(3))
    assert CLOSED == [1, 2, 3]


def test_a_level_may_catch_the_error_of_its_child() -> None:
    def safe() -> Walk[str]:
        try:
            yield fail_at(2)
        except KeyError:
            return "caught"
        return "missed"

    assert walk(safe()) == "caught"
