"""A search over flat genomes that was killed comes to the result it would have come to."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from progsynth.errors import ProgsynthError
from progsynth.lang import vm
from progsynth.lang.term import const
from progsynth.search.genetic import FlatSettings, Settings, genetic
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Outcome
from tests.search.genetic.kept import ended, killed_and_gone_on, rarely_solved, shown

pytestmark = pytest.mark.skipif(not vm.available(), reason="needs Numba")

SETTINGS = FlatSettings(population=60, max_size=30, first_size=8, patience=4)
FEW = FlatSettings(population=20, max_size=12, first_size=6)
ROWS = [([3, 1, 2],), ([],), ([5, -5],), ([2, 2, 1, 9],), ([7],), ([4, 4],), ([1, 0, 8],)]
BUDGET = 12_000


NAMES = ("append", "concat.list", "last.list", "add.int", "mul.int", "len.list")


def asked(allowed: tuple[str, ...] = NAMES) -> Problem:
    return rarely_solved(ROWS, 0.14, allowed)


def outcome(made: Problem, path: Path | None) -> Outcome:
    return ended(genetic(settings=SETTINGS, checkpoint=path)(made, 3), made, BUDGET)


def main() -> None:
    """What the processes of the test do."""
    sys.stdout.write(json.dumps(shown(outcome(asked(), Path(sys.argv[1])), asked())))


def test_a_killed_search_comes_to_the_result_of_one_that_ran_through(tmp_path: Path) -> None:
    path = tmp_path / "search.json"
    whole = shown(outcome(asked(), None), asked())
    assert killed_and_gone_on(__name__, path, level=3) == whole
    assert whole["rejected"], "nothing was handed out that would have to be again"
    assert "started over" in whole["notes"][0]


@pytest.mark.parametrize("sample", [0.5, 1.0])
def test_resuming_again_and_again_changes_nothing(tmp_path: Path, sample: float) -> None:
    path = tmp_path / "search.json"
    settings = replace(SETTINGS, sample=sample)
    guest = asked().wrap(const(7), 1)  # which is of no use, but has a genome

    def gone_on(search: Any, level: int) -> Any:
        while search.level < level:
            search.ask(Allowance(1, None))
        return search

    whole: Any = genetic(settings=settings)(asked(), 5)
    gone_on(whole, 2).seed([guest])
    gone_on(whole, 7)
    for level in (2, 4, 7):
        search: Any = genetic(settings=settings, checkpoint=path)(asked(), 5)
        gone_on(search, level)
        if level == 2:
            search.seed([guest])
            gone_on(search, 3)
    assert search.rng.getstate() == whole.rng.getstate()
    assert search.draws.bit_generator.state == whole.draws.bit_generator.state
    for name in ("lengths", "keys", "sizes", "errors_NC"):
        kept, wanted = getattr(search.population, name), getattr(whole.population, name)
        np.testing.assert_array_equal(kept, wanted)
    assert search.partial() == whole.partial()
    assert search.log == whole.log
    assert search.told == whole.told
    assert (search.programs, search.executions) == (whole.programs, whole.executions)


def test_a_larger_budget_goes_on_where_the_smaller_one_ended(tmp_path: Path) -> None:
    path = tmp_path / "search.json"
    search: Any = genetic(settings=FEW, checkpoint=path)(asked(), 0)
    while search.level < 2:
        search.ask(Allowance(1, None))
    again: Any = genetic(settings=FEW, checkpoint=path)(asked(), 0)
    batch = again.ask(Allowance(10, None))
    assert again.level == 2
    assert batch.executions == again.executions > 10


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"seed": 1}, "another seed"),
        ({"settings": replace(FEW, elite=0.3)}, "another settings"),
        ({"problem": replace(asked(), outputs=([1],) * len(ROWS))}, "another problem"),
        ({"problem": asked(allowed=("append", "len.list"))}, "another language"),
    ],
)
def test_the_file_of_another_search_is_refused(
    tmp_path: Path, changed: dict[str, Any], names: str
) -> None:
    path = tmp_path / "search.json"
    search = genetic(settings=FEW, checkpoint=path)(asked(), 0)
    while not path.exists():
        search.ask(Allowance(1, None))
    before = path.read_bytes()
    options = {"problem": asked(), "seed": 0, "settings": FEW, **changed}
    method = genetic(settings=options["settings"], checkpoint=path)
    with pytest.raises(ProgsynthError, match=names):
        method(options["problem"], options["seed"])
    assert path.read_bytes() == before


def test_the_file_of_the_other_representation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "search.json"
    search = genetic(settings=FEW, checkpoint=path)(asked(), 0)
    while not path.exists():
        search.ask(Allowance(1, None))
    with pytest.raises(ProgsynthError, match=r"of format 1, found flat 1; .*remove the file"):
        genetic(settings=Settings(population=10), checkpoint=path)(asked(), 0)
    path.write_text('{"format": 1}')
    with pytest.raises(ProgsynthError, match=r"of format flat 1, found 1; .*remove the file"):
        genetic(settings=FEW, checkpoint=path)(asked(), 0)
    path.write_text('{"format": "flat 1"}')
    with pytest.raises(ProgsynthError, match="found something else"):
        genetic(settings=FEW, checkpoint=path)(asked(), 0)
