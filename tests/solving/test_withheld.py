"""What a task withholds is gone from the words of its programs, and all that is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.read import read_program
from progsynth.library.admit import add_program
from progsynth.library.store import Library
from progsynth.library.vocabulary import Vocabulary
from progsynth.registry import pack, suite
from progsynth.solving.setting import make_setting
from progsynth.task import Task


def instances(names: Iterable[str], dsl: DSL) -> set[str]:
    """The instances that names stand for: each itself, or all that are written by it."""
    return {i for name in names for i in ([name] if name in dsl else dsl.overloads(name))}


def made_of(names: Iterable[str], dsl: DSL) -> set[str]:
    """The names, and the functions that call one of them, directly or through others."""
    found = set(names)
    size = 0
    while size < len(found):
        size = len(found)
        found |= {n for n, f in dsl.functions.items() if found & called_names(f)}
    return found


@pytest.mark.parametrize("name", [t.name for t in suite("algorithms") if t.withheld])
def test_no_function_of_an_algorithm_s_task_is_made_of_what_it_withholds(name: str) -> None:
    task = suite("algorithms")[name]
    gone = made_of(instances(task.withheld, pack()), pack())
    assert set(make_setting(task).vocabulary.dsl) == set(pack()) - gone


def test_functions_of_functions_are_withheld_too() -> None:
    task = Task.from_pairs("count", [([1], 1)], withheld=("filter",))
    words = make_setting(task).vocabulary.dsl
    assert "count_if" not in words  # calls filter
    assert "count_if" in pack()
    more = pack().extend(
        read_program("def f(xs: list[int]) -> int:\n    return count_if(is_big, xs)\n", big()).entry
    )
    assert "f" not in more.without("filter")  # calls count_if


def big() -> DSL:
    return pack().extend(
        read_program("def is_big(x: int) -> bool:\n    return x > 9\n", pack()).entry
    )


def test_a_library_s_subroutines_are_withheld_with_what_they_are_made_of(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    text = "def largest(xs: list[int]) -> int:\n    return sort(xs)[-1]\n"
    add_program(library, read_program(text, pack()), Vocabulary(pack(), pack()))
    pairs = [([3, 1], [1, 3]), ([2], [2])]
    free = Task.from_pairs("sorted", pairs)
    assert "largest" in make_setting(free, library=library).vocabulary.dsl
    task = Task.from_pairs("sorted", pairs, withheld=("sort",))
    words = make_setting(task, library=library).vocabulary
    assert "largest" not in words.dsl
    assert "'largest' of the library is left out" in words.notes[0]
