"""What the bank calls to fill cells and to try programs for a goal, in one piece of machine code.

Both go on from a cursor, and stop where the bank has to do something; see `layout` for statuses.
"""

from __future__ import annotations

import numpy as np

from progsynth.search.fast.cells import fill_from
from progsynth.search.fast.choosing import CHOSEN, PLACES, Tables
from progsynth.search.fast.jit import entry, inlined, kernel
from progsynth.search.fast.keeping import HEADER, count_block
from progsynth.search.fast.layout import ARITY, Longs, Words
from progsynth.search.fast.seeking import seek

__all__ = ["HEADER", "check_shares", "choose", "count", "fill_cell"]

_FILL, _CHECK = 0, 1


@entry
def work(T: Tables, X: Longs, G: Words, W: Words, what: Longs) -> int:
    """`fill_cell` or `check_shares`, by what[0]; its numbers follow."""
    if what[0] == _FILL:
        return fill_from(T, X, int(what[1]), int(what[2]))
    return seek(T, X, G, W, int(what[1]), int(what[2]), False)


def fill_cell(T: Tables, X: Longs, symbol: int, cost: int) -> int:
    """Fill the symbol's cell of that cost, from the cursor on; gives a status."""
    none = np.zeros(0, np.int32)
    return int(work(T, X, none, none, np.array([_FILL, symbol, cost], np.int64)))


def check_shares(T: Tables, X: Longs, G: Words, p: int, telling: int, misses: int) -> int:
    """Try a production for the goal, on the shares of the cursor, without keeping anything.

    `G` holds the words wanted; each program is tried on row `telling` first. Gives `HIT` with
    the arguments in the cursor, which is moved on.
    """
    rows = (np.arange(len(G), dtype=np.int32) + np.int32(telling)) % np.int32(len(G))
    return int(work(T, X, G[rows], rows, np.array([_CHECK, p, misses], np.int64)))


@inlined
def count(Q: Longs, width: int, lambdas: bool, inner: bool) -> None:
    """Count a program that was tried."""
    count_block(Q, 1, width, lambdas, inner)


@kernel
def choose(T: Tables, X: Longs, p: int) -> None:
    """Look up the addresses of the chosen arguments."""
    for j in range(T.P[p, ARITY]):
        X[CHOSEN + j] = T.E[X[PLACES + j]]
