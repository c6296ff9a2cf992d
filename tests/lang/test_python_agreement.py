"""Checking and lowering keep the meaning that CPython gives to random programs.

Statements of all kinds, jumps out of nested loops and branches, nested functions, and failures
in the order in which they come.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from progsynth import registry
from progsynth.lang.failure import Failure
from progsynth.lang.infer import check_program
from progsynth.lang.interpret import run
from progsynth.lang.read import read_program

ROWS = 4
PARAMETERS = ("a: int", "b: int", "xs: list[int]")


class Writer:
    """Writes one random function of ints and lists; all its loops end."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.counters = 0
        self.budget = 22  # statements
        self.helpers: list[str] = []

    def program(self) -> str:
        self.lines = [f"def f({', '.join(PARAMETERS)}) -> int:"]
        assigned = {"a", "b"}
        if self.random.random() < 0.4:
            self.nested(1, assigned)
        ended = self.block(1, assigned, loop=False)
        if not ended:
            self.put(1, f"return {self.expression(assigned, 2)}")
        return "\n".join(self.lines) + "\n"

    def put(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def nested(self, depth: int, assigned: set[str]) -> None:
        name = f"g{self.counters}"
        self.counters += 1
        self.put(depth, f"def {name}(p: int):")
        inner = {"p", "a"}
        budget, self.budget = self.budget, 4
        if not self.block(depth + 1, inner, loop=False, only=("q", "r")):
            self.put(depth + 1, f"return {self.expression(inner, 1)}")
        self.budget = budget
        self.helpers.append(name)

    def block(
        self, depth: int, assigned: set[str], *, loop: bool, only: tuple[str, ...] = ()
    ) -> bool:
        """Write `pass` and statements; True when the block cannot come to its end."""
        count = self.random.randint(1, 4)
        self.put(depth, "pass")
        for number in range(count):
            self.budget -= 1
            if self.statement(depth, assigned, loop, only):
                return True
            if self.budget <= 0 and number:
                break
        return False

    def statement(self, depth: int, assigned: set[str], loop: bool, only: tuple[str, ...]) -> bool:
        r = self.random
        names = only or ("a", "b", "c", "d", "e")
        kind = r.choice(
            ["assign"] * 3 + ["augment", "swap", "item", "if", "if", "for", "while", "jump"]
        )
        if self.budget <= 0 and kind in ("if", "for", "while"):
            kind = "assign"
        if kind == "assign":
            name = r.choice(names)
            self.put(depth, f"{name} = {self.expression(assigned, 2)}")
            assigned.add(name)
        elif kind == "augment":
            name = r.choice([n for n in sorted(assigned) if n in names] or ["a"])
            if name in names:
                symbol = r.choice(["+", "-"])
                self.put(depth, f"{name} {symbol}= {self.expression(assigned, 1)}")
        elif kind == "swap":
            one, two = r.sample(names, 2)
            values = [self.expression(assigned, 1) for _ in range(2)]
            if r.random() < 0.3 and not only:
                place = self.expression(assigned, 0)
                self.put(depth, f"{one}, xs[{place} % 3] = {values[0]}, {values[1]}")
                assigned.add(one)
            else:
                self.put(depth, f"{one}, {two} = {values[0]}, {values[1]}")
                assigned |= {one, two}
        elif kind == "item":
            if not only:
                symbol = r.choice(["=", "+=", "="])
                place = self.expression(assigned, 1)
                self.put(depth, f"xs[{place} % 4] {symbol} {self.expression(assigned, 1)}")
        elif kind == "if":
            return self.if_statement(depth, assigned, loop, only)
        elif kind == "for":
            name = r.choice(names)
            source = r.choice(["xs", f"range({r.randint(0, 4)})", f"range(b % {r.randint(1, 4)})"])
            if only:
                source = f"range({r.randint(0, 3)})"
            self.put(depth, f"for {name} in {source}:")
            self.block(depth + 1, {*assigned, name}, loop=True, only=only)
        elif kind == "while":
            self.counters += 1
            counter = f"n{self.counters}"
            self.put(depth, f"{counter} = 0")
            conds = [f"{counter} < {r.randint(0, 4)}"]
            endless = r.random() < 0.2
            if not endless and r.random() < 0.5:
                conds.append(self.condition({*assigned, counter}, 1))
            self.put(depth, "while True:" if endless else f"while {' and '.join(conds)}:")
            self.put(depth + 1, f"{counter} = {counter} + 1")
            if endless:
                self.put(depth + 1, f"if {counter} > {r.randint(0, 4)}:")
                self.put(depth + 2, r.choice(["break", f"return {self.expression(assigned, 1)}"]))
            self.block(depth + 1, {*assigned, counter}, loop=True, only=only)
            assigned.add(counter)
            if endless and not self.breaks(depth):
                return True
        elif kind == "jump" and r.random() < 0.35:
            word = r.choice(["break", "continue"]) if loop and r.random() < 0.6 else "return"
            value = f" {self.expression(assigned, 1)}" if word == "return" else ""
            self.put(depth, word + value)
            return True
        return False

    def breaks(self, depth: int) -> bool:
        """Does the loop just written, whose header is at `depth`, break?"""
        inner: list[int] = []  # the depths of loops inside it
        lines = []
        for line in reversed(self.lines):
            indent = (len(line) - len(line.lstrip())) // 4
            lines.append((indent, line.strip()))
            if indent == depth:
                break
        for indent, line in reversed(lines[:-1]):
            inner = [i for i in inner if i < indent]
            if line.startswith(("for ", "while ")):
                inner.append(indent)
            if line == "break" and not inner:
                return True
        return False

    def if_statement(
        self, depth: int, assigned: set[str], loop: bool, only: tuple[str, ...]
    ) -> bool:
        r = self.random
        count = r.choice([1, 1, 1, 2])
        states = []
        for number in range(count):
            word = "elif" if number else "if"
            self.put(depth, f"{word} {self.condition(assigned, 2)}:")
            inner = set(assigned)
            ended = self.block(depth + 1, inner, loop=loop, only=only)
            states.append(None if ended else inner)
        if r.random() < 0.6:
            self.put(depth, "else:")
            inner = set(assigned)
            ended = self.block(depth + 1, inner, loop=loop, only=only)
            states.append(None if ended else inner)
        else:
            states.append(set(assigned))
        open_ends = [s for s in states if s is not None]
        if not open_ends:
            return True
        assigned |= set.intersection(*open_ends)
        return False

    def expression(self, assigned: set[str], depth: int) -> str:
        r = self.random
        if depth == 0 or r.random() < 0.25:
            return r.choice([*sorted(assigned), str(r.randint(-2, 5))])
        kind = r.choice(["+", "-", "*", "//", "%", "if", "item", "len", "call", "sum"])
        left, right = (self.expression(assigned, depth - 1) for _ in range(2))
        if kind == "*":
            return f"({left} * {right}) % 19"
        if kind in ("//", "%"):
            return f"({left} {kind} {right})" if r.random() < 0.15 else f"({left} {kind} 3)"
        if kind == "if":
            return f"({left} if {self.condition(assigned, depth - 1)} else {right})"
        if kind == "item":
            return f"xs[{left} % 4]" if r.random() < 0.4 else f"({left} + {right})"
        if kind == "len":
            return f"len([v for v in xs if {self.condition({*assigned, 'v'}, 0)}])"
        if kind == "sum":
            return f"sum([v * {left} for v in xs for a in range(v % 3)])"
        if kind == "call" and self.helpers:
            return f"{r.choice(self.helpers)}({left})"
        return f"({left} {kind if kind in '+-' else '+'} {right})"

    def condition(self, assigned: set[str], depth: int) -> str:
        r = self.random
        left, right, third = (self.expression(assigned, max(0, depth - 1)) for _ in range(3))
        symbol, second = (r.choice(["<", "<=", ">", "==", "!="]) for _ in range(2))
        kind = r.choice(["plain", "plain", "chain", "and", "or", "not", "in"])
        if depth > 0 and kind in ("and", "or"):
            one, two = (self.condition(assigned, depth - 1) for _ in range(2))
            return f"({one} {kind} {two})"
        if depth > 0 and kind == "not":
            return f"(not {self.condition(assigned, depth - 1)})"
        if kind == "chain":
            return f"{left} {symbol} {right} {second} {third}"
        if kind == "in":
            return f"{left} {r.choice(['in', 'not in'])} xs"
        return f"{left} {symbol} {right}"


def python_outcome(text: str, args: tuple[Any, ...]) -> Any:
    """What CPython makes of it: the value, or the name of the failure."""
    scope: dict[str, Any] = {}
    # Values of the language do not change: a loop goes over the list as it was at its start.
    exec(text.replace(" in xs:\n", " in list(xs):\n"), scope)
    try:
        return scope["f"](args[0], args[1], list(args[2]))
    except (IndexError, ZeroDivisionError) as error:
        return {"IndexError": "index", "ZeroDivisionError": "zero"}[type(error).__name__]


def compare(first: int, count: int) -> Counter[str]:
    """Run programs of these seeds both ways; what their rows ended in."""
    dsl = registry.pack()
    ends: Counter[str] = Counter()
    for seed in range(first, first + count):
        text = Writer(seed).program()
        program = read_program(text, dsl)
        check_program(program, dsl)
        choose = random.Random(seed)
        for _ in range(ROWS):
            length = choose.choice([0, 2, 4, 4])
            a, b, *xs = (choose.randint(-3, 6) for _ in range(length + 2))
            outcome = run(program, (a, b, xs), dsl)
            found = outcome.kind.value if isinstance(outcome, Failure) else outcome
            if found == "overflow":  # CPython's ints have no end
                ends[found] += 1
                continue
            expected = python_outcome(text, (a, b, xs))
            assert (type(found), found) == (type(expected), expected), f"{text}\nf{a, b, xs}"
            ends[found if isinstance(found, str) else "value"] += 1
    return ends


def test_random_programs_mean_what_python_says() -> None:
    ends = compare(0, 200)
    assert ends["value"] > 400
    assert ends["index"] > 40
    assert ends["zero"] > 10
    assert ends["overflow"] < 10


@pytest.mark.slow
def test_many_random_programs_mean_what_python_says() -> None:
    ends = compare(1000, 10_000)
    assert ends.total() == ROWS * 10_000
    assert ends["overflow"] < 400
