"""Where the compiled bank keeps things: two arrays, `A` of 32-bit words and `Q` of 64-bit ones.

`A` holds working space, the records of programs, and the items of sequences, in this order; an
address is an index into it. `Q` holds counters and bases (below), descriptors of types, and the
tables. Both are reserved at once and touched as they fill, so that a small search stays small.

A value is one word. An int of up to 30 bits is itself, a larger one `BIG` plus its number in a
table; a float is as the int of its 64 bits; a bool is 0 or 1; a str, list or tuple is the address
of its items (code points, for a str). Each sequence is kept once, so two values of one type are
equal if and only if their words are. In front of its items, which are kept in bytes, halves of
words or words, whatever is enough for all of them, stands their number, times 4, plus 0, 1 or 2 for
their width.

A sequence that an operation works on is opened first: its items are laid out as words, in front
of them their number, and in front of that the word of the sequence. A sequence made is deferred:
many are looked up together, so that one waits for memory while others come. Both live on a stack
of words that ends at `OUT`.

A record of a program lies around its address: behind it one word for each row, in front of it
the production (-1), flags (-2) and arguments, as addresses (-3, -4, ...).

A slot of a hash table holds 31 bits of the hash and an address; 0 is a free one. The bits say
where the slot belongs in a table of any size, so that tables grow without a look at what the
addresses lead to. Behind each table there is room for what runs over its end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Words = np.ndarray[Any, np.dtype[np.int32]]
Longs = np.ndarray[Any, np.dtype[np.int64]]

FAIL = -(2**31)  # the value of a program where it fails
ABSENT = FAIL + 1  # a value that is nowhere in the bank, where looking does not keep
DEFERRED = FAIL + 2  # a sequence that is looked up later
BIG = 2**30
EMPTY = 1  # the address of the empty sequence: the words below it are zeros
BYTES, HALVES, WHOLES = 0, 1, 2  # how wide the items of a sequence are kept

# ------------------------------------------------------------------- the first words of Q

STATUS = 0  # what stopped the kernel, below
KEEP = 1  # are new values kept?
SEQUENCES, SEQUENCES_END = 2, 3  # how many there are, and may be
WORDS, WORDS_END = 4, 5  # addresses of items in A
BIGS, BIGS_END = 6, 7
ROWS, ROWS_END = 8, 9  # addresses of records in A
ENTRIES, ENTRIES_END = 10, 11
SEQUENCE_MASK, BIG_MASK, ROW_MASK = 12, 13, 14  # sizes of hash tables, less one
PROGRAMS, EXECUTIONS = 15, 16
WITH_LAMBDAS, OF_BODIES = 17, 18  # programs among them
NOTED, NOTED_END = 19, 20  # elements of pools, and those met outside
POOL_MASK = 21
STACK = 22  # lanes in use by the running of bodies
LANES = 23  # how many elements a lambda may be called on at once
MAX_ITEMS = 24  # of one result, at most
BUDGET = 25  # programs that the kernel may still try in this call
CELLS = 26  # of one result whose size is decided by a number
WORDS_START = 27
NUM_DEFERRED = 28
NUM_LANES = 29  # in use by the running of a body
OUT, OUT_LIMIT = 30, 31  # the end of the stack in A, and what it should not pass
SEQUENCE_SLOTS, BIG_AT, BIG_SLOTS, ROW_SLOTS = 33, 34, 35, 36  # bases in Q
SORT_KEYS, FRAMES, SPILLED, LATER = 37, 38, 39, 40  # bases of working space in Q
INNER = 42  # bases in A of working space
VARIABLES, VALUES, ELEMENTS, PLACES, STARTS, MISSES, TAPE = 43, 44, 45, 46, 47, 48, 49
ACCUMULATORS, OPENED, CHOICES, ARGUMENTS, RESULTS, SECONDS, CODES = 50, 51, 52, 53, 54, 55, 56
HISTORY, SEEN = 57, 58
LANE_ROOM = 59  # lanes that a block may have
NEAR_KIND, NEAR_WITHIN = 60, 61  # the type of outputs with floats or dicts; bits of the tolerance
SPARE = 62  # the next number in front of `BIGS_END` for a float that is not kept
MULTIPLIERS = 64  # of hashes: as many as this
NUM_MULTIPLIERS = 64
TYPES = MULTIPLIERS + NUM_MULTIPLIERS  # descriptors of 8 words each: kind, then the parts
NUM_TYPES = 64
REGISTERS = TYPES + 8 * NUM_TYPES

BLOCK = 64  # programs that are run together, or fewer where their rows are many
BLOCK_LANES = 160
CHOICE = 8  # words for each: arguments' addresses, then as these say
ANEW, TAG, FAILURES = 4, 5, 6  # are others than the body new; the row's hash; its failures
LATER_SIZE = 8  # longs of one that is deferred: start, count, hash, found, where it is wanted
OVERRUN = 4096  # slots behind the end of a table

SCALAR, SEQUENCE, TUPLE, FLOATING, TABLE = 0, 1, 2, 3, 4  # kinds of types
NUM_SPARES = 4096  # floats that are not kept, but known for a while

# ---------------------------------------------------------------------------------- status

GOING, DONE, PAUSED, ROOM, FULL, HIT = 0, 1, 2, 3, 4, 5
# ROOM: a hash table has to grow, then the program is tried again; FULL: no memory left

# ------------------------------------------------------------- columns of tables of the bank

OP, AUX, COST, ARITY, SYMBOL, CALLS, COMMUTATIVE, ARGS = 0, 1, 2, 3, 4, 5, 6, 7  # of productions
NUM_PRODUCTION = 11
FIRST, COUNT, SCOPE, LEAST = 0, 1, 2, 3  # of symbols
WIDTH, MERGING, CLOSED, OUTER, OWN, ENVS, UNMERGED, POOL_STARTS = 0, 1, 2, 3, 4, 5, 6, 7
NEAR = 8  # where the places of numbers near zero are, each plus 2; 1: outside the pool
NUM_SCOPE = 9  # columns of scopes
NEARBY = 256  # numbers from -NEARBY on, below NEARBY
MAX_COST = 41
