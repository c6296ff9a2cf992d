"""Two searches by turns, and a search that is made when its turn comes."""

from __future__ import annotations

from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.search.turns import InTurns, Later


class Counting:
    """A search that uses ten executions an ask, and never finds anything."""

    level = 3
    notes = ("counted",)

    def __init__(self, name: str, asked: list[str], most: int = 1_000):
        self.name, self.asked, self.left = name, asked, most

    @property
    def exhausted(self) -> bool:
        return self.left == 0

    def ask(self, allowance: Allowance) -> Batch:
        self.asked.append(self.name)
        self.left -= 1
        return Batch((), 1, 10)

    def tell(self, results: Told) -> None:
        pass

    def partial(self) -> tuple[Candidate, ...]:
        return ()


def order(executions: int, *, lazily: bool, most: int = 1_000) -> list[str]:
    """Whose turn it is, one ask after another."""
    asked: list[str] = []
    first = Counting("first", asked, most)
    search = InTurns(
        Later("first", lambda: first) if lazily else first,
        lambda: Counting("second", asked),
        (30, 20),
        before=10,
    )
    search.ask(Allowance(executions, None))
    return asked


def test_the_second_begins_and_then_turns_are_taken() -> None:
    expected = ["second", *["first"] * 3, *["second"] * 2, *["first"] * 3]
    assert order(90, lazily=False) == expected


def test_what_is_made_later_has_the_same_turns() -> None:
    for most in (1, 2, 4, 1_000):
        assert order(300, lazily=True, most=most) == order(300, lazily=False, most=most)


def test_a_search_is_not_made_before_it_is_asked() -> None:
    made: list[Counting] = []

    def make() -> Counting:
        made.append(Counting("slow", []))
        return made[-1]

    later = Later("slow", make)
    search = InTurns(later, lambda: Counting("second", []), (30, 20), before=50)
    assert (later.name, later.level, later.notes, later.partial()) == ("slow", 0, (), ())
    search.ask(Allowance(50, None))
    assert not made and not later.exhausted and search.level == 0
    search.ask(Allowance(50, None))
    assert len(made) == 1 and later.made is made[0]
    assert (later.level, later.notes) == (3, ("counted",))
