"""Unfinished programs that can be trained: a network stands in each place that is still open.

A network that reads all that a place sees can learn whatever any expression there could compute:
what an unfinished program can be trained to bounds what its completions can reach (NEAR: Shah et
al. 2020, "Learning differentiable programs with admissible neural heuristics", section 3).
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from progsynth.errors import UnsupportedError
from progsynth.grammar.rules import Place, Rule, Rules, made_term
from progsynth.lang.term import (
    Call,
    Const,
    For,
    If,
    Neural,
    Program,
    Term,
    Var,
    While,
    free_variables,
    subterms,
)
from progsynth.lang.types import Type
from progsynth.neural.head import head_of
from progsynth.neural.modality import modality_of
from progsynth.search.problem import Problem
from progsynth.train.loop_rules import is_bare, is_no_loop, written_out

STANDS_IN = "open."  # a call of this name and a number is of a network in an open place


@dataclass(frozen=True, slots=True)
class Open:
    """An open place, and the number of the network that stands in it.

    In a `bare` one none stands: it is inside an argument of a submodule, which can learn by
    itself whatever a network there could add, or the step of a `while`. The network does not read
    the first `hidden` variables: see `near.Near`.
    """

    place: Place
    number: int
    bare: bool = False
    hidden: int = 0

    @property
    def name(self) -> str:
        """The network's name."""
        return f"{STANDS_IN}{self.number}"

    @property
    def read(self) -> tuple[int, ...]:
        """The positions of the variables in sight, outermost first, that a network here reads.

        Lists and texts are not among them: a network that reads the whole input fits whatever
        the rest of the program is, and tells nothing about it.
        """
        visible = enumerate(self.place.scope.visible)
        return tuple(n for n, t in visible if n >= self.hidden and is_readable(t))

    @property
    def declared(self) -> Neural:
        """The network's declaration. Raises UnsupportedError where none can stand here."""
        head_of(self.place.type)
        visible, read = self.place.scope.visible, self.read
        if not read or self.bare:
            raise UnsupportedError("no network can stand here")
        params = tuple(f"x{n}" for n in read)
        return Neural(self.name, params, tuple(visible[n] for n in read), self.place.type)

    @property
    def is_trainable(self) -> bool:
        """Can a network stand here?"""
        try:
            return self.declared is not None
        except UnsupportedError:
            return False

    @property
    def term(self) -> Term:
        """The call of the network on all that it reads."""
        visible = len(self.place.scope.visible)
        return Call(self.name, tuple(Var(visible - 1 - n) for n in self.read))


def _is_open(term: Term) -> bool:
    """Is there an open place in it?"""
    return any(isinstance(t, Call) and t.name.startswith(STANDS_IN) for t in subterms(term))


Cell = tuple[Place, Rule] | Open


def is_readable(type_: Type) -> bool:
    """Can a network in an open place read it?"""
    try:
        modality = modality_of(type_)
    except UnsupportedError:
        return False
    return not modality.has_items


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
    def rules(self) -> tuple[tuple[Place, Rule], ...]:
        """The places that are filled, with what fills them."""
        return tuple(cell for cell in self.cells if not isinstance(cell, Open))

    @property
    def is_trainable(self) -> bool:
        """Can a network stand in every open place?"""
        return all(one.is_trainable for one in self.open)

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
        return written_out(term)

    @property
    def has_constant_part(self) -> bool:
        """Is there a call in it, without open places, that reads no variable, a condition that is
        a literal, or a loop that is none? All are shorter without."""
        return any(
            (isinstance(one, If) and isinstance(one.cond, Const))
            or (isinstance(one, While | For) and is_no_loop(one, _is_open))
            or (isinstance(one, Call) and not free_variables(one) and not _is_open(one))
            for one in subterms(self.term)
        )

    def program(self, problem: Problem) -> Program:
        """The program, with the declarations of the networks in the open places."""
        found = problem.wrap(self.term, self.cost).program
        return replace(found, neural=(*found.neural, *(one.declared for one in self.open)))

    def expanded(
        self, rules: Rules, numbers: Iterator[int], submodules: Container[str] = ()
    ) -> Iterator[Unfinished]:
        """What becomes of it by each rule in one open place; `numbers` are fresh ones.

        It is the leftmost, of those where no network can stand if there are any. `submodules`
        are the names of the task's own.
        """
        here = min(self.open, key=lambda one: one.is_trainable)
        at = self.cells.index(here)
        for rule in rules.at(here.place):
            places = rules.places_in(here.place, rule)
            bare = here.bare or (rule.kind == "call" and rule.detail in submodules)
            inner = [
                Open(place, next(numbers), bare or is_bare(rule, n), here.hidden)
                for n, place in enumerate(places)
            ]
            cells = (*self.cells[:at], (here.place, rule), *inner, *self.cells[at + 1 :])
            yield Unfinished(cells, self.cost + rule.cost)
