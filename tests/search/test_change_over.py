"""A search that serves until a better one is ready."""

from __future__ import annotations

from progsynth.lang.term import Const, Function, Program
from progsynth.lang.types import INT
from progsynth.search.change_over import ChangeOver
from progsynth.search.run import Allowance, Batch, Candidate, Told


class Scripted:
    """A search that gives one candidate, with its own number, each time."""

    def __init__(self, number: int):
        self.name = "scripted"
        self.level = number
        self.notes = ("both say this", f"{number} says this")
        self.exhausted = False
        self.told = 0
        self._candidate = Candidate(
            Program((Function("f", (), (), INT, Const(number, INT)),)), cost=number
        )

    def ask(self, allowance: Allowance) -> Batch:
        """Its candidate."""
        return Batch((self._candidate,), 1, 10)

    def tell(self, results: Told) -> None:
        """Counted."""
        self.told += 1

    def partial(self) -> tuple[Candidate, ...]:
        """Its candidate."""
        return (self._candidate,)


def at(seconds: float) -> Allowance:
    return Allowance(None, None, clock=lambda: seconds)


def test_the_other_goes_on_when_it_is_ready_and_what_was_near_is_kept() -> None:
    ready = [False, True]
    search = ChangeOver(Scripted(1), lambda: ready.pop(0), lambda: Scripted(2))
    assert [one.cost for one in search.ask(at(0.0)).candidates] == [1]
    assert search.level == 1
    assert [one.cost for one in search.ask(at(0.5)).candidates] == [1], "not asked that soon again"
    assert ready == [True]
    assert [one.cost for one in search.ask(at(2.0)).candidates] == [2]
    assert [one.cost for one in search.ask(at(9.0)).candidates] == [2], "there is no way back"
    assert search.level == 2
    assert [one.cost for one in search.partial()] == [2, 1]
    assert search.notes == ("both say this", "1 says this", "2 says this")


def test_who_gave_the_candidates_is_told_and_decides_when_all_is_tried() -> None:
    first, second = Scripted(1), Scripted(2)
    ready = [False, True]
    search = ChangeOver(first, lambda: ready.pop(0), lambda: second)
    search.ask(at(0.0))
    search.tell(())
    first.exhausted = True
    assert search.exhausted
    search.ask(at(2.0))
    search.tell(())
    assert (first.told, second.told) == (1, 1)
    assert not search.exhausted
