"""What is kept of a genetic search in a file: plain data, of a stated format, and no code.

A program is its rules, parents first, each with the number of its variable. Rules are told by
their places in the grammar, which the same problem makes in the same order; those that evolution
has made of its own, such as perturbed constants, are written out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.perturb import constant_rule
from progsynth.search.genetic.tree import Tree, assembled, nodes

FORMAT = 1

Code = list[int]  # of a program: rule, number, rule, number, ...


@dataclass(frozen=True, slots=True)
class Made:
    """A rule that the grammar does not have. A constant is bytes: text, or its digits."""

    kind: str
    result: int
    args: list[int]
    type: str
    value: bytes


@dataclass(frozen=True, slots=True)
class One:
    """An individual: the place of its program, and its errors as bytes of doubles."""

    program: int
    errors: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """A skeleton that will be met again: its rank, how many came before it, how often it was
    met; the place of its rule among loops, of what it goes over, what it starts with, and the
    numbers of its examples."""

    rank: int
    count: int
    visits: int
    loop: int
    over: int
    starts: list[Code]
    examples: list[int]


@dataclass(frozen=True, slots=True)
class SavedLocal:
    """What local search has done, so that none of it is done or paid for twice."""

    work: list[float]
    loops: list[tuple[int, bytes]]  # places of individuals, and their errors when they came in
    bodies: list[int]
    decided: dict[str, bytes]  # where branches are right, by their numbers
    conditions_charged: bool
    taken: list[tuple[int, int, int]]
    steps_charged: list[tuple[list[int], int]]
    sources_charged: list[int]
    skeletons: list[int]
    waiting: list[Waiting]
    spent: list[int]
    count: int
    executions: list[int]  # of the probing's runs and skeletons, and of deciding


@dataclass(frozen=True, slots=True)
class Saved:
    """The state of a search at the end of a generation."""

    format: int
    version: str
    owner: dict[str, str]  # digests of what the search was made of
    random: list[int]
    gauss: float | None
    counts: dict[str, int]
    bounds: tuple[int, int]
    best: tuple[float, float]
    waited: int
    seen: bytes  # numbers of programs, words of 64 bits
    rules: list[Made]
    programs: list[Code]
    individuals: list[One]
    population: list[int]
    hall: list[int]
    handed: list[int]
    arrived: list[int]
    cases: list[int]  # that the generation was judged by
    distances: list[list[int]]  # of cases; none where they were not measured
    log: list[dict[str, float]]
    local: SavedLocal


class Codec:
    """Writes programs of one grammar as numbers, and reads them."""

    def __init__(self, grammar: Grammar, made: Sequence[Made] = ()):
        self.grammar = grammar
        some = (grammar.variables, *grammar.leaves, *grammar.rules)
        self.rules: list[Rule] = [rule for rules in some for rule in rules]
        self.known = len(self.rules)
        self.rules += [self._rule(one) for one in made]
        self.places = {rule: place for place, rule in enumerate(self.rules)}

    def write(self, tree: Tree) -> Code:
        """The program as numbers."""
        code: Code = []
        for one in nodes(tree):
            place = self.places.get(one.rule)
            if place is None:
                place = self.places[one.rule] = len(self.rules)
                self.rules.append(one.rule)
            code += (place, one.number)
        return code

    def read(self, code: Code) -> Tree:
        """The program that was written."""
        pairs = zip(code[::2], code[1::2], strict=True)
        return assembled([(self.rules[place], number) for place, number in pairs])

    def made(self) -> list[Made]:
        """The rules met in writing that the grammar does not have."""
        return [
            Made(
                rule.kind,
                rule.result,
                list(rule.args),
                type(rule.detail).__name__,
                str(rule.detail).encode("utf-8", "surrogatepass"),
            )
            for rule in self.rules[self.known :]
        ]

    def _rule(self, made: Made) -> Rule:
        text = made.value.decode("utf-8", "surrogatepass")
        detail = _READERS[made.type](text)
        if made.kind == "constant":
            return constant_rule(self.grammar, made.result, detail)
        args = tuple(made.args)
        return Rule(
            made.kind, made.result, args, ((),) * len(args), detail, lambdas=(None,) * len(args)
        )


def _truth(text: str) -> bool:
    return text == "True"


def _nothing(_: str) -> None:
    return None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": _truth,
    "NoneType": _nothing,
}
