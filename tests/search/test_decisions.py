"""Decision trees over programs that are right in part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

import pytest

from progsynth.search.decisions import Branch, Decisions, Leaf, Tree, gain
from progsynth.search.evidence import bits_of, evidence
from progsynth.search.space import IF_COST


def mask(count: int, holds: Callable[[int], bool]) -> int:
    return sum(1 << i for i in range(count) if holds(i))


def chosen(tree: Tree, example: int) -> Leaf:
    while isinstance(tree, Branch):
        tree = tree.then if tree.condition.mask >> example & 1 else tree.orelse
    return tree


def handles(tree: Tree) -> set[str]:
    if isinstance(tree, Leaf):
        return {tree.program.handle}
    return handles(tree.then) | handles(tree.orelse)


def right(tree: Tree, count: int) -> int:
    return sum(chosen(tree, i).program.mask >> i & 1 for i in range(count))


def fizz_buzz(count: int) -> Decisions:
    known = Decisions(count)
    for name, holds in (
        ("fizz", lambda i: i % 3 == 0 and i % 5),
        ("buzz", lambda i: i % 5 == 0 and i % 3),
        ("both", lambda i: i % 15 == 0),
        ("number", lambda i: i % 3 and i % 5),
    ):
        known.note_program(mask(count, lambda i, holds=holds: bool(holds(i))), 2, name)  # type: ignore[misc]
    for k in (2, 3, 4, 5, 7):
        known.note_condition(mask(count, lambda i, k=k: i % k == 0), 6, k)  # type: ignore[misc]
    return known


def test_four_cases_of_two_conditions() -> None:
    known = fizz_buzz(100)
    random = Random(0)
    for number in range(500):
        known.note_condition(random.getrandbits(100), 6, f"noise {number}")
    best, *others = known.trees()
    assert handles(best) == {"fizz", "buzz", "both", "number"}
    assert best.cost == 3 * (IF_COST + 6) + 4 * 2
    assert all(right(tree, 100) == 100 for tree in (best, *others))
    assert [t.cost for t in (best, *others)] == sorted(t.cost for t in (best, *others))


def test_chain_of_many_cases() -> None:
    known = Decisions(70)
    for k in range(7):
        known.note_program(mask(70, lambda i, k=k: i // 10 == k), 1, str(k))  # type: ignore[misc]
        known.note_condition(mask(70, lambda i, k=k: i // 10 >= k), 3, k)  # type: ignore[misc]
    best = known.trees()[0]
    assert (right(best, 70), best.num_leaves) == (70, 7)


def flat(known: Decisions) -> Iterator[int]:
    """The slow twin: the costs of all trees of one condition that are right."""
    for asked in known.conditions.values():
        for then, orelse in product(known.programs, repeat=2):
            if not asked.mask & ~then.mask and not known.full & ~asked.mask & ~orelse.mask:
                yield IF_COST + asked.cost + then.cost + orelse.cost


@pytest.mark.parametrize("seed", range(20))
def test_the_cheapest_tree_of_one_condition_is_found(seed: int) -> None:
    random = Random(seed)
    known = Decisions(6)
    for cost in range(1, 8):
        for _ in range(4):
            known.note_program(random.getrandbits(6) | random.getrandbits(6), cost, "p")
            known.note_condition(random.getrandbits(6), cost, "c")
    if any(p.mask == known.full for p in known.programs):
        known.programs = [p for p in known.programs if p.mask != known.full]
    least = min(flat(known), default=None)
    found = known.trees()
    assert [t.cost for t in found if t.num_leaves == 2][:1] == ([] if least is None else [least])
    assert all(right(tree, 6) == 6 for tree in found)


def test_some_examples_may_be_wrong() -> None:
    known = Decisions(6, misses=1)
    known.note_program(0b000111, 1, "low")
    known.note_program(0b110000, 1, "high")
    known.note_condition(0b000111, 1, "below")
    assert handles(known.trees()[0]) == {"low", "high"}


def test_nothing_where_an_example_is_never_right_or_nothing_is_new() -> None:
    known = Decisions(4)
    known.note_program(0b0011, 1, "low")
    known.note_condition(0b0011, 1, "below")
    assert known.trees() == []
    known.note_program(0b1100, 2, "high")
    assert len(known.trees()) == 1
    assert known.trees() == []
    known.note_program(0b0100, 3, "right on less, and dearer")
    assert known.trees() == []


def test_a_leaf_for_one_of_many_examples_is_not_worth_it() -> None:
    known = Decisions(20)
    known.note_program(known.full - 1, 2, "rule")
    known.note_program(1, 5, "exception")
    known.note_condition(1, 4, "is it the exception?")
    tree = known.trees()[0]
    assert gain(tree, evidence(list(range(100, 120)))) < 0
    half = Decisions(20)
    half.note_program(0b11111_11111, 2, "low")
    half.note_program(0b11111_11111 << 10, 5, "high")
    half.note_condition(0b11111_11111, 4, "is it low?")
    assert gain(half.trees()[0], evidence(list(range(100, 120)))) > 0


def test_what_outputs_say() -> None:
    labels = evidence([True, False] * 50)
    assert labels.of((1 << 100) - 1) == pytest.approx(100, rel=0.05)
    assert labels.bears((1 << 100) - 1, 20) and not labels.bears(0b1111, 20)
    numbers = evidence(["a long text", "another one"])
    assert all(b <= 8 for b in numbers.bits) and bits_of(3) == 6
