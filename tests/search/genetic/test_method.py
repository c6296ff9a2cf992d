"""Which representation a genetic search has, and what it says when it cannot have it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from deap import base

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang import vm
from progsynth.lang.term import Call
from progsynth.search.genetic import FlatSettings, Settings, genetic
from tests.search.genetic.problems import problem

ROWS = [(1,), (-2,)]


@pytest.mark.skipif(not vm.available(), reason="needs Numba")
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "genetic"),
        ({"settings": Settings(population=20)}, "genetic"),
        ({"settings": FlatSettings(population=20)}, "flat_genetic"),
        ({"representation": "auto", "population": 20, "max_size": 30}, "flat_genetic"),
    ],
)
def test_the_representation_is_that_of_the_settings_or_the_one_asked_for(
    options: dict[str, Any], name: str
) -> None:
    search: Any = genetic(**options)(problem("(n: int) -> int", abs, ROWS), 0)
    assert search.name == name
    assert search.settings.population == (20 if options else Settings().population)


def test_trees_are_bred_where_flat_genomes_are_not_for_the_problem_and_it_says_so() -> None:
    made = problem("(n: int) -> int", abs, ROWS)
    part = replace(made, wrap=lambda term, size: made.wrap(Call("abs.int", (term,)), size))
    search = genetic(representation="auto")(part, 0)
    assert search.name == "genetic"
    (note,) = search.notes
    assert note.startswith("trees were bred, not flat genomes: only a part of")


def test_what_is_for_trees_only_is_refused_over_flat_genomes() -> None:
    with pytest.raises(UnsupportedError, match="takes no toolbox: breed trees"):
        genetic(representation="flat", toolbox=base.Toolbox())
    with pytest.raises(UnsupportedError, match="takes no rescore"):
        genetic(representation="flat", rescore=True)


def test_a_wrong_representation_or_settings_of_the_other_are_refused() -> None:
    with pytest.raises(ProgsynthError, match="expected one of trees, flat, auto, found 'list'"):
        genetic(representation="list")
    with pytest.raises(ProgsynthError, match="expected FlatSettings for the representation 'flat'"):
        genetic(representation="flat", settings=Settings())
