"""Does a program give what another one gives, at a bounded price?"""

from __future__ import annotations

from progsynth.lang.failure import Limits
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.registry import pack
from progsynth.solving.alike import Alike

ROWS = [(n,) for n in range(40)]
SUM = """
def f(n: int) -> int:
    total = 0
    while n > 0:
        total, n = total + n, n - 1
    return total
"""


def program(text: str) -> Program:
    return read_program(text, pack())


def alike(limits: Limits | None = None, **options: int) -> Alike:
    return Alike(program(SUM), ROWS, pack(), limits or Limits(), **options)


def test_it_says_whether_a_program_gives_the_same_on_every_row() -> None:
    same = alike()
    assert same(program("def f(n: int) -> int:\n    return n * (n + 1) // 2\n"))
    assert not same(program("def f(n: int) -> int:\n    return 0\n")), "right on the first row"
    assert not same(
        program("def f(n: int) -> int:\n    return n * (n + 1) // 2 if n < 39 else 0\n")
    )


def test_a_program_that_never_ends_costs_little() -> None:
    same = alike(Limits(fuel=1_000_000_000))
    before = same.left
    endless = (
        "def f(n: int) -> int:\n    m = 0\n    while n >= 0:\n        m = m + 1\n    return m\n"
    )
    assert not same(program(endless))
    assert before - same.left < 10_000


def test_a_failure_is_what_a_program_gives_too() -> None:
    one = Alike(program("def f(n: int) -> int:\n    return 1 // n\n"), ROWS, pack(), Limits())
    assert one(program("def f(n: int) -> int:\n    return 1 // (n + 0)\n"))
    assert not one(program("def f(n: int) -> int:\n    return [1][n]\n"))


def test_without_fuel_nothing_is_taken_for_the_same() -> None:
    same = alike(fuel=1)
    assert same(program(SUM))
    assert same.left <= 0 and not same(program(SUM))
