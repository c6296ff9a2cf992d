"""Conjunctions and disjunctions of conditions known by where they hold."""

from __future__ import annotations

import random
from itertools import combinations
from operator import and_, or_

from progsynth.search.decisions import Known
from progsynth.search.logic import Combination, combined

FULL = (1 << 12) - 1


def conditions(seed: int, number: int) -> list[Known]:
    rng = random.Random(seed)
    masks = [rng.getrandbits(12) | rng.getrandbits(12) for _ in range(number)]
    return [Known(mask, rng.randint(2, 6), name) for name, mask in enumerate(masks)]


def holds(one: Combination) -> int:
    mask = one.parts[0].mask
    for part in one.parts[1:]:
        mask = (and_ if one.kind == "and" else or_)(mask, part.mask)
    return mask


def test_the_cheapest_pair_is_found_whenever_there_is_one() -> None:
    for seed in range(60):
        known = conditions(seed, 14)
        wanted = known[0].mask & known[1].mask if seed % 2 else known[0].mask | known[1].mask
        if any(part.mask == wanted for part in known):
            continue
        costs = [
            a.cost + b.cost + 1
            for a, b in combinations(known, 2)
            if wanted in (a.mask & b.mask, a.mask | b.mask)
        ]
        found = combined(wanted, FULL, known)
        assert all(holds(one) == wanted for one in found)
        assert found[0].cost == min(costs)


def test_three_where_two_do_not_do() -> None:
    masks = [0b111110, 0b111101, 0b111011]
    known = [Known(mask, 3, name) for name, mask in enumerate(masks)]
    (one,) = combined(0b111000, 0b111111, known)
    assert (one.kind, len(one.parts), one.cost) == ("and", 3, 11)
    assert not combined(0b110000, 0b111111, known)
