"""Random programs over choices, as text: what enumeration and propagation are compared on."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

HEAD = """
neural digit(x: tensor[1, 2, 2]) -> choice[3]
neural dark(x: tensor[1, 2, 2]) -> bool
"""


class Writer:
    """Writes expressions of a type, from the variables in sight."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.ints = ["k"]
        self.lists = ["ys"]
        self.images = ["xs[0]", "xs[1]", "xs[2]"]
        self.fresh = 0

    def name(self) -> str:
        self.fresh += 1
        return f"v{self.fresh}"

    def int(self, depth: int) -> str:
        rng = self.rng
        if depth <= 0:
            leaf = rng.random()
            if leaf < 0.5:
                return f"digit({rng.choice(self.images)})"
            return rng.choice([*self.ints, str(rng.randint(0, 3))])
        kind = rng.randrange(12)
        a, b = self.int(depth - 1), self.int(depth - 2)
        if kind < 3:
            return f"({a} {rng.choice(['+', '-', '*', '//', '%'])} {b})"
        if kind == 3:
            return f"{rng.choice(['min', 'max'])}({a}, {b})"
        if kind < 6:
            return f"({a} if {self.bool(depth - 1)} else {b})"
        if kind < 8:
            return f"{rng.choice(['sum', 'max', 'len', 'min'])}({self.list(depth - 1)})"
        if kind == 8:
            return f"{self.list(depth - 1)}[{b}]"
        if kind == 9:
            return f"count({self.list(depth - 1)}, {b})"
        if kind == 10:
            x, y = self.name(), self.name()
            inner = self.inside([x, y], lambda: self.int(depth - 1))
            return f"fold(lambda {x}, {y}: {inner}, {b}, {self.list(depth - 1)})"
        return f"count_if({self.test(depth - 1)}, {self.list(1)})"

    def inside(self, names: list[str], make: Callable[[], str]) -> str:
        self.ints += names
        found = make()
        del self.ints[len(self.ints) - len(names) :]
        return found

    def test(self, depth: int) -> str:
        x = self.name()
        return f"lambda {x}: {self.inside([x], lambda: self.bool(depth))}"

    def bool(self, depth: int) -> str:
        rng = self.rng
        if depth <= 0:
            return f"dark({rng.choice(self.images)})"
        kind = rng.randrange(6)
        if kind < 3:
            a, b = self.int(depth - 1), self.int(depth - 2)
            return f"({a} {rng.choice(['==', '<', '<=', '!='])} {b})"
        if kind == 3:
            return f"(not {self.bool(depth - 1)})"
        if kind == 4:
            joined = rng.choice(["and", "or"])
            return f"({self.bool(depth - 1)} {joined} {self.bool(depth - 1)})"
        return f"{rng.choice(['any', 'all'])}({self.test(depth - 1)}, {self.list(depth - 1)})"

    def list(self, depth: int) -> str:
        rng = self.rng
        if depth <= 0:
            return rng.choice([*self.lists, "[digit(x) for x in xs]", "map(digit, xs)"])
        kind = rng.randrange(7)
        if kind == 0:
            return f"[{self.int(depth - 1)}, {self.int(depth - 2)}]"
        if kind == 1:
            x = self.name()
            body = self.inside([x], lambda: self.int(depth - 1))
            return f"map(lambda {x}: {body}, {self.list(depth - 1)})"
        if kind == 2:
            return f"filter({self.test(depth - 1)}, {self.list(depth - 1)})"
        if kind == 3:
            return f"sort({self.list(depth - 1)})"
        if kind == 4:
            return f"({self.list(depth - 1)} + {self.list(depth - 2)})"
        if kind == 5:
            return f"{self.list(depth - 1)}[{self.int(depth - 2)}:]"
        return f"({self.list(depth - 1)} if {self.bool(depth - 1)} else {self.list(depth - 2)})"

    def statements(self) -> list[str]:
        """An assignment, a loop over a list, or one with a condition."""
        rng, name, other = self.rng, self.name(), self.name()
        kind = rng.randrange(4)
        if kind == 0:
            lines = [f"{name} = {self.list(1)}"]
            self.lists.append(name)
            return lines
        lines = [f"{name} = {self.int(2)}"]
        self.ints.append(name)
        if kind == 1:
            lines.append(f"for {other} in {self.list(1)}:")
            step = self.inside([other], lambda: f"    if {self.bool(1)}:\n        ")
            lines.append(step + f"    {name} = {self.inside([other], lambda: self.int(2))}")
        elif kind == 2:
            lines += [f"{other} = 0", f"while {other} < 3 and {self.bool(1)}:"]
            lines += [f"    {other} = {other} + 1", f"    {name} = {self.int(2)}"]
            self.ints.append(other)
        return lines

    def program(self) -> str:
        """A function of three images, a list and an int."""
        lines = [line for _ in range(self.rng.randrange(3)) for line in self.statements()]
        result, body = self.rng.choice(
            [
                ("int", self.int(3)),
                ("bool", self.bool(3)),
                ("list[int]", self.list(2)),
                ("tuple[int, bool]", f"({self.int(2)}, {self.bool(2)})"),
            ]
        )
        lines.append(f"return {body}")
        types = "xs: list[tensor[1, 2, 2]], ys: list[int], k: int"
        return f"{HEAD}\ndef f({types}) -> {result}:\n" + "".join(f"    {x}\n" for x in lines)
