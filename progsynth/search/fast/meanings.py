"""Which primitives and functions of a DSL have kernels: known by what they mean.

A primitive has the kernel of another one that it is under another name or surface: one that runs
the same function at types that the other's signature allows, for the same charges. A subroutine
has the kernel of one that is written the same, of callees that are the same. Names say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from progsynth import registry
from progsynth.lang.primitive import DSL, Callee, Primitive, called_names
from progsynth.lang.term import Function
from progsynth.lang.types import match
from progsynth.search.fast import opcodes as op
from progsynth.search.fast.opcodes import ON_ITEMS, ON_PAIRS, ON_RESULTS, TABLE, Operation

_SWAPPED = (1, 0)

# What other packs have of their own, by instance names.
_OWN: dict[str, dict[str, Operation]] = {
    "dreamcoder_lists": {
        "is_square": Operation(op.IS_SQUARE),
        "is_prime": Operation(op.IS_PRIME),
        "index": Operation(op.NTH, order=_SWAPPED),
        "cons": Operation(op.PREPEND, order=_SWAPPED),
        "cdr": Operation(op.REST),
        "car": Operation(op.FIRST_ITEM),
        "is_empty": Operation(op.IS_EMPTY),
        "fold": Operation(op.FOLD_RIGHT, -1, ON_RESULTS, (2, 1, 0)),
    },
    "lambdabeam": {
        "Access": Operation(op.ITEM, order=_SWAPPED),
        "Take": Operation(op.SLICE_TO, order=_SWAPPED),
        "Drop": Operation(op.SLICE_FROM, order=_SWAPPED),
        "zip_with": Operation(op.ZIP_WITH, -1, ON_PAIRS),
        "Scanl1": Operation(op.ACCUMULATE, -1, ON_RESULTS),
        "If": Operation(op.IF_BOTH),
        "Square": Operation(op.SQUARE),
        "IsEven": Operation(op.IS_EVEN),
        "IsOdd": Operation(op.IS_ODD),
        "Head": Operation(op.FIRST_ITEM),
        "Last": Operation(op.LAST_ITEM),
        "Count": Operation(op.COUNT_IF, -1, ON_ITEMS),
    },
}


def tables() -> dict[str, Mapping[str, Operation]]:
    """For each pack whose primitives are known, their operations by instance name."""
    return {"default": TABLE, **_OWN}


def operations(dsl: DSL) -> dict[str, Operation]:
    """The operations of what has kernels in the DSL, by instance name."""
    known = [(registry.pack(name), table) for name, table in tables().items()]
    functions: dict[int, list[tuple[Primitive, Operation]]] = {}
    for pack, table in known:
        for name, what in table.items():
            callee = pack[name]
            if isinstance(callee, Primitive):
                functions.setdefault(id(callee.fn), []).append((callee, what))
    found: dict[str, Operation] = {}
    for name in dsl:
        callee = dsl[name]
        if isinstance(callee, Primitive):
            some = functions.get(id(callee.fn), ())
            found.update((name, what) for other, what in some if _is_one(callee, other))
        else:
            for pack, table in known:
                if name in table and _is_written_the_same(name, dsl, pack):
                    found[name] = table[name]
    return found


def _is_one(callee: Primitive, other: Primitive) -> bool:
    """Is a primitive of the same function the other one, of some of its types?"""
    here, there = callee.signature, other.signature
    return (callee.fuel, callee.cells, here.names) == (
        other.fuel,
        other.cells,
        there.names,
    ) and match(there.type, here.type) is not None


def _is_written_the_same(name: str, dsl: DSL, pack: DSL) -> bool:
    """Have the two the same subroutine under the name, of the same callees?"""
    todo, seen = [name], {name}
    while todo:
        one = todo.pop()
        if one not in pack or not _same(dsl[one], pack[one]):
            return False
        callee = dsl[one]
        if isinstance(callee, Function):
            more = called_names(callee) - seen
            seen |= more
            todo.extend(more)
    return True


def _same(here: Callee, there: Callee) -> bool:
    if isinstance(here, Primitive) and isinstance(there, Primitive):
        return here.fn is there.fn and _is_one(here, there)
    return here == there
