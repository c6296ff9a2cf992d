"""Programs made shorter by new subroutines: typed, named, rewritten, and run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure, FailureKind
from progsynth.lang.primitive import signature_of
from progsynth.lang.read import read_program
from progsynth.lang.term import Program, size
from progsynth.library.compress import Compression, Frontier, admit, compress
from progsynth.library.loading import load
from progsynth.library.store import Library
from progsynth.registry import pack

PACK = pack()
INTS = "xs: list[int]"


def frontier(name: str, *texts: str) -> Frontier:
    return Frontier(name, tuple(read_program(text, PACK) for text in texts))


def corpus(*bodies: str, params: str = INTS, result: str = "list[int]") -> list[Frontier]:
    texts = [f"def f({params}) -> {result}:\n    {body}\n" for body in bodies]
    return [frontier(f"task {n}", text) for n, text in enumerate(texts)]


def only(found: Compression) -> str:
    (sub,) = found.subroutines
    return found.text(sub)


PIPELINES = corpus(
    "return sort(map(lambda x: x * 2 + 1, filter(lambda x: x > 3, xs)))",
    "return sort(map(lambda x: x * 2 + 1, filter(lambda x: x > 5, xs)))",
    "return sort(map(lambda x: x * 2 + 1, filter(lambda x: x > 8, reverse(xs))))",
)


def test_what_programs_share_becomes_a_subroutine() -> None:
    found = compress(PIPELINES, PACK)
    assert only(found) == (
        "def sort_map_plus(n: int, xs: list[int]) -> list[int]:\n"
        '    """Gives `sort(map(lambda x: x * 2 + 1, filter(lambda x: x > n, xs)))`."""\n'
        "    return sort(map(lambda x: x * 2 + 1, filter(lambda x: x > n, xs)))\n"
    )
    (sub,) = found.subroutines
    assert sub.tasks == ("task 0", "task 1", "task 2")
    assert found.before - found.after - found.library == sub.utility > 0
    assert str(found).startswith(f"3 tasks: {found.before} nodes before, {found.after} after")


def test_rewritten_programs_mean_the_same() -> None:
    found = compress(PIPELINES, PACK)
    rows = [([9, 1, 4, 7],), ([],)]
    for old, new in zip(PIPELINES, found.frontiers, strict=True):
        closed = found.vocabulary.closed(new.programs[0])
        assert [f.name for f in closed.functions] == ["sort_map_plus", "f"]
        assert run_rows(closed, rows, PACK) == run_rows(old.programs[0], rows, PACK)
        assert size(closed.entry.body) < size(old.programs[0].entry.body)


def test_a_part_that_reads_bound_variables_is_a_function() -> None:
    loops = corpus(
        *(
            f"best = 0\n    for x in xs:\n        if x > best:\n            best = {step}\n"
            "    return best + len(xs)"
            for step in ("x * x", "x + best * 2", "best - 1")
        ),
        result="int",
    )
    (sub,) = compress(loops, PACK).subroutines
    assert str(signature_of(sub.function)) == "(xs: list[int], f: (int, int) -> int) -> int"
    assert (sub.function.name, sub.function.doc) == (
        "loop_choose_greater",
        "Gives an int made from xs and f by a loop, a choice, greater, plus and len.",
    )


def test_uses_at_several_types_make_it_generic() -> None:
    texts = [
        "def f(xs: list[int]) -> list[int]:\n    return reverse(sort(unique(reverse(xs))))\n",
        "def f(xs: list[str]) -> list[str]:\n    return reverse(sort(unique(reverse(xs))))\n",
    ]
    found = compress([frontier(str(n), text) for n, text in enumerate(texts)], PACK)
    (sub,) = found.subroutines
    assert str(signature_of(sub.function)) == "(xs: list[a]) -> list[a] where a: ordered"


def test_a_part_of_a_branch_is_not_evaluated_before_the_condition() -> None:
    branches = corpus(
        *(
            f"if len(xs) > 3:\n        return {part} * 7 + len(xs) * 2\n    return len(xs) - 100"
            for part in ("xs[0]", "sum(xs) // xs[1]", "max(xs)")
        ),
        result="int",
    )
    found = compress(branches, PACK)
    (sub,) = found.subroutines
    assert str(signature_of(sub.function)) == "(n: int, f: () -> int) -> int"
    for one in found.frontiers:
        assert run_rows(found.vocabulary.closed(one.programs[0]), [([],)], PACK) == [-100]


def test_an_argument_that_fails_is_evaluated_in_its_turn() -> None:
    bodies = [f"return (7 // len(xs)) * 5 + 3 - {part}" for part in ("xs[0]", "max(xs)")]
    sums = corpus(*bodies, *bodies, result="int")
    exact = compress(sums, PACK)
    for old, one in zip(sums, exact.frontiers, strict=True):
        closed = exact.vocabulary.closed(one.programs[0])
        expected = run_rows(old.programs[0], [([],)], PACK)
        assert run_rows(closed, [([],)], PACK) == expected == [Failure(FailureKind.ZERO)]


def test_the_shortest_program_of_a_task_counts_after_rewriting() -> None:
    short = "return reverse(unique(xs))"
    long = "return sort(map(lambda x: x * 2 + 1, filter(lambda x: x > 1, xs)))"
    both = [
        Frontier(one.task, (one.programs[0], other.programs[0]))
        for one, other in zip(PIPELINES, corpus(long, long, short), strict=True)
    ]
    found = compress(both, PACK, iterations=1)
    assert found.before == sum(min(size(p.entry.body) for p in f.programs) for f in both)
    assert found.after == sum(min(size(p.entry.body) for p in f.programs) for f in found.frontiers)


def test_a_rewriting_that_an_engine_denies_is_refused() -> None:
    def wrong(program: Program, rows: Sequence[object], *rest: object) -> tuple[object, ...]:
        return ("wrong",) * len(rows)

    found = compress(PIPELINES, PACK, engines={"broken": wrong})  # type: ignore[dict-item]
    assert found.subroutines == ()
    assert found.frontiers == tuple(PIPELINES), "the programs stay as they were"
    assert "a program of 'task 0' does not call 'sort_map_plus': broken on" in found.notes[0]
    dropped = "'sort_map_plus' saves nothing in the programs that may call it"
    assert dropped in found.notes, "the next best is tried, and no more than ten"


def test_functions_of_one_name_in_two_programs_are_not_one() -> None:
    texts = [
        f"def own({params}) -> int:\n    return {n} + x\n\n\n"
        f"def f(x: int) -> int:\n    return own({args}) * own({args}) + 7 - x * x\n"
        for n, (params, args) in enumerate(
            (("x: int", "x"), ("x: int", "x"), ("x: int, y: int", "x, 2"))
        )
    ]
    found = compress([frontier(f"task {n}", text) for n, text in enumerate(texts)], PACK)
    assert found.notes == ()
    assert all("own" not in found.text(sub) for sub in found.subroutines)
    for text, one in zip(texts, found.frontiers, strict=True):
        closed = found.vocabulary.closed(one.programs[0])
        assert run_rows(closed, [(5,)], PACK) == run_rows(read_program(text, PACK), [(5,)], PACK)


@pytest.mark.slow
def test_random_programs_mean_the_same_when_compressed() -> None:
    source, made = RandomPrograms(PACK), 0
    for block in range(4):
        samples = [source.sample(seed) for seed in range(12 * block, 12 * block + 12)]
        corpus_ = [Frontier(str(n), (s.program,), s.rows) for n, s in enumerate(samples)]
        found = compress(corpus_, PACK, iterations=3)
        made += len(found.subroutines)
        assert not [note for note in found.notes if " on (" in note], "an engine differs"
    assert made >= 4


def test_later_subroutines_call_earlier_ones() -> None:
    ends = corpus(
        *(f"return {end.replace('X', body)}" for end, body in LAYERS for _ in range(1)),
    )
    found = compress(ends, PACK)
    names = [sub.function.name for sub in found.subroutines]
    assert len(names) == len(set(names)) >= 2
    for old, one in zip(ends, found.frontiers, strict=True):
        closed = found.vocabulary.closed(one.programs[0])
        row = [([4, 2, 9],)]
        assert run_rows(closed, row, PACK) == run_rows(old.programs[0], row, PACK)


_CORE = "sort(map(lambda x: x * 2 + 1, filter(lambda x: x > {}, xs)))"
LAYERS = [
    *((f"take(reverse(unique(X)), {n})", _CORE.format(n)) for n in (1, 2, 3)),
    *(("X", _CORE.format(n)) for n in (7, 8)),
]


def test_the_order_of_tasks_does_not_matter() -> None:
    found = compress(PIPELINES, PACK)
    mixed = list(PIPELINES)
    Random(3).shuffle(mixed)
    again = compress(mixed, PACK)
    assert [s.function for s in again.subroutines] == [s.function for s in found.subroutines]


def test_a_user_may_name() -> None:
    found = compress(PIPELINES, PACK, name=lambda function: "odd_ones")
    assert found.subroutines[0].function.name == "odd_ones"
    with pytest.raises(ProgsynthError, match="cannot be named 'map'") as error:
        compress(PIPELINES, PACK, name=lambda function: "map")
    assert "'' takes 'sort_map_plus'" in str(error.value)


def test_what_cannot_be_compressed_is_said() -> None:
    with pytest.raises(ProgsynthError, match="the task 'empty' has no program: leave it out"):
        compress([Frontier("empty", ())], PACK)
    sketch = corpus("return ??(xs)")
    with pytest.raises(UnsupportedError, match="fill its holes first"):
        compress(sketch, PACK)
    with pytest.raises(ProgsynthError, match="min_uses is 1: a subroutine is for 2 uses or more"):
        compress(PIPELINES, PACK, min_uses=1)
    assert compress([], PACK).ratio == 1.0


def test_subroutines_go_into_a_library(tmp_path: Path) -> None:
    found = compress(PIPELINES, PACK)
    library = Library(tmp_path / "library")
    (entry,) = admit(found, library)
    assert (entry.name, entry.kind) == ("sort_map_plus", "function")
    assert entry.doc.startswith("Gives `sort(")
    assert entry.provenance.figures["saved"] == found.subroutines[0].utility
    words = load(PACK, library)
    text = f"def f({INTS}) -> list[int]:\n    return sort_map_plus(3, xs)\n"
    program = words.closed(read_program(text, words.dsl))
    assert run_rows(program, [([9, 1, 4],)], PACK) == [[9, 19]]


def test_in_a_library_later_subroutines_need_earlier_ones(tmp_path: Path) -> None:
    found = compress(corpus(*(f"return {e.replace('X', b)}" for e, b in LAYERS)), PACK)
    entries = admit(found, Library(tmp_path / "library"))
    assert len(entries) == len(found.subroutines)
    needed = {need.name for entry in entries for need in entry.needs}
    assert needed <= {entry.name for entry in entries}
    assert needed, "one calls another"


def test_types_are_those_of_the_uses() -> None:
    found = compress([replace(one, rows=(([1],),)) for one in PIPELINES], PACK)
    assert str(signature_of(found.subroutines[0].function)) == (
        "(n: int, xs: list[int]) -> list[int]"
    )
