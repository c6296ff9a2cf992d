"""Productions as instructions of the VM with gaps: compiled once, pasted wherever they stand.

Each production is compiled by the VM's own compiler as a function of its operands; so charges,
order of evaluation and failures are those of the same term in any program. What the compiler
numbered for that function alone is replaced: parameters by gaps for the operands, the result by
a gap for the target, scratch registers, constants, texts and descriptors by those that all
templates share.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from progsynth.errors import UnsupportedError
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Call, Const, Function, Program, Term, Var
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, dict_of, list_of, tuple_of
from progsynth.lang.vm import bytecode, layout
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.code import Code
from progsynth.lang.vm.encode import Image
from progsynth.lang.vm.flags import OWNED_DICT, OWNED_LIST
from progsynth.lang.vm.listing import instructions
from progsynth.search.genetic.flat.alphabet import Production

# What a word of a template is: itself, the register of operand number `word`, that of the
# target, a place `word` words behind the template's first, or where a test leads to when it fails.
AS_IT_IS, OPERAND, TARGET, PLACE, OUT = range(5)
LONGEST = 160  # words of a template
_RANGE = Call("range.stop", (Var(0),))

# The operands of the instructions in families that have others than registers; see `opcodes`.
_FAMILY_OPERANDS: dict[int, str] = {
    op.NEW_LIST: "drn",
    op.SLICE: "drrrrn",
    op.CONCAT: "drrn",
    op.REPEAT: "drrn",
    op.REVERSE: "drn",
    op.APPEND: "drrn",
    op.PUT: "drrrn",
    op.INSERT: "drrrn",
    op.DELETE: "drrn",
    op.EQUAL: "drrt",
    op.COMPARE: "drrtn",
    op.CONTAINS: "drrt",
    op.INDEX_OF: "drrt",
    op.COUNT_OF: "drrt",
    op.SORT: "drrtn",
    op.SMALLEST: "drt",
    op.LARGEST: "drt",
    op.UNIQUE: "drtn",
    op.ZIP: "drrn",
    op.ENUMERATE: "drn",
    op.FLATTEN: "drn",
    op.CLASSIFY: "drn",
    op.GET: "drrrt",
    op.GET_OR: "drrrt",
    op.HAS: "drrt",
    op.PUT_KEY: "drrrtn",
    op.DELETE_KEY: "drrt",
    op.ITEMS: "drn",
    op.DICT_OF: "drtn",
    op.SIZE: "drt",
    op.SLICE_LENGTH: "drrrn",
}
_OWNED = {op.PUT: OWNED_LIST, op.PUT_KEY: OWNED_DICT}
_TESTS = {op.LT: op.JUMP_LE, op.LE: op.JUMP_LT, op.EQ: op.JUMP_NE, op.NE: op.JUMP_EQ}

Words = list[tuple[int, int]]  # what a word is, and the word


@dataclass(frozen=True, slots=True)
class Template:
    """A production's instructions; `test` is the form that jumps on when a bool is false."""

    words: Words
    test: Words


@dataclass(slots=True, eq=False)
class Pool:
    """What all templates share: constants, texts and descriptors, scratch registers.

    `test` is the register of a test's result, `first_scalar` and `first_pointer` are where
    scratch registers begin.
    """

    test: int
    first_scalar: int
    first_pointer: int
    image: Image = field(default_factory=lambda: Image(layout.PROGRAM))
    constants: dict[int, int] = field(default_factory=dict)  # a word -> its register
    num_scalars: int = 0  # of scratch
    num_pointers: int = 0

    def constant(self, word: int) -> int:
        """The register of a constant's word."""
        return self.constants.setdefault(word, layout.CONSTANTS + len(self.constants))

    def literal(self, term: Term, type_: Type) -> int:
        """The register of a literal: a constant, or what a register holds at first."""
        if isinstance(term, Const):
            return self.constant(self.image.add(term.value, type_))
        return self.constant(self.image.add(_empty(type_), type_))

    def scratch(self, reference: bool, number: int) -> int:
        """Scratch register number `number` of its zone."""
        if reference:
            self.num_pointers = max(self.num_pointers, number + 1)
            return self.first_pointer + number
        self.num_scalars = max(self.num_scalars, number + 1)
        return self.first_scalar + number


def _empty(type_: Type) -> object:
    if type_.name == "tuple":
        return tuple(_empty(t) for t in type_.types)
    return {"int": 0, "bool": False, "float": 0.0, "str": "", "list": [], "dict": {}}[type_.name]


def make_template(
    production: Production, types: tuple[Type, ...], dsl: DSL, pool: Pool
) -> Template:
    """The template of a call. Raises UnsupportedError for what has none."""
    assert production.term is not None
    args = tuple(types[a] for a in production.args)
    names = tuple(f"a{place}" for place in range(len(args)))
    function = Function("production", names, args, types[production.result], production.term)
    code = bytecode.compile_program(Program((function,)), dsl)
    words = _Relocation(code, pool).words()
    if len(words) > LONGEST:
        raise UnsupportedError(f"a template of {len(words)} words is too long")
    return Template(words, _test(words, pool) if types[production.result] == BOOL else [])


def charge_of_range(dsl: DSL, pool: Pool) -> Words:
    """What takes the charges of `range(stop)` for the stop given as the operand, and no more."""
    name = "range.stop"
    if name not in dsl or dsl.primitives.get(name) is None:
        raise UnsupportedError(f"the pack has no '{name}'")
    function = Function("production", ("stop",), (INT,), list_of(INT), _RANGE)
    words = _Relocation(bytecode.compile_program(Program((function,)), dsl), pool).words()
    last = max(at for at, word in enumerate(words) if word == (AS_IT_IS, op.RANGE))
    return words[:last]


class _Relocation:
    """One compiled production on its way to a template."""

    def __init__(self, code: Code, pool: Pool):
        self.code = code
        self.pool = pool
        *self.params, self.result = code.words[code.params_start :].tolist()
        self.scratches: dict[int, int] = {}
        self.counts = [0, 0]

    def words(self) -> Words:
        """The template's words."""
        listed = list(instructions(self.code))
        direct = self._is_direct(listed)
        made: Words = []
        places: dict[int, int] = {}
        jumps: list[int] = []
        ends: list[int] = []  # words that shall hold the place of the end
        for place, words in listed:
            places[place] = len(made)
            if words[0] == op.END:
                if place != listed[-1][0]:
                    made += [(AS_IT_IS, op.JUMP), (PLACE, -1)]
                    ends.append(len(made) - 1)
                continue
            made.append((AS_IT_IS, words[0]))
            for kind, word in zip(_kinds(words), _cleared(words)[1:], strict=True):
                if kind == "l":
                    jumps.append(len(made))
                    made.append((PLACE, word))
                elif kind in "rd":
                    made.append(self.register(word, direct))
                else:
                    made.append((AS_IT_IS, self.descriptor(word) if kind == "t" else word))
        for at in jumps:
            made[at] = (PLACE, places[made[at][1]] if made[at][1] in places else len(made))
        for at in ends:
            made[at] = (PLACE, len(made))
        if not direct:
            made += [(AS_IT_IS, op.MOVE), (TARGET, 0), self.register(self.result, direct)]
        return made

    def _is_direct(self, listed: list[tuple[int, tuple[int, ...]]]) -> bool:
        """May the result be written to the target at once? Not where operands are read later on,
        for the target may be one of them."""
        if self.result in self.params or layout.CONSTANTS <= self.result < layout.SCALARS:
            return False
        written = False
        for _, words in listed:
            kinds = _kinds(words)
            if "l" in kinds or words[0] in (op.RETURN, op.CALL):
                return False
            operands = list(zip(kinds, words[1:], strict=True))
            if written and any(kind == "r" and word in self.params for kind, word in operands):
                return False
            written = written or any(k == "d" and word == self.result for k, word in operands)
        return written

    def register(self, register: int, direct: bool) -> tuple[int, int]:
        """The word for a register of the compiled function."""
        if register in self.params:
            return OPERAND, self.params.index(register)
        if register < layout.CONSTANTS:  # an operand that stands for nothing
            return AS_IT_IS, register
        if register == self.result and direct:
            return TARGET, 0
        if layout.CONSTANTS <= register < layout.SCALARS:
            word = int(self.code.constants[register - layout.CONSTANTS])
            return AS_IT_IS, self.pool.constant(self.constant(word))
        reference = register >= layout.POINTERS
        if register not in self.scratches:
            self.scratches[register] = self.pool.scratch(reference, self.counts[reference])
            self.counts[reference] += 1
        return AS_IT_IS, self.scratches[register]

    def constant(self, word: int) -> int:
        """The word of a constant, its text moved to the shared image."""
        at, length = (word & layout.ADDRESS) - layout.PROGRAM, word >> layout.ADDRESS_BITS
        image = self.code.image.tolist()
        if 0 < length and 0 <= at < len(image) - layout.HEAD:
            if image[at : at + layout.HEAD] == [layout.FLAT, length, length]:
                text = "".join(map(chr, image[at + layout.HEAD : at + layout.HEAD + length]))
                return self.pool.image.add(text, STR)
        return word

    def descriptor(self, address: int) -> int:
        """The shared image's descriptor that is like the one at that address."""
        return self.pool.image.descriptor(self.described(address))

    def described(self, address: int) -> Type:
        """The type of a descriptor; types nest few levels deep."""
        at = address - layout.PROGRAM
        kind, count = self.code.image[at : at + 2].tolist()
        if kind == layout.D_INT:
            return BOOL if count == layout.CATEGORY else INT
        if kind in (layout.D_FLOAT, layout.D_STR):
            return FLOAT if kind == layout.D_FLOAT else STR
        parts = [self.described(a) for a in self.code.image[at + 2 : at + 2 + count].tolist()]
        if kind == layout.D_LIST:
            return list_of(*parts)
        return tuple_of(*parts) if kind == layout.D_TUPLE else dict_of(*parts)


def _kinds(words: tuple[int, ...]) -> str:
    """What the operands of an instruction are, one letter a word."""
    if words[0] >= op.NUMBERS:
        default = "r" if words[0] in (op.FUEL_OF, op.CELLS_OF) else "d" + "r" * _arity(words[0])
        kinds = _FAMILY_OPERANDS.get(words[0], default)
        return kinds + "n" * (op.FAMILY_LENGTH - 1 - len(kinds))
    kinds = op.CORE_OPERANDS[words[0]]
    return kinds.replace("*", "r" * (len(words) - len(kinds)))


def _arity(code: int) -> int:
    """How many registers an instruction of registers only reads."""
    return _ARITIES.get(code, 2)


_ARITIES: dict[int, int] = {
    **dict.fromkeys(range(op.NEG, op.ABS + 1), 1),
    **dict.fromkeys(range(op.FNEG, op.FABS + 1), 1),
    **dict.fromkeys(range(op.SQRT, op.TO_FLOAT + 1), 1),
    **dict.fromkeys((op.SUM, op.FSUM, op.PRODUCT, op.FPRODUCT), 1),
    **dict.fromkeys((op.CHARACTERS, op.WORDS), 1),
    **dict.fromkeys(range(op.STRIP, op.FLOAT_OF_TEXT + 1), 1),
    **dict.fromkeys((op.KEYS, op.VALUES, op.SATURATED_LENGTH), 1),
    **dict.fromkeys((op.RANGE, op.REPLACE, op.DIFFERENCE_DIV), 3),
}


def _cleared(words: tuple[int, ...]) -> tuple[int, ...]:
    """The instruction without leave to change an operand in place: registers are read again."""
    flag = _OWNED.get(words[0])
    if flag is None:
        return words
    at = len(_FAMILY_OPERANDS[words[0]])
    return (*words[:at], words[at] & ~flag, *words[at + 1 :])


def _test(words: Words, pool: Pool) -> Words:
    """The words of a template as a test: it goes to OUT when the result is false."""
    last = len(words) - 4
    straight = all(kind != PLACE for kind, _ in words)
    if straight and last >= 0 and words[last + 1] == (TARGET, 0):
        jump = _TESTS.get(words[last][1]) if words[last][0] == AS_IT_IS else None
        starts = sum(word == (TARGET, 0) for word in words) == 1
        if jump is not None and starts and _begins_at(words, last):
            a, b = words[last + 2], words[last + 3]
            if jump in (op.JUMP_LE, op.JUMP_LT):
                a, b = b, a
            return [*words[:last], (AS_IT_IS, jump), a, b, (OUT, 0)]
    value = (AS_IT_IS, pool.test)
    made = [value if word == (TARGET, 0) else word for word in words]
    return [*made, (AS_IT_IS, op.JUMP_IF_NOT), value, (OUT, 0)]


def _begins_at(words: Words, place: int) -> bool:
    """Does an instruction begin at that word of straight code?"""
    at = 0
    while at < place:
        code = words[at][1]
        if code >= op.NUMBERS:
            at += op.FAMILY_LENGTH
            continue
        kinds = op.CORE_OPERANDS[code]
        at += 1 + len(kinds) + (words[at + 3][1] - 1 if kinds.endswith("*") else 0)
    return at == place
