"""Unfinished programs that can be trained: a network stands in each place that is still open.

A network that reads all that a place sees can learn whatever any expression there could compute:
what an unfinished program can be trained to bounds what its completions can reach (NEAR: Shah et
al. 2020, "Learning differentiable programs with admissible neural heuristics", section 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from progsynth.errors import UnsupportedError
from progsynth.grammar.rules import Place, Rule, Rules, made_term
from progsynth.lang.term import Call, Neural, Program, Term, Var, shift
from progsynth.lang.types import Type
from progsynth.neural.head import head_of
from progsynth.neural.modality import modality_of
from progsynth.search.problem import Problem

STANDS_IN = "open."  # a call of this name and a number is of a network in an open place


@dataclass(frozen=True, slots=True)
class Open:
    """An open place, and the number of the network that stands in it."""

    place: Place
    number: int

    @property
    def name(self) -> str:
        """The network's name."""
        return f"{STANDS_IN}{self.number}"

    @property
    def read(self) -> tuple[int, ...]:
        """The positions of the variables in sight, outermost first, that a network can read.

        In a function, which is run on every item, lists are not read again each time.
        """
        scope = self.place.scope
        return tuple(
            n for n, t in enumerate(scope.visible) if _is_readable(t, lists=not scope.lambdas)
        )

    @property
    def declared(self) -> Neural:
        """The network's declaration. Raises UnsupportedError where none can stand here."""
        head_of(self.place.type)
        visible, read = self.place.scope.visible, self.read
        if not read:
            raise UnsupportedError("a network needs an input to read")
        params = tuple(f"x{n}" for n in read)
        return Neural(self.name, params, tuple(visible[n] for n in read), self.place.type)

    @property
    def term(self) -> Term:
        """The call of the network on all that it reads."""
        visible = len(self.place.scope.visible)
        return Call(self.name, tuple(Var(visible - 1 - n) for n in self.read))


Cell = tuple[Place, Rule] | Open


def _is_readable(type_: Type, *, lists: bool) -> bool:
    try:
        modality = modality_of(type_)
    except UnsupportedError:
        return False
    return lists or not modality.has_items


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A derivation, parents first, left to right, in which places may be open."""

    cells: tuple[Cell, ...]
    cost: int = 0

    @property
    def open(self) -> tuple[Open, ...]:
        """The open places, left to right."""
        return tuple(cell for cell in self.cells if isinstance(cell, Open))

    @property
    def is_trainable(self) -> bool:
        """Can a network stand in every open place?"""
        try:
            return all(one.declared is not None for one in self.open)
        except UnsupportedError:
            return False

    @property
    def term(self) -> Term:
        """The body, with calls of networks in the open places."""
        done: list[Term] = []
        for cell in reversed(self.cells):
            if isinstance(cell, Open):
                done.append(cell.term)
                continue
            place, rule = cell
            children = [done.pop() for _ in rule.args]
            done.append(made_term(rule, children, len(place.scope.visible)))
        (term,) = done
        return term

    def program(self, problem: Problem) -> Program:
        """The program, with the declarations of the networks in the open places."""
        found = problem.wrap(shift(self.term, 0), self.cost).program
        return replace(found, neural=(*found.neural, *(one.declared for one in self.open)))

    def expanded(self, rules: Rules, numbers: Iterator[int]) -> Iterator[Unfinished]:
        """What becomes of it by each rule in the leftmost open place; `numbers` are fresh ones."""
        at = next(n for n, cell in enumerate(self.cells) if isinstance(cell, Open))
        here = self.cells[at]
        assert isinstance(here, Open)
        for rule in rules.at(here.place):
            inner = [Open(place, next(numbers)) for place in rules.places_in(here.place, rule)]
            cells = (*self.cells[:at], (here.place, rule), *inner, *self.cells[at + 1 :])
            yield Unfinished(cells, self.cost + rule.cost)
