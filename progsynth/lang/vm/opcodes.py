"""The instructions of the VM: one table, from which compiler, dispatch and listings follow.

An instruction is its number and then its operands, one 32-bit word each:

    d   register written        r   register read        l   place in the code of the program
    n   number from 0           t   address of a type descriptor

Numbers below NUMBERS are the core, executed in the dispatch loop itself; each family above has
a function of its own and instructions of FAMILY_LENGTH words, so that the loop stays small
enough to compile in seconds.
"""

from __future__ import annotations

# Core: what loops are made of.
(
    END,  # r: the program's result
    MOVE,  # d r
    JUMP,  # l
    JUMP_IF_NOT,  # r l
    JUMP_IF,  # r l
    ADD,  # d r r
    SUB,  # d r r
    MUL,  # d r r
    FLOORDIV,  # d r r
    MOD,  # d r r
    EQ,  # d r r: of words: int, bool
    NE,  # d r r
    LT,  # d r r
    LE,  # d r r
    NOT,  # d r
    JUMP_EQ,  # r r l
    JUMP_NE,  # r r l
    JUMP_LT,  # r r l
    JUMP_LE,  # r r l
    FADD,  # d r r
    FSUB,  # d r r
    FMUL,  # d r r
    FDIV,  # d r r
    FEQ,  # d r r
    FLT,  # d r r
    FLE,  # d r r
    LENGTH,  # d r
    ITEM,  # d r r: of a list
    NEXT,  # r(list) d(position) d(item) l(behind the loop): the head of a loop over a list
    COUNT,  # d(position) r(stop) d(item) l(behind the loop): the head of a loop over a range
    USE_CELLS,  # n
    FUEL_OF_LENGTH,  # r n n n: (length * n + n) // n
    CELLS_OF_LENGTH,  # r n n: length * n + n
    CALL,  # l d: the return address goes to d
    RETURN,  # r
    PUSH,  # d r n(kind): append in place to a list that only this loop has
    PROJECT,  # d r n
    SHARE,  # r: the object may have a second reference from now on
    MAKE_LIST,  # d n(kind) n(how many) r ...
    MAKE_TUPLE,  # d n(meta) n(how many) r ...
    TICK,  # one unit of fuel
    TURN,  # d n n(how many) r ...: of a loop that has no end when these are as they once were
) = range(42)

NUMBERS, SEQUENCES, TEXTS, TABLES, CHARGES, END_OF_FAMILIES = 64, 128, 192, 256, 320, 384
FAMILY_LENGTH = 7  # the number, a register written, and up to five operands

(
    NEG,  # d r
    ABS,  # d r
    POW,  # d r r
    MIN,  # d r r
    MAX,  # d r r
    DIV_INT,  # d r r: both ints, a float
    FNE,  # d r r
    FNEG,  # d r
    FABS,  # d r
    FMIN,  # d r r
    FMAX,  # d r r
    FFLOORDIV,  # d r r
    FMOD,  # d r r
    FPOW,  # d r r
    SQRT,  # d r
    EXP,  # d r
    LOG,  # d r
    SIN,  # d r
    COS,  # d r
    FLOOR,  # d r
    CEIL,  # d r
    ROUND,  # d r
    TRUNCATE,  # d r: float to int
    TO_FLOAT,  # d r: int to float
) = range(NUMBERS, NUMBERS + 24)

(
    NEW_LIST,  # d r(a list) n(kind): an empty list with room for as many items
    SLICE,  # d r r(start) r(stop) r(step) n(1: start given, 2: stop given, 4: step given)
    CONCAT,  # d r r n(kind)
    REPEAT,  # d r r n(kind)
    REVERSE,  # d r n(kind)
    APPEND,  # d r r n(kind)
    PUT,  # d r r r n(kind, +8: the old list is never used again)
    INSERT,  # d r r r n(kind)
    DELETE,  # d r r n(kind)
    EQUAL,  # d r r t
    COMPARE,  # d r r t n(0 lt, 1 le)
    CONTAINS,  # d r(item) r(list) t
    INDEX_OF,  # d r(list) r(item) t
    COUNT_OF,  # d r(list) r(item) t
    SORT,  # d r(keys) r(items) t(of a key) n(kind of the items)
    SMALLEST,  # d r t
    LARGEST,  # d r t
    UNIQUE,  # d r t n(kind)
    RANGE,  # d r r r
    ZIP,  # d r r n(meta of a pair)
    ENUMERATE,  # d r n(meta of a pair)
    FLATTEN,  # d r n(kind)
    SUM,  # d r
    FSUM,  # d r
    PRODUCT,  # d r
    FPRODUCT,  # d r
) = range(SEQUENCES, SEQUENCES + 26)

(
    CHARACTER,  # d r r: item of a str
    CHARACTERS,  # d r
    FIND,  # d r r
    COUNT_TEXT,  # d r r
    STARTS,  # d r r
    ENDS,  # d r r
    REPLACE,  # d r r r
    SPLIT,  # d r r
    WORDS,  # d r
    JOIN,  # d r(sep) r(parts)
    STRIP,  # d r
    UPPER,  # d r
    LOWER,  # d r
    CLASSIFY,  # d r n(0 digit, 1 letter, 2 upper, 3 lower, 4 space)
    ORD,  # d r
    CHR,  # d r
    TEXT_OF_INT,  # d r
    INT_OF_TEXT,  # d r
    FLOAT_OF_TEXT,  # d r
    FIXED,  # d r r
) = range(TEXTS, TEXTS + 20)

(
    GET,  # d r(dict) r(key) t(of the key)
    GET_OR,  # d r r r(default) t
    HAS,  # d r(dict) r(key) t
    PUT_KEY,  # d r r r t n(meta, +64: the old dict is never used again)
    DELETE_KEY,  # d r r t
    KEYS,  # d r
    VALUES,  # d r
    ITEMS,  # d r n(meta of a pair)
    DICT_OF,  # d r t n(meta)
) = range(TABLES, TABLES + 9)

(
    SATURATED_LENGTH,  # d r
    SIZE,  # d r t
    SLICE_LENGTH,  # d r r r n(as of SLICE)
    SATURATED_ADD,  # d r r
    SATURATED_SUB,  # d r r
    SATURATED_MUL,  # d r r
    SATURATED_DIV,  # d r r
    SATURATED_MIN,  # d r r
    SATURATED_MAX,  # d r r
    DIFFERENCE_DIV,  # d r r r: (a - b) // c, exact
    FIRST_TRUE,  # d r r: `a or b`
    FUEL_OF,  # r
    CELLS_OF,  # r
) = range(CHARGES, CHARGES + 13)


# The operands of core instructions, as in the comments above; `*` for as many as `n` before says.
CORE_OPERANDS: dict[int, str] = {
    **dict.fromkeys((END, RETURN, SHARE), "r"),
    **dict.fromkeys((MOVE, NOT, LENGTH), "dr"),
    JUMP: "l",
    **dict.fromkeys((JUMP_IF, JUMP_IF_NOT), "rl"),
    **dict.fromkeys((ADD, SUB, MUL, FLOORDIV, MOD, EQ, NE, LT, LE), "drr"),
    **dict.fromkeys((FADD, FSUB, FMUL, FDIV, FEQ, FLT, FLE, ITEM), "drr"),
    **dict.fromkeys((JUMP_EQ, JUMP_NE, JUMP_LT, JUMP_LE), "rrl"),
    NEXT: "rddl",
    COUNT: "drdl",
    USE_CELLS: "n",
    FUEL_OF_LENGTH: "rnnn",
    CELLS_OF_LENGTH: "rnn",
    CALL: "ld",
    PUSH: "drn",
    PROJECT: "drn",
    **dict.fromkeys((MAKE_LIST, MAKE_TUPLE, TURN), "dnn*"),
    TICK: "",
}


def name_of(code: int) -> str:
    """The instruction's name."""
    found = (n for n, number in globals().items() if n.isupper() and number == code)
    return next(n for n in found if n not in ("NUMBERS", "SEQUENCES", "TEXTS", "TABLES", "CHARGES"))
