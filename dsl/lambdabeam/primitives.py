"""LambdaBeam's pack: `make()` gives its 28 operations, under the names of the paper.

What they mean was recalled from the paper (Shi et al. 2023, section 5 and its appendix) and is
tested on the solutions that its authors give of their handwritten tasks. README.md says what is
the same here and what is not.
"""

from __future__ import annotations

from importlib import resources

from progsynth.grammar.forms import Forms
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.read import read_prelude

from . import lists, numbers

KERNEL = (numbers, lists)
FORMS = Forms(frozenset(), constants=(-1, 0, 1, 2, 3, 4))


def make() -> DSL:
    """The pack."""
    found = [p for family in KERNEL for p in vars(family).values() if isinstance(p, Primitive)]
    dsl = DSL("lambdabeam", {}, {}, {}).extend(*found)
    file = resources.files(__package__).joinpath("lambdabeam.psl")
    return read_prelude(file.read_text(encoding="utf-8"), dsl, file.name)
