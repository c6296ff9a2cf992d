"""What of a space the compiled bank covers: the types it has words for, the primitives it has
kernels for. The rest is left to the bank in Python."""

from __future__ import annotations

from progsynth.lang.primitive import DSL
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, walk_type
from progsynth.search.fast.meanings import operations
from progsynth.search.fast.opcodes import BY_WORDS, EQ, GE, Operation
from progsynth.search.space import Space

_MOST_ITEMS = 4  # of a tuple


def covers_type(type_: Type) -> bool:
    """Has the compiled bank words for values of the type?"""
    return all(
        t in (INT, FLOAT, BOOL, STR)
        or t.name in ("list", "dict")
        or (t.name == "tuple" and len(t.types) <= _MOST_ITEMS)
        for t in walk_type(type_)
    )


def restrict(space: Space, dsl: DSL, *, tables: bool = False) -> tuple[Space, tuple[str, ...]]:
    """The part of the space that is covered, and the primitives left out, by name.

    Without `tables` it has no dicts: where neither inputs nor outputs are any, they are rarely
    on the way, and would be a large part of all values.
    """

    def covered(type_: Type) -> bool:
        return covers_type(type_) and (
            tables or not any(t.name == "dict" for t in walk_type(type_))
        )

    known = operations(dsl)
    seen: set[str] = set()
    used: set[str] = set()
    instances = {}
    for type_, some in space.instances.items():
        kept = []
        for one in some:
            parts = [t for p in one.params for t in (p.types if p.name == "fn" else (p,))]
            if (
                one.name in known
                and all(map(covered, (*parts, one.result)))
                and _is_by_value(known[one.name], one.params)
            ):
                kept.append(one)
                used.add(one.name)
            seen.add(one.name)
        if kept:
            instances[type_] = tuple(kept)
    least = {t: c for t, c in space.least.items() if covered(t)}
    constants = tuple(c for c in space.constants if covered(c.type))
    part = Space(instances, least, constants, space.max_nesting, space.surcharge, space.forms)
    return part, tuple(sorted(seen - used))


def _is_by_value(what: Operation, params: tuple[Type, ...]) -> bool:
    """Does the operation not depend on words being the same where values are?

    Of floats they are not: NaN is not equal to itself, and 0.0 is to -0.0; nor of dicts, whose
    order does not matter.
    """
    if what.code in BY_WORDS:
        return not any(map(_may_be_equal, params))
    if what.typed < 0:
        return True
    compared = params[what.typed]
    if compared.name == "fn":
        compared = compared.types[-1]
    elif what.code not in range(EQ, GE + 1):
        compared = compared.types[0]
    return compared == FLOAT or not _may_be_equal(compared)


def _may_be_equal(type_: Type) -> bool:
    """May different words of the type be equal, or the same ones not?"""
    return any(t == FLOAT or t.name == "dict" for t in walk_type(type_))


def names_in(space: Space) -> set[str]:
    """The instance names of the primitives of a space."""
    return {one.name for some in space.instances.values() for one in some}
