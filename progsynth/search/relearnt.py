"""Costs learnt again from programs that are right in part.

What the programs use that come nearest keeps its cost, and all else becomes dearer by one, so
that a second search goes deeper among what seems to matter. (Barke, Peleg and Polikarpova, "Just-
in-time learning for bottom-up enumeration", 2020, section 4, fit probabilities instead, each
time such programs are found.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from progsynth.lang.term import Call, Const, Term, subterms
from progsynth.search.space import Space

DEARER = 1


def relearnt(space: Space, nearest: Sequence[Term]) -> Space | None:
    """The space with those costs; None where these programs call nothing, and so say nothing."""
    parts = [part for term in nearest for part in subterms(term)]
    names = {part.name for part in parts if isinstance(part, Call)}
    values = {(type(part.value), part.value) for part in parts if isinstance(part, Const)}
    if not names:
        return None
    instances = {
        type_: tuple(
            [one if one.name in names else replace(one, cost=one.cost + DEARER) for one in some]
        )
        for type_, some in space.instances.items()
    }
    constants = [
        one if (type(one.value), one.value) in values else replace(one, cost=one.cost + DEARER)
        for one in space.constants
    ]
    return Space(
        instances, space.least, tuple(constants), space.max_nesting, space.surcharge, space.forms
    )
