"""The slow twin of the bank: every term up to a cost, each run by the interpreter.

Nothing is merged, pruned or shared. Tests hold the bank against it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from progsynth.lang.failure import Failure, Limits
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Function, Lambda, Program, Term, Var, free_variables
from progsynth.lang.values import Value, identity_key
from progsynth.search.bank import splits
from progsynth.search.space import Space, Symbol, build_term

Row = tuple[Value, ...]


def all_terms(space: Space, symbol: Symbol, cost: int) -> Iterator[Term]:
    """Every term of exactly that cost, in the order of the productions."""
    known: dict[tuple[Symbol, int], list[Term]] = {}

    def terms(wanted: Symbol, total: int) -> list[Term]:
        found = known.get((wanted, total))
        if found is None:
            found = known[wanted, total] = list(make(wanted, total))
        return found

    def make(wanted: Symbol, total: int) -> Iterator[Term]:
        scope = wanted.scope
        for production in space.productions(wanted):
            left = total - production.cost
            if production.kind == "variable":
                if left == 0:
                    yield Var(len(scope.visible) - 1 - production.detail)
            elif not production.args:
                if left == 0:
                    yield build_term(production, ())
            else:
                for split in splits(left, [1] * len(production.args)):
                    chosen: list[tuple[Term, ...]] = [()]
                    for arg, share in zip(production.args, split, strict=True):
                        some = terms(arg, share)
                        if arg.scope != scope:
                            some = [Lambda(len(arg.scope.own), t) for t in some if _fits(arg, t)]
                        chosen = [(*before, t) for before in chosen for t in some]
                    yield from (build_term(production, args) for args in chosen)

    return iter(terms(symbol, cost))


def _fits(body: Symbol, term: Term) -> bool:
    """Is it a body as the search means it? Where results come back, all parameters are used."""
    own = set(range(len(body.scope.own)))
    return not body.scope.feedback or own <= free_variables(term)


def least_costs(
    space: Space,
    symbol: Symbol,
    rows: Sequence[Row],
    dsl: DSL,
    up_to: int,
    limits: Limits | None = None,
) -> dict[Hashable, int]:
    """The values, as keys of their rows, of all terms up to a cost, with the least cost of each.

    A row that fails has the key None; terms that fail on all rows are left out.
    """
    found: dict[Hashable, int] = {}
    types = symbol.scope.visible
    params = tuple(f"x{i}" for i in range(len(types)))
    for cost in range(1, up_to + 1):
        for term in all_terms(space, symbol, cost):
            program = Program((Function("f", params, types, symbol.type, term),))
            values = [run(program, row, dsl, limits) for row in rows]
            if not all(isinstance(v, Failure) for v in values):
                found.setdefault(row_key(values), cost)
    return found


def row_key(values: Sequence[Value | Failure]) -> Hashable:
    """A key that only rows of equal values share; failures are all alike."""
    return tuple(None if isinstance(v, Failure) else (identity_key(v),) for v in values)
