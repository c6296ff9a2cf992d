"""A search that was killed goes on from its file to the result it would have come to."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.search.genetic import (
    GeneticSearch,
    Settings,
    genetic,
    refine,
    skeletons,
    small,
    steps,
)
from progsynth.search.genetic.generate import ramped
from progsynth.search.genetic.grammar import make_grammar
from progsynth.search.genetic.perturb import constant_rule
from progsynth.search.genetic.saved import Codec
from progsynth.search.genetic.scoring import EngineScorer
from progsynth.search.genetic.tree import name_of, node
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Outcome

from .kept import ended, killed_and_gone_on, rarely_solved, shown
from .problems import problem

SETTINGS = Settings(population=30, max_size=20, first_size=10, patience=4, local=1.0)
ROWS = [([3, 1, 2],), ([],), ([5, -5],), ([2, 2, 1, 9],), ([7],)]
BUDGET = 150_000
FEW = Settings(population=10, max_size=10, first_size=6, fits=0.0, local=0.0)
# What local search looks at each time: little, so that there are many turns of it to be kept.
LITTLE = (
    (steps, {"_EXECUTIONS": 1_000, "_CHEAP": 200, "_PAIRS": 200, "_THREE": 200}),
    (skeletons, {"_SOURCES": 1_000}),
    (refine, {"_EXECUTIONS": 1_000, "_EXPRESSIONS": 60}),
    (small, {"MOST": 50}),
)


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    look_at_little(monkeypatch)


def look_at_little(patch: pytest.MonkeyPatch) -> None:
    for module, values in LITTLE:
        for name, value in values.items():
            patch.setattr(module, name, value)


NAMES = ("append", "concat.list", "init.list", "last.list", "add.int", "mul.int", "len.list")


def asked() -> Problem:
    return rarely_solved(ROWS, 0.2, NAMES)


def outcome(made: Problem, path: Path | None, *, seed: int = 3) -> Outcome:
    return ended(genetic(settings=SETTINGS, checkpoint=path)(made, seed), made, BUDGET)


def main() -> None:
    """What the processes of the test do."""
    look_at_little(pytest.MonkeyPatch())
    sys.stdout.write(json.dumps(shown(outcome(asked(), Path(sys.argv[1])), asked())))


def test_a_killed_search_comes_to_the_result_of_one_that_ran_through(tmp_path: Path) -> None:
    path = tmp_path / "search.json"
    whole = shown(outcome(asked(), None), asked())
    assert killed_and_gone_on(__name__, path, level=2) == whole
    assert whole["rejected"], "nothing was handed out that would have to be again"


@pytest.mark.parametrize("sampled", [{}, {"sample": 0.6}, {"sample": 0.6, "informed": 2}])
def test_resuming_again_and_again_changes_nothing(tmp_path: Path, sampled: dict[str, Any]) -> None:
    path = tmp_path / "search.json"
    settings = replace(SETTINGS, **sampled)
    whole = GeneticSearch(asked(), 5, settings=settings)
    while whole.level < 5:
        whole.ask(Allowance(1, None))
    for level in (1, 3, 5):
        search = GeneticSearch(asked(), 5, settings=settings, checkpoint=path)
        while search.level < level:
            search.ask(Allowance(1, None))
    assert search.rng.getstate() == whole.rng.getstate()
    assert [(o.key, o.errors.tobytes()) for o in search.population] == [
        (o.key, o.errors.tobytes()) for o in whole.population
    ]
    assert search.seen == whole.seen
    assert [one.key for one in search.hall] == [one.key for one in whole.hall]
    assert list(search.logbook) == list(whole.logbook)
    assert (search.programs, search.executions) == (whole.programs, whole.executions)


def test_a_larger_budget_goes_on_where_the_smaller_one_ended(tmp_path: Path) -> None:
    path = tmp_path / "search.json"
    search = GeneticSearch(asked(), 0, settings=FEW, checkpoint=path)
    while search.level < 2:
        search.ask(Allowance(1, None))
    again = GeneticSearch(asked(), 0, settings=FEW, checkpoint=path)
    batch = again.ask(Allowance(10, None))
    assert (batch.programs, batch.executions) == (again.programs, again.executions)
    assert again.level == 2
    assert batch.programs == 20


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"seed": 1}, "another seed"),
        ({"settings": replace(FEW, elite=0.3)}, "another settings"),
        ({"problem": replace(asked(), outputs=([1],) * 5)}, "another problem"),
        ({"problem": replace(asked(), allowed=("append", "len.list"))}, "another language"),
    ],
)
def test_the_file_of_another_search_is_refused(
    tmp_path: Path, changed: dict[str, Any], names: str
) -> None:
    path = tmp_path / "search.json"
    search = GeneticSearch(asked(), 0, settings=FEW, checkpoint=path)
    while not path.exists():
        search.ask(Allowance(1, None))
    before = path.read_bytes()
    options = {"problem": asked(), "seed": 0, "settings": FEW, **changed}
    with pytest.raises(ProgsynthError, match=names):
        GeneticSearch(checkpoint=path, **options)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1}'])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.json"
    path.write_text(text)
    with pytest.raises(ProgsynthError, match=r"notes\.json: .*remove the file to begin anew"):
        GeneticSearch(asked(), 0, settings=FEW, checkpoint=path)
    assert path.read_text() == text


def test_what_cannot_be_kept_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProgsynthError, match="there is no folder"):
        GeneticSearch(asked(), 0, checkpoint=tmp_path / "none" / "search.json")
    with pytest.raises(ProgsynthError, match="every: expected a number of generations"):
        GeneticSearch(asked(), 0, checkpoint=tmp_path / "search.json", every=0)
    with pytest.raises(UnsupportedError, match="no networks"):
        GeneticSearch(asked(), 0, checkpoint=tmp_path / "s", scorer=EngineScorer(asked()))


def test_it_is_written_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "search.json"
    search = GeneticSearch(asked(), 0, settings=FEW, checkpoint=path, every=1_000)
    while search.level < 2:
        search.ask(Allowance(1, None))
    assert not path.exists()
    assert search.checkpoint is not None
    search.checkpoint.wanted = True
    while not path.exists():
        search.ask(Allowance(1, None))
    assert search.level in (2, 3)


def test_programs_are_read_as_they_were_written() -> None:
    made = problem("(s: str, x: float) -> str", lambda s, x: s, [("a", 1.5), ("b", 2.0)])
    grammar = make_grammar(made)
    rng = Random(0)
    trees = [ramped(grammar, rng, size=20, depth=8) for _ in range(60)]
    names = [str(type_) for type_ in grammar.types]
    for text, value in (("str", "\ud800é\n"), ("float", float("inf")), ("int", 2**63 - 1)):
        trees.append(node(constant_rule(grammar, names.index(text), value)))
    codec = Codec(grammar)
    codes = [codec.write(tree) for tree in trees]
    again = make_grammar(made)
    reader = Codec(again, codec.made())
    read = [reader.read(code) for code in codes]
    assert [name_of(tree, again) for tree in read] == [name_of(tree, grammar) for tree in trees]


def test_the_several_numbers_that_grade_an_output_are_kept(tmp_path: Path) -> None:
    made = problem(
        "(a: int, b: int) -> tuple[int, int]",
        lambda a, b: (min(a, b), max(a, b)),
        [(3, 1), (2, 5), (4, 4)],
        error=lambda expected, found: (abs(expected[0] - found[0]), abs(expected[1] - found[1])),
    )
    path = tmp_path / "search.json"
    search = GeneticSearch(made, 0, settings=FEW, checkpoint=path)
    while search.level < 2:
        search.ask(Allowance(200, None))
    again = GeneticSearch(made, 0, settings=FEW, checkpoint=path)
    again.ask(Allowance(1, None))
    assert again.level >= 1
    kept = {one.key: one.numbers for one in search.population}
    assert {one.key for one in again.population} == set(kept)
    for one in again.population:
        numbers = kept[one.key]
        assert numbers is not None
        assert one.numbers is not None
        np.testing.assert_array_equal(one.numbers, numbers)
