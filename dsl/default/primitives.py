"""The default pack: `make()` gives its kernel of primitives with the prelude on top.

The kernel holds what cannot be written in the language, and what is too hot to be; all else is
in `prelude/`, written in the language itself.

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

from progsynth.lang.primitive import DSL, Primitive

from . import booleans, graphs, lists, memory, numbers, tables, text


def kernel() -> DSL:
    """The primitives alone."""
    families = (numbers, booleans, text, lists, tables, graphs, memory)
    found = [p for family in families for p in vars(family).values() if isinstance(p, Primitive)]
    return DSL("default", {}, {}, {}).extend(*found)


def make() -> DSL:
    """The whole pack."""
    return kernel()
