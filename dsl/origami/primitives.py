"""The pack `origami`: `make()` gives ten words, from which the rest is to be built."""

from __future__ import annotations

from importlib import resources

from progsynth.grammar.forms import Forms
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.read import read_prelude

from . import words

FORMS = Forms(frozenset({"if", "empty"}), constants=(0,))


def make() -> DSL:
    """The pack."""
    found = [p for p in vars(words).values() if isinstance(p, Primitive)]
    dsl = DSL("origami", {}, {}, {}).extend(*found)
    file = resources.files(__package__).joinpath("folds.psl")
    return read_prelude(file.read_text(encoding="utf-8"), dsl, file.name)
