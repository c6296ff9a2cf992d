"""Lists and tables are changed in place where nothing can tell, and only there."""

from __future__ import annotations

from random import Random

import pytest

from progsynth.lang import interpret, vm
from progsynth.lang.failure import Limits
from progsynth.lang.read import read_program
from progsynth.lang.vm import Memory, bytecode, opcodes
from progsynth.lang.vm.flags import OWNED_DICT, OWNED_LIST
from progsynth.lang.vm.listing import instructions, listing
from progsynth.registry import pack

DSL = pack()


class Writer:
    """Writes a random program that keeps, changes and mixes up lists of lists and tables."""

    def __init__(self, seed: int):
        self.rng = Random(seed)
        self.lines: list[str] = []

    def rows(self) -> str:
        """An expression for a list of ints."""
        rng = self.rng
        v, w = rng.choice("ab"), rng.choice("ab")
        return rng.choice(
            [
                v,
                v,
                f"put({v}, {rng.randrange(3)}, {rng.randrange(10, 99)})",
                f"put({v}, 0, sum({w}) % 100)",
                f"put(put({v}, 1, {rng.randrange(9)}), 2, {w}[0])",
                f"append({v}, {rng.randrange(9)})",
                f"m[{rng.randrange(2)}]",
                f"put(m[{rng.randrange(2)}], 0, {rng.randrange(9)})",
                f"get(d, {rng.randrange(3)}, {v})",
                f"({v} if {w}[0] % 2 == 0 else {w})",
                f"touch({v}, {w})",
                f"fold(lambda t, x: put(t, x % 3, len(t)), {v}, {w})",
                f"fold(lambda t, x: put(x, 0, t[1]), {v}, m)",
                f"twice(lambda t: put(t, 1, {w}[2]), {v})",
                f"p[{rng.randrange(2)}]",
                f"max(m + [{v}])",
            ]
        )

    def statement(self, indent: str, depth: int) -> None:
        rng = self.rng
        kind = rng.randrange(9 if depth else 7)
        if kind <= 2:
            self.lines.append(f"{indent}{rng.choice('ab')} = {self.rows()}")
        elif kind == 3:
            self.lines.append(f"{indent}m = put(m, {rng.randrange(2)}, {self.rows()})")
        elif kind == 4:
            key = rng.randrange(3)
            self.lines.append(f"{indent}d = put(d, {key}, {self.rows()})")
        elif kind == 5:
            self.lines.append(f"{indent}p = ({self.rows()}, {self.rows()})")
        elif kind == 6:
            self.lines.append(f"{indent}kept = take(append(kept, {rng.choice('ab')}), 9)")
        elif kind == 7:
            self.lines.append(f"{indent}for i in range({rng.randrange(1, 4)}):")
            self.block(indent + "    ", depth - 1)
        else:
            self.lines.append(f"{indent}if {rng.choice('ab')}[{rng.randrange(3)}] % 2 == 0:")
            self.block(indent + "    ", depth - 1)

    def block(self, indent: str, depth: int) -> None:
        for _ in range(self.rng.randrange(1, 4)):
            self.statement(indent, depth)

    def program(self) -> str:
        for _ in range(6):
            self.statement("    ", 2)
        body = "\n".join(self.lines)
        return f"""
def touch(a: list[int], b: list[int]) -> list[int]:
    c = put(a, 0, b[1])
    return put(c, 1, a[0] + len(b))

def twice(g: (a) -> a, x: a) -> a:
    return g(g(x))

def f(a: list[int]) -> tuple[list[int], list[list[int]], dict[int, list[int]], list[list[int]]]:
    b = [7, 8, 9]
    m = [a, b]
    d = {{0: b}}
    p = (b, a)
    kept = [b]
{body}
    return (b, append(m, p[0]), d, append(kept, a))
"""


@pytest.mark.parametrize("seed", range(0, 300, 10))
def test_no_other_variable_sees_a_change(seed: int) -> None:
    for number in range(seed, seed + 10):
        text = Writer(number).program()
        program = read_program(text, DSL)
        code = bytecode.compile_program(program, DSL)
        row = ([1, 2, 3],)
        limits = Limits(fuel=2000, cells=20_000)
        expected = interpret.run(program, row, DSL, limits)
        for slack in (1, 1 << 17):
            assert vm.run(code, [row], limits, memory=Memory(slack=slack)) == [expected], text


@pytest.mark.parametrize(
    ("number", "flag", "text"),
    [
        (
            opcodes.PUT,
            OWNED_LIST,
            "def f(xs: list[int]) -> list[int]:\n"
            "    for i in range(len(xs)):\n"
            "        xs[i] = xs[i] + xs[0]\n"
            "    return xs\n",
        ),
        (
            opcodes.PUT_KEY,
            OWNED_DICT,
            "def f(xs: list[int]) -> dict[int, int]:\n"
            "    d = {0: 0}\n"
            "    for x in xs:\n"
            "        d[x] = get(d, x, 0) + 1\n"
            "    return d\n",
        ),
    ],
)
def test_an_accumulator_is_changed_in_place(number: int, flag: int, text: str) -> None:
    code = bytecode.compile_program(read_program(text, DSL), DSL)
    found = [words for _, words in instructions(code) if words[0] == number]
    flags = [words[5 if number == opcodes.PUT else 6] & flag for words in found]
    assert flags[-1] and not any(w[0] == opcodes.SHARE for _, w in instructions(code))
    # 200 copies of 4,000 words would not fit in so little memory without collections
    rows = [(list(range(4000)),)]
    roomy = Limits(fuel=10**7, cells=10**7)
    expected = vm.run(code, rows, roomy)
    assert vm.run(code, rows, roomy, memory=Memory(space=60_000)) == expected


def test_the_arguments_of_a_run_are_not_changed() -> None:
    text = "def f(xs: list[int]) -> list[int]:\n    return put(xs, 0, sum(xs))\n"
    code = bytecode.compile_program(read_program(text, DSL), DSL)
    batch = vm.encode_rows(code.types, [([1, 2],)])
    assert vm.run_many([code, code, code], batch) == [[[3, 2]]] * 3


def test_a_listing_shows_one_instruction_a_line() -> None:
    text = "def f(xs: list[int]) -> list[int]:\n    return [xs[0], 2]\n"
    shown = listing(bytecode.compile_program(read_program(text, DSL), DSL))
    assert [line.split()[1] for line in shown.splitlines()] == ["ITEM", "MAKE_LIST", "END"]
    assert shown.splitlines()[0].split()[2:] == ["s0", "p0", "k0"]
