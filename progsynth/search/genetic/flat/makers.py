"""Which productions make a term: what stands for a call, a choice or a literal in genomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from progsynth.lang.infer import Typed
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Build, Call, Lambda, Project, Term, Var, free_variables
from progsynth.lang.types import Type, as_int
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import Alphabet, Production

Seen = tuple[Type, int | None]  # a variable in scope: its type and operand; None: of a lambda
Env = tuple[Seen, ...]  # the innermost last


class OutsideError(Exception):
    """The term has no genome."""


class Makers:
    """The productions of an alphabet, by what they make."""

    def __init__(self, dsl: DSL, alphabet: Alphabet):
        self.dsl = dsl
        self.alphabet = alphabet
        self.numbers = {type_: number for number, type_ in enumerate(alphabet.types)}
        self.by_head: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self.by_kind: dict[tuple[int, int, tuple[int, ...]], int] = {}
        for place, production in enumerate(alphabet.productions):
            if production.kind == gene.CALL:
                assert production.term is not None
                self.by_head[(production.result, *_head(production.term))].append(place)
            self.by_kind.setdefault((production.kind, production.result, production.args), place)

    def number(self, type_: Type) -> int:
        """The number of a type. Raises OutsideError."""
        found = self.numbers.get(as_int(type_))
        if found is None:
            raise OutsideError
        return found

    def production(self, kind: int, result: int, args: tuple[int, ...]) -> int:
        """The place of a loop or a constant's production. Raises OutsideError."""
        found = self.by_kind.get((kind, result, args))
        if found is None:
            raise OutsideError
        return found

    def calls(self, typed: Typed) -> Iterator[tuple[int, list[tuple[Typed, Env]]]]:
        """The productions that make the term, each with the sub-terms that are its operands and
        the variables of lambdas that these stand in."""
        result = self.number(typed.type)
        for place in self.by_head.get((result, *_head(typed.term)), ()):
            production = self.alphabet.productions[place]
            found = _matched(production, typed)
            if found is not None:
                types = tuple(self.numbers.get(as_int(one.type)) for one, _ in found)
                if types == production.args:
                    yield place, found


def _head(term: Term) -> tuple[object, ...]:
    return (type(term), *(term.label() if isinstance(term, Call | Build | Project) else ()))


def _matched(production: Production, typed: Typed) -> list[tuple[Typed, Env]] | None:
    """The sub-terms that stand for the operands of a production, where it makes the term."""
    assert production.term is not None
    found: dict[int, tuple[Typed, Env]] = {}
    todo: list[tuple[Term, Typed, Env]] = [(production.term, typed, ())]
    while todo:
        pattern, one, inner = todo.pop()
        bound = len(inner)
        if isinstance(pattern, Var) and pattern.index >= bound:
            if free_variables(one.term) & set(range(bound)):
                return None
            found[pattern.index - bound] = one, inner
            continue
        same = type(pattern) is type(one.term) and pattern.label() == one.term.label()
        if not same or len(pattern.children) != len(one.children):
            return None
        if isinstance(pattern, Lambda):
            inner = (*inner, *((type_, None) for type_ in one.type.types[:-1]))
        todo += [(p, t, inner) for p, t in zip(pattern.children, one.children, strict=True)]
    return [found[place] for place in reversed(range(len(production.args)))]
