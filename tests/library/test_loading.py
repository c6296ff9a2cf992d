"""A library as a language: what solutions leave there, later tasks call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from progsynth.errors import LibraryError, ProgsynthError
from progsynth.lang.engines import run_rows
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.library.admit import add_network, add_program
from progsynth.library.loading import extend, load
from progsynth.library.store import Library
from progsynth.library.vocabulary import Vocabulary
from progsynth.registry import pack
from progsynth.solve import Result, solve
from progsynth.task import Task

from .networks import LEVEL, level_network

PACK = pack()
WORDS = Vocabulary(PACK, PACK)
SMALL = DSL(
    "small",
    {n: PACK.primitives[n] for n in ("map", "sum.int", "add.int", "sub.int", "mul.int")},
    {},
    PACK.surfaces,
)
XS = [[[0.0], [2.0]], [[3.0]], [[1.0], [1.0], [3.0]], [[2.0], [2.0]]]
REQUEST = "list[tensor[1]] -> int"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def levels(name: str, outputs: list[int], **options: object) -> Task:
    pairs = list(zip(XS, outputs, strict=True))
    return Task.from_pairs(name, pairs, request=REQUEST, **options)  # type: ignore[arg-type]


def solved(task: Task, library: Library) -> Result:
    found = solve(task, library=library, dsl=SMALL, seconds=30.0)
    assert found.solved, str(found)
    return found


def double(library: Library, text: str = "2 * x", name: str = "double", dsl: DSL = PACK) -> object:
    program = read_program(f"def {name}(x: int) -> int:\n    return {text}\n", dsl)
    return add_program(library, program, Vocabulary(dsl, dsl))


def test_a_solution_is_a_word_of_the_next_tasks_programs(library: Library) -> None:
    first = solved(Task.from_pairs("triple", [(1, 3), (5, 15), (-2, -6)]), library)
    entry = first.add_to(library, doc="Three times.")
    assert (entry.name, entry.kind, entry.doc, entry.needs) == (
        *("triple", "function", "Three times."),
        (),
    )
    assert entry.provenance.task == "triple"
    assert entry.provenance.figures["executions"] == first.executions
    pairs = [([1, 2], [3, 6]), ([4], [12]), ([], [])]
    second = solved(Task.from_pairs("triples", pairs), library)
    assert second.program is not None
    assert "return map(triple, xs)" in second.program
    assert "def triple(" in second.program, "what it calls is written out in it"
    program = read_program(second.program, PACK)
    assert run_rows(program, [([7, 8],)], PACK) == [[21, 24]]
    assert second.function([10]) == [30]
    assert second.python is not None
    assert library.uses(entry) == {"triples": 1}


def test_a_subroutine_needs_the_entries_that_it_calls(library: Library) -> None:
    network = add_network(library, level_network(), doc="The level.")
    assert network.source == f"neural {LEVEL}"
    assert network.provenance.figures["recipe"]["hidden"] == []
    first = solved(levels("total level", [2, 3, 5, 4]), library)
    entry = first.add_to(library)
    assert [(n.called, n.name, n.version) for n in entry.needs] == [("level", "level", 1)]
    assert library.entries()[0] == library.get("level"), "the network is the one that was there"
    assert library.history("level") == (library.get("level"),)
    second = solved(levels("total and one", [3, 4, 6, 5]), library)
    assert second.program is not None
    assert second.program.startswith(f"neural {LEVEL}\n\n\ndef total_level(")
    assert (second.gradient_steps, sorted(second.networks)) == (0, ["level"])
    assert second.function(np.array([[3.0], [3.0]])) == 7
    assert library.uses(entry) == {"total and one": 1}
    assert library.uses(library.get("level")) == {"total level": 1}, "called by it, not again"


def test_entries_keep_what_they_call_when_that_changes(library: Library) -> None:
    double(library)
    words = load(PACK, library)
    twice = read_program("def four(x: int) -> int:\n    return double(double(x))\n", words.dsl)
    four = add_program(library, twice, words)
    double(library, "x * 2 + 100")
    words = load(PACK, library)
    assert list(words.functions) == ["double", "double_v1", "four"]
    called = read_program("def f(x: int) -> int:\n    return four(x) + double(x)\n", words.dsl)
    assert run_rows(called, [(5,)], words.dsl, engine="interpreter") == [20 + 110]
    library.retire("double")
    assert list(load(PACK, library).functions) == ["double_v1", "four"]
    assert library.get("four") == four


def test_a_name_that_is_taken_is_another_here_and_a_note_says_so(library: Library) -> None:
    double(library)
    doubled = double_pack()
    words = load(doubled, library)
    assert list(words.functions) == ["double_v1"]
    assert words.notes == ("'double' of the library is called 'double_v1' here: its name is taken",)
    words = load(PACK, library, taken={"double"})
    assert list(words.functions) == ["double_v1"]
    calling = read_program("def f(x: int) -> int:\n    return double_v1(x)\n", words.dsl)
    assert [f.name for f in words.closed(calling).functions] == ["double_v1", "f"]
    add_network(library, level_network(), name="sum")
    assert list(load(PACK, library).networks) == ["sum_v1"]
    program = read_program("def f(x: int) -> int:\n    return x\n", PACK)
    with pytest.raises(LibraryError, match="the pack 'default' has a function of that name"):
        add_program(library, program, WORDS, name="sum")


def double_pack() -> DSL:
    mine = read_program("def double(x: int) -> int:\n    return x + x\n", PACK).entry
    return PACK.extend(mine)


def test_a_submodule_that_a_task_declares_is_the_library_s_if_its_types_are(
    library: Library,
) -> None:
    add_network(library, level_network())
    same = solved(levels("total", [2, 3, 5, 4], neural=[LEVEL]), library)
    assert (same.gradient_steps, same.networks["level"].declaration.name) == (0, "level")
    other = levels("total", [2, 3, 5, 4], neural=["level(x: tensor[1]) -> choice[5]"])
    found = solve(other, library=library, dsl=SMALL, seconds=0.0)
    assert found.search == "hybrid"
    assert found.notes[-1].startswith("'level' of the library is called 'level_v1' here")


def test_what_the_pack_cannot_express_is_left_out_and_a_note_says_so(library: Library) -> None:
    program = read_program("def total(xs: list[int]) -> int:\n    return sum(xs)\n", PACK)
    add_program(library, program, WORDS)
    words = load(PACK, library)
    more = "def more(xs: list[int]) -> int:\n    return total(xs) + 1\n"
    add_program(library, read_program(more, words.dsl), words)
    words = load(PACK.without("sum"), library)
    assert (words.functions, len(words.notes)) == ({}, 1)
    assert "'total' of the library is left out: the pack 'default' lacks" in words.notes[0]
    task = Task.from_pairs("total", [([1, 2], 3), ([4], 4)], withheld=("sum",))
    assert words.notes[0] in solve(task, library=library, seconds=None, executions=500).notes


def test_other_functions_of_a_program_are_entries_of_their_own(library: Library) -> None:
    text = """
def step(x: int) -> int:
    return x + 1

def two_steps(x: int) -> int:
    return step(step(x))
"""
    entry = add_program(library, read_program(text, PACK), WORDS, name="plus_two")
    assert [e.name for e in library.entries()] == ["plus_two", "plus_two_step"]
    assert [(n.called, n.name) for n in entry.needs] == [("step", "plus_two_step")]
    dsl = extend(PACK, library)
    program = read_program("def f(x: int) -> int:\n    return plus_two(x)\n", dsl)
    assert run_rows(program, [(5,)], dsl) == [7]


def test_a_program_goes_to_another_library_with_all_it_needs(
    library: Library, tmp_path: Path
) -> None:
    add_network(library, level_network())
    found = solved(levels("total level", [2, 3, 5, 4]), library)
    other = Library(tmp_path / "other")
    found.add_to(other, name="total")
    assert [e.name for e in other.entries()] == ["level", "total"]
    assert other.weights(other.get("level")) == library.weights(library.get("level"))


def test_only_solutions_are_added_and_networks_need_weights(library: Library) -> None:
    task = Task.from_pairs("riddle", [(1, 17), (2, -9)])
    with pytest.raises(ProgsynthError, match="'riddle' is not solved: only solutions are added"):
        solve(task, seconds=None, executions=50).add_to(library)
    program = read_program(
        f"neural {LEVEL}\ndef f(x: tensor[1]) -> int:\n    return level(x)\n", PACK
    )
    with pytest.raises(LibraryError, match="its submodule 'level' has no network"):
        add_program(library, program, WORDS)


def test_networks_for_tensors_that_a_task_has_not_are_not_even_loaded(library: Library) -> None:
    double(library)
    add_network(library, level_network())
    double(library, "5 * x", "five_times")
    code = f"""
import sys
import progsynth as ps
task = ps.Task.from_pairs("five", [(1, 5), (3, 15)])
found = ps.solve(task, library={str(library.path)!r}, seconds=30)
assert found.solved, found
print("torch" in sys.modules, "deap" in sys.modules, "five_times" in found.program)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split() == ["False", "False", "True"], done.stderr


def test_a_library_that_cannot_be_written_still_serves(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    double(library, "3 * x", "triple")

    def refuse(*_: object) -> None:
        raise LibraryError("the library cannot be written")

    monkeypatch.setattr(Library, "used", refuse)
    found = solved(Task.from_pairs("triples", [([1, 2], [3, 6]), ([4], [12])]), library)
    assert "triple" in (found.program or "")
    assert "its uses were not counted: the library cannot be written" in found.notes
