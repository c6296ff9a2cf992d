"""Sets of rows that entries are right on, each learnt of once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.tending import note_rows

_SETS = 1 << 14  # sets of examples that programs or conditions may be right on


class Noting:
    """Which sets of rows some entries are right on, each with the cheapest entry.

    `of_outputs`: the values wanted are of the outputs' type, floats within the tolerance.
    """

    def __init__(self, wanted: at.Words, *, of_outputs: bool = False):
        self.wanted = wanted
        self.of_outputs = of_outputs
        self._num = 0
        self._seen = np.full(_SETS, -1, np.int64)

    def new(self, bank: FastBank, addresses: at.Words) -> Iterable[tuple[int, int]]:
        """The sets not met before among those of the entries at these addresses."""
        room = max(0, _SETS // 2 - self._num)
        buffer = np.zeros(2 * room, np.int64)
        A, Q = bank.memory.A, bank.memory.Q
        num = note_rows(A, Q, addresses, self.wanted, self._seen, buffer, self.of_outputs)
        self._num += num
        return [(bits, address) for bits, address in buffer[: 2 * num].reshape(-1, 2).tolist()]
