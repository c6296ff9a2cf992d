"""Which calls are decomposed backwards: those of known functions, whatever the pack."""

from __future__ import annotations

import pytest

from progsynth.lang.primitive import DSL, primitive
from progsynth.registry import pack
from progsynth.search.deduce import deducer
from progsynth.search.space import Production


def known(name: str, dsl: DSL) -> bool:
    return deducer(dsl, Production("call", name, 1)) is not None


@pytest.mark.parametrize("name", ["map", "filter", "zip_with"])
@pytest.mark.parametrize("dsl", ["default", "lambdabeam"])
def test_a_pack_may_have_them_at_fewer_types(name: str, dsl: str) -> None:
    assert known(name, pack(dsl))


def test_other_functions_of_these_names_are_not_taken_for_them() -> None:
    @primitive("(f: (int) -> int, xs: list[int]) -> int", name="map")
    def total(f, xs):  # type: ignore[no-untyped-def]
        """The sum of what f gives of each item."""
        return sum(map(f, xs))

    @primitive("(f: (a) -> b, ys: list[a]) -> list[b]", name="map")
    def backwards(f, ys):  # type: ignore[no-untyped-def]
        """What f gives of each item, from the last to the first."""
        return [f(y) for y in reversed(ys)]

    for other in (total, backwards):
        assert not known("map", DSL("mine", {"map": other}, {}, {}))
    assert not known("fold", pack())
    assert deducer(pack(), Production("variable", 0, 1)) is None
