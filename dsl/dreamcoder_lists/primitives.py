"""DreamCoder's pack for lists: `make()` gives the base primitives of its list domain.

They were recalled from the paper (Ellis et al. 2021, the section on list processing) and its
program's default setting. README.md says what is the same here and what is not.
"""

from __future__ import annotations

from importlib import resources

from progsynth.grammar.forms import Forms
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.read import read_prelude

from . import lists, numbers

KERNEL = (numbers, lists)
FORMS = Forms(frozenset({"if", "empty"}), constants=(0, 1))  # `if` and `empty` are theirs


def make() -> DSL:
    """The pack."""
    found = [p for family in KERNEL for p in vars(family).values() if isinstance(p, Primitive)]
    dsl = DSL("dreamcoder_lists", {}, {}, {}).extend(*found)
    file = resources.files(__package__).joinpath("lists.psl")
    return read_prelude(file.read_text(encoding="utf-8"), dsl, file.name)
