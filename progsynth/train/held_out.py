"""Rows held out by what networks read, not by row.

The same image may be in many rows. A network that has seen it in one knows it in the others, and
rows held out at random would say that it has learnt what it knows by heart. So tensors are held
out, some of them, and with them every row that shows one. What such a row shows besides may have
been trained on: where each tensor is in many rows there is no better split.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from progsynth.neural.likelihood.inputs import Inputs
from progsynth.train.behaviour import Numbers

_MOST = 1.5  # of the share asked for, where one tensor more would be too many rows


def held_out(inputs: Inputs, share: float, seed: int) -> tuple[Numbers, Numbers]:
    """The rows held out, about that share of them, and the others; with share 0 both are all.

    No row of the others shows a tensor that was chosen to be held out, and each row held out shows
    one, or none at all.
    """
    num_rows = len(inputs.where)
    random = np.random.default_rng(seed)
    order = random.permutation(num_rows)
    size = round(share * num_rows)
    if not size:
        return order, order
    rows_of: dict[tuple[str, int], list[int]] = defaultdict(list)
    for layout, places in zip(inputs.layouts, inputs.places, strict=True):
        for name, numbers_BS in places.items():
            for row, numbers in zip(layout.rows, numbers_BS.tolist(), strict=True):
                for number in set(numbers):
                    rows_of[name, number].append(row)
    seen = {row for rows in rows_of.values() for row in rows}
    groups = [*rows_of.values(), *([row] for row in range(num_rows) if row not in seen)]
    held: set[int] = set()
    for place in random.permutation(len(groups)).tolist():
        wider = held.union(groups[place])
        if len(wider) <= _MOST * size:
            held = wider
        if len(held) >= size:
            break
    if not held:  # a tensor that all rows show
        return order[:size], order[size:]
    inside = np.isin(order, list(held))
    return order[inside], order[~inside]
