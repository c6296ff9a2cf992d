"""The alphabet as arrays, for the kernels.

T: types, P: productions, W: words of all templates, N: numbers of operands of a type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from progsynth.errors import UnsupportedError
from progsynth.lang.primitive import DSL
from progsynth.lang.types import FLOAT
from progsynth.lang.vm import layout
from progsynth.lang.vm.descriptors import is_reference, plain
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.alphabet import Alphabet, Production
from progsynth.search.genetic.flat.template import Pool, Template, charge_of_range, make_template

Words = NDArray[np.int64]
Floats = NDArray[np.float64]

_PARAMS, _WORKING, _CONSTANTS = 0.45, 0.4, 0.15  # how often an operand is which
_INDEX = layout.MAX_CONSTANTS - 4000  # constants of all templates, at most


class Tables(NamedTuple):
    """What kernels know of an alphabet.

    A template's words are `words_W` with `kinds_W` saying what each is (see `template`), from
    `first_P` on, `length_P` of them; those of its form as a test from `test_first_P` on.
    `register_TN` is the VM's register of each operand, `reads_TN` the weights of operands added
    up. Productions are sorted by their result: those of a type begin at `begin_T`, with weights
    added up in `weights_P`; tests have `test_weights_P`. Working registers of a type have the
    bits from `bit_T` on, and begin behind its `params_T`; at first they hold `default_T`.
    """

    kind_P: Words
    result_P: Words
    num_args_P: Words
    args_PA: Words
    first_P: Words
    length_P: Words
    test_first_P: Words
    test_length_P: Words
    kinds_W: Words
    words_W: Words
    weights_P: Floats
    test_weights_P: Floats
    begin_T: Words
    params_T: Words
    working_T: Words
    operands_T: Words
    bit_T: Words
    default_T: Words
    register_TN: Words
    reads_TN: Floats
    is_float_T: Words
    param_registers: Words
    constants: Words
    numbers: Words  # see the constants below
    range_kinds: Words
    range_words: Words


# The places of `Tables.numbers`.
(
    GOAL,
    POSITIONS,
    STOPS,
    SOURCES,
    ZERO,
    NUM_POINTERS,
    IMAGE_SIZE,
    DESCRIPTOR,
    IS_REFERENCE,
    STATES,  # of `while`s, TURN_WORDS for each depth; 0: turns are not looked at
) = range(10)
TURN_WORDS = gene.MAX_REGISTERS + 2  # the turn, the collections, the registers


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """An alphabet with its tables, and the words (texts, descriptors) that its programs bring."""

    alphabet: Alphabet
    tables: Tables
    image: Words


def make_language(alphabet: Alphabet, dsl: DSL, *, watched: bool = True) -> Language:
    """The tables of an alphabet; its productions become those that have templates.

    Where they are `watched`, a `while` that can have no end fails as soon as that shows, instead
    of when there is no fuel left.

    Raises UnsupportedError where none is left that makes the result.
    """
    registers = _Registers(alphabet)
    pool = Pool(registers.test, registers.scalar, registers.pointer)
    charge = charge_of_range(dsl, pool)
    pairs: list[tuple[Production, Template]] = []
    for production in sorted(alphabet.productions, key=lambda p: p.result):
        if production.kind != gene.CALL:
            pairs.append((production, Template([], [])))
            continue
        try:
            pairs.append((production, make_template(production, alphabet.types, dsl, pool)))
        except UnsupportedError:  # what the VM lacks is left to the search by trees
            continue
    made = Alphabet(
        alphabet.types,
        alphabet.goal,
        alphabet.test,
        alphabet.params,
        tuple(production for production, _ in pairs),
        alphabet.constants,
        alphabet.shares,
        alphabet.working,
        alphabet.start,
    )
    if not any(p.result == made.goal for p in made.productions):
        raise UnsupportedError(
            f"flat programs have nothing that makes {made.types[made.goal]}: "
            "use the search by trees (search='genetic')"
        )
    tables = _tables(made, [template for _, template in pairs], registers, pool, charge, watched)
    return Language(made, tables, np.array(pool.image.words, np.int64))


class _Registers:
    """The VM's registers of a language: of parameters, working ones, loops; then scratch."""

    def __init__(self, alphabet: Alphabet):
        self.scalar, self.pointer = layout.SCALARS, layout.POINTERS
        self.references = [is_reference(plain(t)) for t in alphabet.types]
        self.params = [self.take(self.references[t]) for t in alphabet.params]
        self.working = [
            [self.take(reference) for _ in range(count)]
            for reference, count in zip(self.references, alphabet.working, strict=True)
        ]
        self.positions = self.take_block(reference=False)
        self.stops = self.take_block(reference=False)
        self.sources = self.take_block(reference=True)
        self.test = self.take(False)
        self.states = self.scalar
        self.scalar += gene.MAX_DEPTH * TURN_WORDS

    def take_block(self, *, reference: bool) -> int:
        """The first of new registers, one for each depth of blocks."""
        first, *_ = (self.take(reference) for _ in range(gene.MAX_DEPTH))
        return first

    def take(self, reference: bool) -> int:
        """A new register."""
        if reference:
            self.pointer += 1
            return self.pointer - 1
        self.scalar += 1
        return self.scalar - 1


def _tables(
    alphabet: Alphabet,
    templates: list[Template],
    registers: _Registers,
    pool: Pool,
    charge: list[tuple[int, int]],
    watched: bool,
) -> Tables:
    types, productions = alphabet.types, alphabet.productions
    columns, reads = [], []
    for number, type_ in enumerate(types):
        own = alphabet.own_params(number)
        places = [registers.params[place] for place in own] + registers.working[number]
        places += [pool.literal(c, type_) for c in alphabet.constants[number]]
        columns.append(places)
        reads.append(_shares(len(own), alphabet.working[number], alphabet.shares[number]))
    defaults = [
        0 if start is None else pool.literal(start, type_)
        for start, type_ in zip(alphabet.start, types, strict=True)
    ]
    all_words = [word for t in templates for part in (t.words, t.test) for word in part]
    lengths = [len(part) for t in templates for part in (t.words, t.test)]
    firsts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    results = np.array([p.result for p in productions], np.int64)
    bits = np.concatenate([[0], np.cumsum(alphabet.working)])[:-1]
    weights = np.array([p.weight for p in productions])
    tests = np.array([float(bool(t.test)) for t in templates]) * weights
    begin = np.searchsorted(results, np.arange(len(types) + 1))
    goal, widest = types[alphabet.goal], max(map(len, columns))
    zero = pool.constant(0)
    descriptor = pool.image.descriptor(plain(goal))
    numbers = [
        alphabet.goal,
        registers.positions,
        registers.stops,
        registers.sources,
        zero,
        pool.first_pointer + pool.num_pointers - layout.POINTERS,
        len(pool.image.words),
        descriptor,
        int(is_reference(plain(goal))),
        registers.states if watched else 0,
    ]
    if len(pool.constants) > _INDEX:
        raise UnsupportedError(f"{len(pool.constants)} constants are more than the VM holds")
    return Tables(
        _words([p.kind for p in productions]),
        results,
        _words([len(p.args) for p in productions]),
        _matrix([list(p.args) for p in productions], gene.MOST_OPERANDS),
        _words(firsts[0::2]),
        _words(lengths[0::2]),
        _words(firsts[1::2]),
        _words(lengths[1::2]),
        _words([kind for kind, _ in all_words]),
        _words([word for _, word in all_words]),
        np.cumsum(weights),
        np.cumsum(tests),
        _words(begin),
        _words([len(alphabet.own_params(n)) for n in range(len(types))]),
        _words(alphabet.working),
        _words([len(places) for places in columns]),
        _words(bits),
        _words(defaults),
        _matrix(columns, widest),
        np.array(
            [row + [row[-1] if row else 0.0] * (max(map(len, reads)) - len(row)) for row in reads]
        ),
        _words([int(type_ == FLOAT) for type_ in types]),
        _words(registers.params),
        _words(list(pool.constants)),
        _words(numbers),
        _words([kind for kind, _ in charge]),
        _words([word for _, word in charge]),
    )


def _shares(params: int, working: int, constants: tuple[float, ...]) -> list[float]:
    """How often each operand of a type is read, added up."""
    total = sum(constants) or 1.0
    weights = [_PARAMS / max(params, 1)] * params + [_WORKING / max(working, 1)] * working
    weights += [_CONSTANTS * one / total for one in constants]
    found: list[float] = np.cumsum(weights).tolist()
    return found


def _words(values: Any) -> Words:
    return np.array(values, np.int64)


def _matrix(rows: list[list[int]], width: int) -> Words:
    """The rows filled up with 0."""
    return _words([row + [0] * (width - len(row)) for row in rows]).reshape(len(rows), width)
