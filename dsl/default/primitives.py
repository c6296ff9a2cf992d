"""The default pack: `make()` gives its kernel of primitives with the prelude on top.

The kernel holds what cannot be written in the language, and what is too hot to be; all else is
in the `.psl` files beside it, written in the language itself.

Rules of the kernel
* An instance is named `base.type` where several share a surface (`add.int`, `add.float`).
* Failures are Python's own exceptions (`failure.KIND_OF_EXCEPTION`), so that the sources can be
  copied into exported programs as they are.
* `fuel` is the block work, 32 cells a unit, or one unit a cell where the work for a cell is much
  more than a copy. `cells` is what the result holds beyond the arguments it may be made from:
  `xs + ys` is charged for `ys`. The memory of a run is therefore bounded by its cells and 32
  times its fuel.
* `python` forms mean the same wherever the primitive gives a value. Where the signature has type
  classes (`where a: equal`), the form holds if `a` stands for a type without floats, or a
  comparison's `a` for float itself: Python compares NaN inside containers by identity, and
  sorts it anywhere.
"""

from __future__ import annotations

from importlib import resources

from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.read import read_prelude

from . import booleans, graphs, lists, memory, numbers, tables, text

KERNEL = (numbers, booleans, text, lists, tables, graphs, memory)
# Each may use those before it; functions of one name stand in one text, where it is read whole.
PRELUDE = ("numbers", "sequences", "lists", "text", "tables", "graphs", "memory")


def kernel() -> DSL:
    """The primitives alone."""
    found = [p for family in KERNEL for p in vars(family).values() if isinstance(p, Primitive)]
    return DSL("default", {}, {}, {}).extend(*found)


def make() -> DSL:
    """The whole pack."""
    dsl = kernel()
    for family in PRELUDE:
        file = resources.files(__package__).joinpath(f"{family}.psl")
        dsl = read_prelude(file.read_text(encoding="utf-8"), dsl, file.name)
    return dsl
